"""The host as a separate process, for tests that must be able to kill it.

`HostProcess` keeps its port and state folder over a kill and a restart, so that what comes back
is the same host to its callers.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from devhost.children import kill_with_children, start_child, stop_child
from devhost.cli.engine_option import EMBEDDED
from devhost.cli.worker_option import OWN
from devhost.cli.worker_option import SETTING as WORKER_SETTING
from devhost.readiness import host_status, is_running, wait_ready
from devhost.remote.files import PID
from devhost.starting import free_port

_ROOT = Path(__file__).resolve().parent.parent


class HostProcess:
    """`python -m devhost run` as a child; a context manager."""

    def __init__(
        self,
        app_dir: Path,
        state_dir: Path,
        *,
        environ: Mapping[str, str] | None = None,
        port: int = 0,
        engine: str | None = None,
        hub: str | None = None,
        worker: str | None = None,
        worker_command: Sequence[str] = (),
    ) -> None:
        """`worker` is the Python of Microsoft's worker; without it FUNCTIONS_WORKER counts, so that
        a whole run of tests can be on it."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = state_dir / "host.log"
        self._state_dir = state_dir
        self._app_dir = app_dir
        self._engine, self._hub = engine, hub
        self._worker = worker or os.environ.get(WORKER_SETTING) or OWN
        self._worker_command = worker_command
        self._environ = {**os.environ, "PYTHONPATH": str(_ROOT), **(environ or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the host has not started"
        return self._process.pid

    @property
    def engine_pid(self) -> int:
        """The process of the durable-engine that runs now, a new one after each restart of it."""
        return int((self._state_dir / PID).read_text())

    @property
    def worker_pid(self) -> int | None:
        """The process that runs the functions, a new one after each exit; None while there is
        none. `pid` is the host's own."""
        status = host_status(self.url)
        return status["workerProcessId"] if status else None

    @property
    def worker(self) -> str:
        """What runs the functions, in its own words."""
        status = host_status(self.url)
        assert status is not None, "the host does not answer"
        return str(status["worker"])

    def start(self) -> None:
        """Start it and wait until it is ready; AssertionError with its log when it is not."""
        assert self._process is None, "the host runs already"
        self._state_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "devhost", "run", str(self._app_dir)]
        command += ["--port", str(self.port), "--state", str(self._state_dir)]
        command += ["--engine", self._engine or EMBEDDED]
        command += ["--hub", self._hub] if self._hub else []
        command += ["--worker", self._worker]
        if self._worker_command:
            command += ["--worker-command", shlex.join(self._worker_command)]
        with self.log_path.open("ab") as log:
            self._process = start_child(command, output=log, environ=self._environ)
        try:
            self._wait_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> int:
        """End it as Ctrl-C does; returns the exit code."""
        assert self._process is not None, "the host has not started"
        code = stop_child(self._process)
        self._process = None
        return code

    def wait(self, within_s: float) -> int:
        """Wait until it ends by itself; its exit code. TimeoutExpired when it does not."""
        assert self._process is not None, "the host has not started"
        code = self._process.wait(within_s)
        self._process = None
        return code

    def kill(self) -> None:
        """kill -9 it with its engine and its worker; in Azure host and engine are one process."""
        if self._process is not None:
            kill_with_children(self._process)
            self._process = None

    def restart(self) -> None:
        """kill -9 if it still runs, then start again on the same state and port."""
        self.kill()
        self.start()

    def start_with(self, environ: Mapping[str, str]) -> None:
        """Stop it as Ctrl-C does, and start it again with these variables beside the others."""
        self.stop()
        self._environ |= environ
        self.start()

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def __enter__(self) -> "HostProcess":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.stop()

    def _wait_ready(self) -> None:
        assert self._process is not None
        code = wait_ready(self._process, lambda: is_running(self.url))
        assert code is None, f"the host ended with code {code}:\n{self.log()}"
