"""`python -m devhost run DIR`: one app in this process, until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from devhost.cli.runs_on import add_options, chosen
from devhost.cli.signals import until_stopped
from devhost.console import log_to_console
from devhost.host import DEFAULT_PORT, Host, HostConfig
from devhost.workers import OWN_WORKER, real_worker


def main(arguments: Sequence[str]) -> int:
    """Run the app; does not return, see the end of it."""
    config = parse(arguments)
    log_to_console()
    code = asyncio.run(_serve(config))
    sys.stderr.flush()
    # Threads of the app may still run, and Python would wait for them: nothing is lost by leaving.
    os._exit(code)


def parse(arguments: Sequence[str]) -> HostConfig:
    parser = argparse.ArgumentParser(prog="python -m devhost run", description=__doc__)
    parser.add_argument("dir", type=Path, nargs="?", default=Path(), help="the app's folder")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="HTTP port; 0: a free one")
    parser.add_argument("--state", type=Path, help="where state is kept; default DIR/.devhost")
    parser.add_argument("--hub", metavar="NAME", help="the hub; default: that of host.json")
    parser.add_argument(
        "--worker-command",
        metavar="COMMAND",
        type=shlex.split,
        help="what runs the functions in place of --worker; the app's folder and the number of a "
        "socket are added (devhost/language_worker/messages.py)",
    )
    add_options(parser)
    given = parser.parse_args(arguments)
    state_dir = given.state or given.dir / ".devhost"
    runs_on = chosen(given)
    worker = OWN_WORKER if runs_on.worker is None else real_worker(runs_on.worker)
    return HostConfig(
        given.dir, state_dir, given.port, runs_on.engine, given.hub, given.worker_command or worker
    )


async def _serve(config: HostConfig) -> int:
    host = Host(config)
    await host.start()
    print(f"devhost runs {config.app_dir.resolve().name} at {host.url} (pid {os.getpid()})")
    print(f"  orchestrations on the {host.engine_line}")
    print(f"  functions in {host.worker_line}")
    for line in host.triggers:
        print(f"  {line}")
    print("Ctrl-C stops it; so does kill -9, and the next start goes on where it was.", flush=True)
    why = await _until_ended(host)
    await host.stop()
    if why is None:
        return 0
    print(f"devhost ends: {why}", file=sys.stderr)
    return 1


async def _until_ended(host: Host) -> str | None:
    """Return when somebody stops the host, or with the reason why it cannot go on."""
    stopped, failed = (
        asyncio.ensure_future(until_stopped()),
        asyncio.ensure_future(host.until_failed()),
    )
    await asyncio.wait((stopped, failed), return_when=asyncio.FIRST_COMPLETED)
    return failed.result() if failed.done() else None
