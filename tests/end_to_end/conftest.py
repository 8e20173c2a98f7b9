"""What the end-to-end tests run on: devhost always; the real engine or a host when one is named.

FUNCTIONS_HOST_URL=http://127.0.0.1:7071 names a host that somebody started (`func start`), beside
Azurite on its default ports (or AzureWebJobsStorage) and the simulated vault on port 7072 (or
SIMULATED_ARM_ENDPOINT).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devhost.azurite import Azurite
from devhost.starting import BadStart
from devhost.storage_account import emulator_connection
from devhost.testing import HostProcess
from devhost.vault.server import ThreadedVaultServer
from devhost.vault.simulator import Simulator
from tests.end_to_end.stage import Stage

ROOT = Path(__file__).parents[2]
JOB_S = 8.0
QUICK = {
    "RESTORE_POLL_S_FIRST": "5",
    "RESTORE_POLL_S_MIN": "5",
    "RESTORE_POLL_S_MAX": "5",
    "RESTORE_SETTLE_S": "3",
    "ARM_TIMEOUT_S": "3",
}


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    running = Azurite()
    try:
        running.start()
    except BadStart as error:
        pytest.skip(str(error))
    yield running
    running.stop()


@pytest.fixture(scope="session", params=["devhost", "durable-engine", "functions-host"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    if request.param == "functions-host":
        yield _functions_host()
        return
    engine = None
    if request.param == "durable-engine":
        engine = os.environ.get("DURABLE_ENGINE")
        if not engine:
            pytest.skip("DURABLE_ENGINE names no executable of the extension's own engine")
    with on_devhost(
        request.getfixturevalue("azurite"), tmp_path_factory.mktemp("host"), engine
    ) as (it, _):
        yield it


@contextmanager
def on_devhost(
    azurite: Azurite, state_dir: Path, engine: str | None = None
) -> Iterator[tuple[Stage, HostProcess]]:
    """Run the app on devhost, with a simulated vault of its own."""
    with ThreadedVaultServer(Simulator()) as vault_url:
        environ = QUICK | {
            "AzureWebJobsStorage": azurite.connection_string,
            "SIMULATED_ARM_ENDPOINT": vault_url,
        }
        with HostProcess(ROOT, state_dir, environ=environ, engine=engine) as host:
            stage = Stage(host.url, azurite.connection_string, vault_url)
            stage.vault("PUT", "state", {"jobs": {"duration_s": JOB_S}})
            yield stage, host


def _functions_host() -> Stage:
    url = os.environ.get("FUNCTIONS_HOST_URL")
    if not url:
        pytest.skip("FUNCTIONS_HOST_URL names no running Functions host (README, Deployment)")
    storage = os.environ.get("AzureWebJobsStorage", "UseDevelopmentStorage=true")
    if "UseDevelopmentStorage" in storage:
        storage = emulator_connection()
    vault_url = os.environ.get("SIMULATED_ARM_ENDPOINT", "http://127.0.0.1:7072")
    stage = Stage(url.rstrip("/"), storage, vault_url)
    stage.vault("PUT", "state", {"jobs": {"duration_s": JOB_S}})
    return stage
