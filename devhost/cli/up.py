"""`python -m devhost up`: Azurite, simulated vault and app together, until Ctrl-C.

Each is a process of its own, so that the host can be killed like one in Azure: Azurite and the
vault live on, and the host is started again and goes on where it was.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from azure.storage.queue import QueueClient
from rich.console import Console
from rich.panel import Panel

from devhost.azurite import Azurite
from devhost.children import start_child, stop_child
from devhost.cli import vault
from devhost.cli.runs_on import RunsOn, add_options, chosen
from devhost.cli.send import make
from devhost.host import DEFAULT_PORT
from devhost.readiness import is_running, wait_ready
from devhost.starting import BadStart, is_listening
from devhost.storage_account import DEFAULT_PORTS, emulator_connection
from restore.messages import names

_PAUSE_S = 1.0
"""Between a kill and the next start."""


def main(arguments: Sequence[str]) -> int:
    """Run everything and stop it in order; Ctrl-C and SIGTERM are the usual end."""
    given = _parse(arguments)
    console = Console(highlight=False)
    # Said outright, because a shell starts background jobs with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as stack:
            return _run(given, console, stack)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 0


def _run(given: argparse.Namespace, console: Console, stack: ExitStack) -> int:
    runs_on = chosen(given)
    state_dir = _state_dir(given).resolve()
    for port, option in (
        (given.port, "--port"),
        (given.vault_port, "--vault-port"),
        (given.tls_port, "--tls-port"),
    ):
        if port and is_listening(port):
            raise BadStart(f"Port {port} is in use: stop what listens there, or give {option}.")
    _start_azurite(stack, state_dir, console)
    for name in (names.RESTORE_REQUESTS, names.RESTORE_EVENTS):  # in Azure the deployment does
        make(QueueClient.from_connection_string(emulator_connection(), name))
    simulated = ["vault", "--port", str(given.vault_port), "--job-s", str(given.job_s)]
    simulated += ["--state", str(state_dir)]
    if given.tls_port is not None:
        simulated += ["--tls-port", str(given.tls_port)]
    simulator = _start(stack, simulated, os.environ)
    _wait(simulator, lambda: is_listening(given.vault_port))
    environ = {
        **os.environ,
        "AzureWebJobsStorage": emulator_connection(),
        "SIMULATED_ARM_ENDPOINT": f"http://127.0.0.1:{given.vault_port}",
    }
    command = ["run", str(given.dir), "--port", str(given.port), "--state", str(state_dir)]
    command += runs_on.options
    url = f"http://127.0.0.1:{given.port}"
    while True:
        host = _start(stack, command, environ)
        _wait(host, lambda: is_running(url))
        console.print(_banner(url, given, runs_on))
        code = _until_ended(host, simulator)
        if code >= 0:
            return code
        console.print(f"The host was killed (signal {-code}); starting it again.")
        time.sleep(_PAUSE_S)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devhost up", description=__doc__)
    parser.add_argument("dir", type=Path, nargs="?", default=Path(), help="the app's folder")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--vault-port", type=int, default=vault.DEFAULT_PORT)
    parser.add_argument(
        "--job-s", type=float, default=60, help="seconds that a simulated restore job takes"
    )
    parser.add_argument("--state", help="where all data is kept; default DIR/.devhost")
    vault.add_tls_option(parser)
    add_options(parser)
    return parser.parse_args(arguments)


def _state_dir(given: argparse.Namespace) -> Path:
    return Path(given.state or given.dir / ".devhost")


def _start_azurite(stack: ExitStack, state_dir: Path, console: Console) -> None:
    if all(is_listening(port) for port in DEFAULT_PORTS):
        console.print("Using the Azurite that already runs at ports 10000-10002.")
        return
    console.print("Starting Azurite ...")
    stack.enter_context(Azurite(state_dir / "azurite", DEFAULT_PORTS))


def _start(
    stack: ExitStack, command: Sequence[str], environ: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    child = start_child([sys.executable, "-m", "devhost", *command], environ=environ)
    stack.callback(stop_child, child)
    return child


def _wait(child: "subprocess.Popen[bytes]", is_ready: Callable[[], bool]) -> None:
    """Wait for a child; when it gave up, it has said why, so we only leave."""
    try:
        code = wait_ready(child, is_ready)
    except TimeoutError as error:
        raise BadStart(f"What was started is {error}.") from error
    if code is not None:
        raise SystemExit(code if code > 0 else 1)


def _until_ended(host: "subprocess.Popen[bytes]", simulator: "subprocess.Popen[bytes]") -> int:
    while (code := host.poll()) is None:
        if simulator.poll() is not None:
            raise BadStart("The simulated vault ended; everything else is stopped too.")
        time.sleep(0.2)
    return code


def _banner(url: str, given: argparse.Namespace, runs_on: RunsOn) -> Panel:
    lines = [
        f"App                {url}/api",
        f"Simulated vault    http://127.0.0.1:{given.vault_port}  (it saw: /simulator/requests)",
        "Storage            UseDevelopmentStorage=true  (queues at port 10001)",
        f"Orchestrations     on {runs_on.orchestrations}",
        f"Functions          in {runs_on.functions}",
        f"Restore jobs       take {given.job_s:g} s here (--job-s); about 25 minutes in Azure",
        "",
        f"Data               {_state_dir(given)}: the next start goes on with it, all of it",
        f"Try                curl -s {url}/api/health",
        "Stop               Ctrl-C",
    ]
    return Panel("\n".join(lines), title="devhost", expand=False)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
