"""What cannot work as a durable-engine is said in a plain sentence, with exit code 2, at once."""

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devhost.azurite import Azurite
from devhost.starting import free_port
from devhost.storage_account import emulator_connection
from tests.contract.host.conftest import SAMPLE_APP
from tests.contract.host.test_bad_starts import start

Start = Callable[..., str]
ARM64_PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01\x00\x00\x00" + bytes(40)


@pytest.fixture
def refused(tmp_path: Path, azurite: Azurite) -> Start:
    """Start the sample app on something, and return the one line that it says."""

    def run(engine: Path | str, app: Path = SAMPLE_APP, storage: str = "") -> str:
        code, said = start(
            *("run", str(app), "--port", "0", "--state", str(tmp_path / "state")),
            *("--engine", str(engine)),
            AzureWebJobsStorage=storage or azurite.connection_string,
        )
        assert (code, said.count("\n")) == (2, 0), said
        return said

    return run


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Path]:
    def make(content: bytes, mode: int = 0o755) -> Path:
        path = tmp_path / "durable-engine"
        path.write_bytes(content)
        path.chmod(mode)
        return path

    return make


def test_nothing_is_there(refused: Start, tmp_path: Path) -> None:
    assert refused(tmp_path / "no-engine") == f"There is no durable-engine at {tmp_path}/no-engine."


def test_a_folder(refused: Start, tmp_path: Path) -> None:
    assert refused(tmp_path).startswith(f"{tmp_path} is a folder: name the durable-engine")


def test_a_url(refused: Start) -> None:
    said = refused("http://127.0.0.1:7079")
    assert said.startswith("--engine takes the path of a durable-engine, not a URL")


def test_a_file_that_may_not_be_executed(refused: Start, program: Callable[..., Path]) -> None:
    path = program(b"some text\n", mode=0o644)
    assert refused(path).startswith(f"{path} is not executable")


@pytest.mark.parametrize(
    "content", [b"some text\n", b"", ARM64_PROGRAM], ids=["text", "empty", "arm"]
)
def test_a_file_that_is_no_program_of_this_machine(
    refused: Start, program: Callable[..., Path], content: bytes
) -> None:
    path = program(content)
    assert refused(path).startswith(f"{path} cannot be run on this machine (Exec format error)")


def test_another_program_s_own_words_are_quoted(
    refused: Start, program: Callable[..., Path]
) -> None:
    path = program(b"#!/bin/sh\necho cannot open shared object file: libssl.so.3 >&2\nexit 127\n")
    assert refused(path) == (
        f"{path} did not start. It ended (code 127): cannot open shared object file: libssl.so.3."
    )


def test_azurite_is_missing(refused: Start) -> None:
    ports = (free_port(), free_port(), free_port())
    said = refused(sys.executable, storage=emulator_connection(ports))
    assert said.startswith(f"The storage at 127.0.0.1:{ports[0]} does not answer: start Azurite")


def test_azurite_without_its_table_service(refused: Start, azurite: Azurite) -> None:
    blob, queue, _ = azurite.ports
    port = free_port()
    said = refused(sys.executable, storage=emulator_connection((blob, queue, port)))
    assert said.startswith(
        f"The table service of the storage at 127.0.0.1:{port} does not answer: "
        "a durable-engine keeps its state in blobs, queues and tables."
    )


def test_a_connection_string_without_tables(refused: Start, azurite: Azurite) -> None:
    storage = azurite.connection_string.partition("TableEndpoint")[0]
    assert refused(sys.executable, storage=storage).startswith(
        "AzureWebJobsStorage names no table service"
    )


def test_an_app_without_orchestrators(refused: Start, tmp_path: Path) -> None:
    app = tmp_path / "plain"
    app.mkdir()
    shutil.copy(SAMPLE_APP / "local.settings.sample.json", app)
    (app / "function_app.py").write_text(
        "import azure.functions as func\n"
        "app = func.FunctionApp()\n"
        "@app.route(route='ping')\n"
        "def ping(req: func.HttpRequest) -> str:\n"
        "    return 'pong'\n"
    )
    assert refused(sys.executable, app=app).startswith("plain has no orchestrator")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_the_host_s_port_is_in_use(
    taken_port: int, program: Callable[..., Path], tmp_path: Path, azurite: Azurite
) -> None:
    marker = tmp_path / "was-started"
    path = program(f"#!/bin/sh\ntouch {marker}\n".encode())
    code, said = start(
        *("run", str(SAMPLE_APP), "--port", str(taken_port), "--state", str(tmp_path / "state")),
        *("--engine", str(path)),
        AzureWebJobsStorage=azurite.connection_string,
    )
    assert code == 2
    assert said.startswith(f"Port {taken_port} is in use")
    assert not marker.exists()
