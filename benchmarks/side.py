"""One side of the comparison: the app on one engine, with storage and a vault of its own.

Restores come in by the queue and are over when their `finished` event is out, as for a real
caller. Asking the app how far it is would cost what is to be measured.
"""

import base64
import json
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks import processes
from benchmarks.calls import Calls, read_calls
from benchmarks.counted_storage import CountedStorage
from benchmarks.storage_requests import Asked
from benchmarks.vault import PolledVault
from devhost.children import start_child, stop_child
from devhost.readiness import host_status, is_running, wait_ready
from devhost.starting import BadStart, free_port
from restore.messages import names
from restore.settings import variables
from simulated_azure.seed import STAGING_ID, TARGET_GROUP, VAULT_ID, vm_id
from simulated_azure.server import ThreadedVaultServer

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Mark:
    """What had been used up at a moment."""

    at: float
    host_cpu_s: float | None
    engine_cpu_s: float | None
    storage_cpu_s: float | None
    asked: Counter[Asked]
    arm: int
    """Requests that the vault had seen."""
    lines: int
    """Calls that had been noted."""
    engine_pids: tuple[int, ...]


class Side:
    """A running app; a context manager."""

    def __init__(
        self, name: str, folder: Path, settings: Mapping[str, str], vms: int, engine: str | None
    ) -> None:
        self.name = name
        self.verdicts: dict[str, str] = {}
        """By request id, as far as they have come."""
        self.told: dict[tuple[str, str], datetime] = {}
        """When it was accepted, started, finished, by request id and kind."""
        self._folder = folder
        self._settings = settings
        self._engine = engine
        self._storage = CountedStorage(folder / "storage")
        self._simulator = PolledVault(vms)
        self._calls = folder / "calls.jsonl"
        self._pid = self._worker_pid = 0
        self._cleanup = ExitStack()

    def set_jobs(self, seconds: float, polls: int | None = None) -> None:
        """Say how long the jobs that are started from now on take, or at which poll they end."""
        with self._simulator.locked():
            self._simulator.state.jobs.duration_s = seconds
            self._simulator.polls = polls

    def ask(self, request_id: str, vm: str) -> None:
        """Put a request for a restore on the app's queue."""
        request = {
            "requestId": request_id,
            "recoveryType": "RestoreDisks",
            "sourceResourceId": vm_id(vm),
            "vaultId": VAULT_ID,
            "storageAccountId": STAGING_ID,
            "targetResourceGroupId": TARGET_GROUP,
        }
        self._asking.send_message(json.dumps(request))

    def listen(self) -> None:
        """Take in the events that came since; they are hidden, not deleted, to ask for less."""
        while found := list(
            self._telling.receive_messages(max_messages=32, visibility_timeout=3_600)
        ):
            for message in found:
                self._take_in(json.loads(base64.b64decode(message.content)))

    def mark(self) -> Mark:
        """Take stock."""
        engine = [pid for pid in processes.children(self._pid) if pid != self._worker_pid]
        return Mark(
            at=time.monotonic(),
            host_cpu_s=processes.cpu_s(self._pid, self._worker_pid),
            engine_cpu_s=processes.cpu_s(*engine) if self._engine else None,
            storage_cpu_s=processes.cpu_s(*self._storage.pids),
            asked=self._storage.asked(),
            arm=self._simulator.log.seen,
            lines=len(self._notes()),
            engine_pids=tuple(engine),
        )

    def took_s(self, request_id: str) -> float:
        """Seconds from the acceptance of a restore to its verdict, by the engine's own clock."""
        begun, ended = (self.told[request_id, kind] for kind in ("accepted", "finished"))
        return (ended - begun).total_seconds()

    def calls(self, since: Mark, until: Mark) -> Calls:
        """The calls between two marks."""
        return read_calls(self._notes()[since.lines : until.lines])

    def __enter__(self) -> "Side":
        try:
            self._start()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    def _start(self) -> None:
        from azure.storage.queue import QueueClient

        self._cleanup.enter_context(self._storage)
        vault_url = self._cleanup.enter_context(ThreadedVaultServer(self._simulator))
        storage = self._storage.connection_string
        self._asking = QueueClient.from_connection_string(storage, names.RESTORE_REQUESTS)
        self._telling = QueueClient.from_connection_string(storage, names.RESTORE_EVENTS)
        for queue in (self._asking, self._telling):
            self._cleanup.enter_context(queue)
            queue.create_queue()
        self._start_host(storage, vault_url)

    def _start_host(self, storage: str, vault_url: str) -> None:
        port, log_path = free_port(), self._folder / "host.log"
        command = [sys.executable, "-m", "devhost", "run", str(ROOT)]
        worker = [sys.executable, "-m", "benchmarks.counted_worker", str(self._calls)]
        command += ["--worker-command", shlex.join(worker)]
        command += ["--port", str(port), "--state", str(self._folder / "state")]
        command += ["--engine", self._engine] if self._engine else []
        unset = dict.fromkeys(variables(), "")
        chosen = {"AzureWebJobsStorage": storage, "SIMULATED_ARM_ENDPOINT": vault_url}
        environ = {**os.environ, **unset, **self._settings, **chosen, "PYTHONPATH": str(ROOT)}
        if not self._engine:
            environ.pop("DURABLE_ENGINE", None)
        log = self._cleanup.enter_context(log_path.open("wb"))
        host = start_child(command, output=log, environ=environ)
        self._cleanup.callback(stop_child, host)
        self._pid = host.pid
        url = f"http://127.0.0.1:{port}"
        code = wait_ready(host, lambda: is_running(url))
        if code is not None:
            words = log_path.read_text(errors="replace").strip()[-2_000:]
            raise BadStart(f"The app did not start on the {self.name} (code {code}).\n{words}")
        status = host_status(url)
        assert status is not None, "it runs"
        self._worker_pid = status["workerProcessId"]

    def _take_in(self, event: dict[str, Any]) -> None:
        kind, data = event["type"].split(".")[1], event["data"]
        self.told[data["requestId"], kind] = datetime.fromisoformat(event["time"])
        if kind == "finished":
            self.verdicts[data["requestId"]] = data["verdict"]["verdict"]

    def _notes(self) -> list[str]:
        if not self._calls.exists():
            return []
        return self._calls.read_text().splitlines()
