"""`python -m devhost vault`: the simulated vault alone, until Ctrl-C.

Its state is kept in a folder: started again, it goes on where it was.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from devhost.cli.signals import until_stopped
from devhost.clock import RealClock
from devhost.console import log_to_console
from devhost.starting import BadStart, is_listening
from simulated_azure.certificate import make_certificate, server_context
from simulated_azure.server import VaultServer
from simulated_azure.simulator import Simulator
from simulated_azure.state_file import StateFile

DEFAULT_PORT = 7072
DEFAULT_TLS_PORT = 7443
LIFELIKE_S = 1500.0
"""About what a small VM's restore takes in Azure."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m devhost vault", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: a free one")
    parser.add_argument(
        "--job-s", type=float, default=LIFELIKE_S, help="how long a restore job takes, in seconds"
    )
    parser.add_argument(
        "--state", type=Path, default=Path(".devhost"), help="the folder; default .devhost"
    )
    add_tls_option(parser)
    given = parser.parse_args(arguments)
    log_to_console()
    asyncio.run(_serve(given))
    return 0


def add_tls_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tls-port",
        type=int,
        nargs="?",
        const=DEFAULT_TLS_PORT,
        help=f"serve https as well, for the Azure CLI; without a number on {DEFAULT_TLS_PORT}",
    )


async def _serve(given: argparse.Namespace) -> None:
    for port, option in ((given.port, "--port"), (given.tls_port, "--tls-port")):
        if port and is_listening(port):
            raise BadStart(
                f"Port {port} is in use: stop what listens there, or give another with {option}."
            )
    simulator = Simulator(RealClock(), seed=None)
    file = StateFile(given.state / "vault.json")
    is_known = _load(file, simulator)
    simulator.state.jobs.duration_s = given.job_s

    def changed() -> None:
        file.save(simulator)

    async with AsyncExitStack() as stack:
        server = VaultServer(simulator, port=given.port, changed=changed)
        await stack.enter_async_context(server)
        print(f"The simulated vault is at {server.url}; Ctrl-C stops it.")
        print(f"{'It goes on from' if is_known else 'Its state is kept in'} {file.path}.")
        if given.tls_port is not None:
            certificate, key = make_certificate(given.state / "tls", simulator.clock.now())
            tls = server_context(certificate, key)
            secure = VaultServer(simulator, port=given.tls_port, tls=tls, changed=changed)
            await stack.enter_async_context(secure)
            place = secure.url.replace("127.0.0.1", "localhost")
            print(f"For the Azure CLI: {place}, with REQUESTS_CA_BUNDLE={certificate.resolve()}")
        print(end="", flush=True)
        await until_stopped()


def _load(file: StateFile, simulator: Simulator) -> bool:
    try:
        return file.load(simulator)
    except ValueError as error:
        raise BadStart(
            f"The simulated vault's state in {file.path} cannot be read ({error}): delete the "
            "folder to start afresh, with the app's state in it."
        ) from None
