"""What the app runs on in an end-to-end test: devhost with its own engine, devhost with the real
one, or a Functions host. Both of devhost's run the functions on our own worker, and on Microsoft's
where FUNCTIONS_WORKER names it (`make test WORKER=real`). Where that is installed, a few scenarios
are always run on it too, on the real engine if there is one.

DURABLE_ENGINE names the executable of the extension's own engine. FUNCTIONS_HOST_URL names a host
that somebody started (`func start`), beside Azurite on its default ports (or AzureWebJobsStorage)
and the simulated vault on port 7072 (or SIMULATED_ARM_ENDPOINT).
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from devhost.azurite import Azurite
from devhost.clock import RealClock
from devhost.storage_account import emulator_connection
from devhost.testing import HostProcess
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator
from tests import real_worker
from tests.end_to_end.harness import SUBSCRIPTION, HostHarness

ROOT = Path(__file__).parents[2]
EMBEDDED, REAL, FUNCTIONS_HOST = "embedded", "durable-engine", "functions-host"
ENGINES = (EMBEDDED, REAL, FUNCTIONS_HOST)
REAL_WORKER = real_worker.REAL_ID
GUARDED_GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-guarded"
JOB_S = 8.0
CANCEL_S = 2.0
TRANSFER_SHARE = 0.3
"""Little, so that a job's last task lasts long enough to be seen."""
POLICY: dict[str, Any] = {
    "rules": [
        {
            "name": "guarded",
            "recoveryTypes": ["RestoreDisks", "OriginalLocation", "AlternateLocation"],
            "sources": [GUARDED_GROUP],
            "targets": ["*"],
            "approval": True,
        },
        {
            "name": "everything",
            "recoveryTypes": ["RestoreDisks", "OriginalLocation", "AlternateLocation"],
            "sources": ["*"],
            "targets": ["*"],
            "probes": {"networks": ["127.0.0.1"], "ports": [7072]},
            "fallback": ["olderPoint", "disks"],
        },
    ],
    "maxConcurrentRestores": 1000,
    "restoresPerVmPerDay": 1000,
    "approvalWithin": "PT20S",
}
"""All restores go through as asked; those of VMs in one group wait for an approval, not long. What
probes reach is the simulated vault, whose port is this one where it is not our own."""
QUICK = {
    "RESTORE_POLL_S_FIRST": "5",
    "RESTORE_POLL_S_MIN": "5",
    "RESTORE_POLL_S_MAX": "5",
    "RESTORE_JOB_SEARCH_S": "3",
    "ARM_TIMEOUT_S": "10",
    "WEBSITE_AUTH_ENABLED": "true",
}


class HasConnection(Protocol):
    """A running storage account."""

    @property
    def connection_string(self) -> str:
        """What names and opens it."""


def why_not(engine: str) -> str | None:
    """Say why nothing can run on an engine here; None when it can."""
    if engine == REAL and not os.environ.get("DURABLE_ENGINE"):
        return "DURABLE_ENGINE names no executable of the extension's own engine"
    if engine == FUNCTIONS_HOST and not os.environ.get("FUNCTIONS_HOST_URL"):
        return "FUNCTIONS_HOST_URL names no running Functions host (README, Deployment)"
    return real_worker.why_not() if engine == REAL_WORKER else None


@contextmanager
def stage_on(engine: str, state_dir: Path) -> Iterator[HostHarness]:
    """Run the app on an engine, with storage and a vault of its own where it can have them."""
    worker = None
    if engine == REAL_WORKER:
        worker, engine = real_worker.python(), EMBEDDED if why_not(REAL) else REAL
    with ExitStack() as cleanup:
        if engine == FUNCTIONS_HOST:
            harness = _functions_host()
        else:
            azurite = cleanup.enter_context(Azurite())
            on_it = on_devhost(azurite, state_dir, engine, worker=worker)
            harness, _ = cleanup.enter_context(on_it)
        harness.make_queue()
        yield harness


@contextmanager
def on_devhost(
    storage: HasConnection,
    state_dir: Path,
    engine: str = EMBEDDED,
    environ: Mapping[str, str] | None = None,
    worker: str | None = None,
    worker_command: Sequence[str] = (),
    app_dir: Path = ROOT,
) -> Iterator[tuple[HostHarness, HostProcess]]:
    """Run the app, or a build of it in another folder, on devhost, with a simulated vault of its
    own."""
    with ExitStack() as cleanup:
        vault_url = cleanup.enter_context(ThreadedVaultServer(Simulator(RealClock(), seed=None)))
        settings = {
            **QUICK,
            "AzureWebJobsStorage": storage.connection_string,
            "SIMULATED_ARM_ENDPOINT": vault_url,
            "RESTORE_POLICY": _policy(vault_url),
            "DURABLE_ENGINE": "",  # what runs is said by name alone
            **(environ or {}),
        }
        executable = os.environ["DURABLE_ENGINE"] if engine == REAL else None
        host = HostProcess(
            app_dir,
            state_dir,
            environ=settings,
            engine=executable,
            worker=worker,
            worker_command=worker_command,
        )
        cleanup.enter_context(host)
        assert (state_dir / "engine.log").exists() == (engine == REAL), "on the wrong engine"
        is_real = host.worker.startswith("Microsoft's own worker, azure-functions-runtime ")
        assert is_real == bool(worker or real_worker.is_chosen()), "on the wrong worker"
        logs = (state_dir / "host.log", state_dir / "engine.log")[: 1 + (engine == REAL)]
        harness = HostHarness(host.url, storage.connection_string, vault_url, logs)
        _prepare(harness)
        yield harness, host


def _policy(vault_url: str) -> str:
    """The policy, with probes to where the vault is."""
    return json.dumps(POLICY).replace("7072", vault_url.rpartition(":")[2])


def _functions_host() -> HostHarness:
    storage = os.environ.get("AzureWebJobsStorage", "UseDevelopmentStorage=true")
    if "UseDevelopmentStorage" in storage:
        storage = emulator_connection()
    vault_url = os.environ.get("SIMULATED_ARM_ENDPOINT", "http://127.0.0.1:7072")
    harness = HostHarness(os.environ["FUNCTIONS_HOST_URL"].rstrip("/"), storage, vault_url)
    _prepare(harness)
    return harness


def _prepare(harness: HostHarness) -> None:
    jobs = {"duration_s": JOB_S, "transfer_share": TRANSFER_SHARE, "cancel_s": CANCEL_S}
    harness.vault("PUT", "state", {"jobs": jobs})
