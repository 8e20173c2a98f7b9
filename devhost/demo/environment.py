"""The demo's environment: Azurite, the simulated vault and the app, on free ports, gone at the end.

Everything the app needs is set here, so that whatever the shell exports, the demo talks to this
machine and to nothing else. The app runs in a process of its own, as it would in Azure.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from devhost.azurite import Azurite
from devhost.children import start_child, stop_child
from devhost.cli.runs_on import OURS, RunsOn
from devhost.clock import RealClock
from devhost.console import hide_secrets
from devhost.demo.policy import ALLOWS_ALL
from devhost.readiness import is_running, wait_ready
from devhost.starting import BadStart, free_port, is_listening
from restore.settings import variables
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
JOB_S = 18.0
REHYDRATION_S = 10.0
"""Real rehydration takes hours; a demo should not."""
QUICK = {
    "RESTORE_POLL_S_FIRST": "5",
    "RESTORE_POLL_S_MIN": "5",
    "RESTORE_POLL_S_MAX": "10",
    "RESTORE_JOB_SEARCH_S": "5",
    "ARM_TIMEOUT_S": "5",
    "RESTORE_POLICY": ALLOWS_ALL,
}
"""The app's shortest waits, in place of minutes; and nobody has to approve what only seems to
happen."""
_LOG_LINES = 8
_OUR_REQUEST = re.compile(r"GET /(api|admin)/\S+ -> 200")
"""The demo's own requests to the app, which nobody wants to read about."""
_HERE = "127.0.0.1,localhost"


@dataclass(frozen=True)
class DemoEnvironment:
    """What runs, and where."""

    url: str
    vault_url: str
    azurite: Azurite
    host: "subprocess.Popen[bytes]"

    def ended(self) -> str | None:
        """Why nothing more can come, None while everything runs."""
        code = self.host.poll()
        if code is not None:
            return f"The app's host has ended (code {code})."
        if not all(is_listening(port) for port in self.azurite.ports):
            return "Azurite, the app's storage, does not answer any more."
        return None


class HostDidNotStart(BadStart):
    """The app's host did not start; its log says more."""


@contextmanager
def demo_environment(
    folder: Path, log_path: Path, runs_on: RunsOn = OURS
) -> Iterator[DemoEnvironment]:
    """Start everything, with its data in a folder; BadStart when something does not start."""
    _stay_here()
    with ExitStack() as stack:
        azurite = stack.enter_context(Azurite(folder / "azurite"))
        simulator = Simulator(RealClock(), seed=None)
        simulator.state.jobs.duration_s = JOB_S
        simulator.state.jobs.rehydration_s = REHYDRATION_S
        vault_url = stack.enter_context(ThreadedVaultServer(simulator))
        port = free_port()
        settings = app_settings(azurite.connection_string, vault_url)
        host = _start_host(port, folder / "state", log_path, settings, runs_on)
        stack.callback(stop_child, host)
        url = f"http://127.0.0.1:{port}"
        _wait(host, url, log_path)
        yield DemoEnvironment(url, vault_url, azurite, host)


def app_settings(storage: str, vault_url: str) -> dict[str, str]:
    """The app's settings: simulated Azure, quick polls, and whatever else by its default."""
    defaults = dict.fromkeys(variables(), "")
    chosen = {"AzureWebJobsStorage": storage, "SIMULATED_ARM_ENDPOINT": vault_url}
    return {**defaults, **QUICK, **chosen}


def last_lines(log_path: Path) -> str:
    """The end of the host's log, without secrets, and where all of it is."""
    try:
        lines = log_path.read_text(errors="replace").rstrip().splitlines()
    except OSError:
        return f"Its log, {log_path}, cannot be read."
    told = [line for line in lines if not _OUR_REQUEST.search(line)]
    shown = [f"  {hide_secrets(line)}" for line in told[-_LOG_LINES:]]
    return "\n".join([f"The end of the app's log, {log_path}:", *(shown or ["  (empty)"])])


def _stay_here() -> None:
    # A proxy that the shell names would swallow calls to this machine.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), _HERE)))


def _start_host(
    port: int,
    state_dir: Path,
    log_path: Path,
    settings: Mapping[str, str],
    runs_on: RunsOn,
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "devhost", "run", str(ROOT)]
    command += ["--port", str(port), "--state", str(state_dir), *runs_on.options]
    environ = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    with log_path.open("wb") as log:
        return start_child(command, output=log, environ=environ)


def _wait(host: "subprocess.Popen[bytes]", url: str, log_path: Path) -> None:
    try:
        code = wait_ready(host, lambda: is_running(url))
    except TimeoutError as error:
        raise HostDidNotStart(f"The app's host is {error}.\n{last_lines(log_path)}") from error
    if code is not None:
        said = f"The app's host ended at its start (code {code})."
        raise HostDidNotStart(f"{said}\n{last_lines(log_path)}")
