"""`python -m devhost vault`: the simulated vault alone, until Ctrl-C."""

import argparse
import asyncio
from collections.abc import Sequence

from devhost.cli.signals import until_stopped
from devhost.clock import RealClock
from devhost.console import log_to_console
from devhost.starting import BadStart, is_listening
from simulated_azure.server import VaultServer
from simulated_azure.simulator import Simulator

DEFAULT_PORT = 7072
LIFELIKE_S = 1500.0
"""About what a small VM's restore takes in Azure."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m devhost vault", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: a free one")
    parser.add_argument(
        "--job-s", type=float, default=LIFELIKE_S, help="how long a restore job takes, in seconds"
    )
    given = parser.parse_args(arguments)
    log_to_console()
    asyncio.run(_serve(given.port, given.job_s))
    return 0


async def _serve(port: int, job_s: float) -> None:
    if port and is_listening(port):
        raise BadStart(
            f"Port {port} is in use: stop what listens there, or give another with --port."
        )
    simulator = Simulator(RealClock(), seed=None)
    simulator.state.jobs.duration_s = job_s
    async with VaultServer(simulator, port=port) as server:
        print(f"The simulated vault is at {server.url}; Ctrl-C stops it.", flush=True)
        await until_stopped()
