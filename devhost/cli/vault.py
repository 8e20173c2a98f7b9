"""`python -m devhost vault`: the simulated vault alone, until Ctrl-C."""

import argparse
import asyncio
from collections.abc import Sequence

from devhost.cli.signals import until_stopped
from devhost.console import log_to_console
from devhost.starting import BadStart, is_listening
from devhost.vault.server import VaultServer
from devhost.vault.simulator import Simulator

DEFAULT_PORT = 7072


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m devhost vault", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: a free one")
    given = parser.parse_args(arguments)
    log_to_console()
    asyncio.run(_serve(given.port))
    return 0


async def _serve(port: int) -> None:
    if port and is_listening(port):
        raise BadStart(
            f"Port {port} is in use: stop what listens there, or give another with --port."
        )
    async with VaultServer(Simulator(), port=port) as server:
        print(f"The simulated vault is at {server.url}; Ctrl-C stops it.", flush=True)
        await until_stopped()
