"""The whole app in one thread on a virtual clock: shipped code, embedded engine, simulated vault.

No sockets, no sleep: an hour passes in milliseconds. Requests enter as a starter's would, after the
ledger's entry; `run_for` lives on.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from activities import clock as activity_clock
from arm import connection as arm_connection
from arm.backup import Backup
from arm.client import Client
from arm.exchange import Exchange
from arm.transport import NotSent
from devhost.clock import VirtualClock
from devhost.engine.dispatcher import Core
from devhost.engine.store import Store
from devhost.engine.virtual import VirtualDriver
from devhost.vault.seed import default_state
from devhost.vault.simulator import Simulator
from devhost.vault.transport import InProcess
from devhost.worker import Worker
from restore import names, parsing
from restore.contracts import Verdict
from restore.ledger import LedgerEntry
from restore.orders import Restore, encode
from restore.polling import Pace
from storage import connection as storage_connection
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments, MemoryEvents

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ENDPOINT = "https://arm.test"
API_VERSION = "2025-02-01"


def _nothing(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
    """What a laboratory does with a turn when nobody listens."""


@cache
def worker() -> Worker:
    """Return the loaded app; it can be indexed only once per process."""
    return Worker(ROOT)


class _Watched:
    """The worker, with an eye on every turn."""

    def __init__(self, laboratory: "Laboratory") -> None:
        self._laboratory = laboratory
        self.has_orchestrator = worker().has_orchestrator
        self.has_activity = worker().has_activity
        self.orchestrator_names = worker().orchestrator_names

    def run_activity(self, name: str, input_text: str) -> str:
        """Run one activity."""
        self._laboratory.at_boundary()
        answer = worker().run_activity(name, input_text)
        self._laboratory.at_boundary()
        return answer

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Run one turn."""
        self._laboratory.at_boundary()
        answer = worker().run_orchestrator(name, context_json)
        self._laboratory.on_turn(name, json.loads(context_json), json.loads(answer))
        return answer


def _guids(seed: int) -> Callable[[], UUID]:
    dice = random.Random(seed)
    return lambda: UUID(int=dice.getrandbits(128), version=4)


class Laboratory:
    """One world with one app, one vault and one storage account in it."""

    def __init__(self, seed: int = 0) -> None:
        self.clock = VirtualClock(START)
        self.simulator = Simulator(default_state(START), self.clock, seed)
        self.documents, self.events = MemoryDocuments(), MemoryEvents()
        self.ledger = Ledger(self.documents)
        self.store = Store(":memory:")
        self.on_turn = _nothing
        self.at_boundary: Callable[[], None] = lambda: None
        self.documents.after_write = self.events.after_send = self._pass_boundary
        self.documents.before_write = lambda name: self._pass_boundary()
        self._new_guid = _guids(seed)
        self.boot()

    def boot(self) -> None:
        """Start the process, or start it again after a kill: what was in memory only is gone."""
        core = Core(self.store, worker(), self._new_guid)
        self.driver = VirtualDriver(core, _Watched(self), self.clock)
        exchange = Exchange(ENDPOINT, lambda: "canary-token", self._send, self.clock.now)
        self.backup = Backup(Client(exchange, sleep=lambda seconds: None), API_VERSION)

    @contextmanager
    def open(self) -> Iterator["Laboratory"]:
        """Put this world's parts in place of the real ones."""
        with ExitStack() as stack:
            stack.enter_context(arm_connection.use(self.backup))
            stack.enter_context(storage_connection.use(self.ledger, self.events))
            stack.enter_context(activity_clock.use(self.clock.now))
            yield self

    def ask(self, fields: dict[str, Any], pace: Pace = Pace()) -> str:
        """Accept a request as a starter does, and start its orchestration."""
        request = parsing.parse_request(fields, default_request_id="none")
        entry = LedgerEntry(
            request_id=request.request_id,
            request_hash=names.request_hash(request),
            request=msgspec.to_builtins(request),
            source="queue",
            accepted_at=self.clock.now(),
        )
        self.ledger.accept(entry)
        order = Restore(request=request, pace=pace, source="queue")
        instance_id = names.instance_id(request.request_id)
        self.driver.client.start_new(
            names.RESTORE_VM, json.dumps(json.dumps(encode(order))), instance_id
        )
        return request.request_id

    def _pass_boundary(self) -> None:
        self.at_boundary()

    def _send(self, *request: Any) -> Any:
        self.at_boundary()
        reply = InProcess(self.simulator, NotSent)(*request)
        self.at_boundary()
        return reply

    def run_for(self, seconds: float) -> None:
        """Live on."""
        self.driver.run_for(seconds)

    def verdict(self, request_id: str) -> Verdict:
        """Return the verdict; there must be one."""
        held = self.ledger.read(request_id)
        assert held is not None, f"{request_id} was never accepted"
        assert held.entry.verdict is not None, f"{request_id} has no verdict: {held.entry}"
        return held.entry.verdict

    def status(self, instance_id: str) -> dict[str, Any]:
        """Return an instance's custom status."""
        row = self.driver.client.get(instance_id)
        assert row is not None, f"no instance {instance_id}"
        status: dict[str, Any] = json.loads(row.custom_status_text or "{}")
        return status

    def posts(self) -> list[dict[str, Any]]:
        """Return the restore POSTs that the vault accepted."""
        return [
            call
            for call in self.calls()
            if call["method"] == "POST"
            and call["path"].endswith("/restore")
            and call["status"] == 202
        ]

    def calls(self) -> list[dict[str, Any]]:
        """Return every ARM call, as the simulator's log shows it."""
        return self.simulator.log.select()

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of the events of one kind."""
        wanted = f"azure-vm-restore.{kind}.v1"
        return [event["data"] for event in self.events.sent if event["type"] == wanted]
