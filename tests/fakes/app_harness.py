"""The whole app in one thread on a virtual clock: shipped code, embedded engine, simulated vault.

No sockets, no sleep: an hour passes in milliseconds. Requests enter as a starter's would, after the
ledger's entry; `run_for` lives on.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch
from uuid import UUID

import msgspec

from activities import clock as activity_clock
from activities import policies, rules_in_force
from arm import connection as arm_connection
from arm.authorized_request import AuthorizedRequest
from arm.backup import Backup
from arm.client import Client
from arm.transport import NotSent
from devhost.clock import VirtualClock
from devhost.engine.dispatcher import Core
from devhost.engine.seam import FINISHED
from devhost.engine.store import Store
from devhost.engine.virtual import VirtualDriver
from devhost.worker import Worker
from restore.alerts.restore_rules import NONE, RestoreRules
from restore.messages import names
from restore.messages.activity_io import RESTORE_VERSION, Cancel, Restore
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Approval, Verdict
from restore.messages.poll_policy import PollPolicy
from restore.messages.reconcile_io import Reconcile
from restore.policy.rules import Policy
from restore.request import parsing
from restore.values import api_versions
from restore.values.decoding import encode
from simulated_azure.seed import default_state
from simulated_azure.simulator import Simulator
from simulated_azure.transport import InProcess
from storage import connection as storage_connection
from storage.ledger import Ledger
from tests.fakes import planned_actions
from tests.fakes.durable_calls import Calls, api_of
from tests.fakes.planned_actions import Planned
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from tests.unit.restore.policy.policy_cases import EVERYTHING

Decision = Literal["approved", "refused", "expired"]
ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ENDPOINT = "https://arm.test"
API_VERSION = api_versions.DEFAULT


def _nothing(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
    """What a harness does with a turn when nobody listens."""


@cache
def worker() -> Worker:
    """Return the loaded app, whose settings are right; loading it takes a moment."""
    return worker_with()


def worker_with(**variables: str) -> Worker:
    """Return the app as it is loaded with these settings."""
    storage = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
    with patch.dict("os.environ", storage | variables):
        return Worker(ROOT)


class _Watched:
    """The worker, with an eye on every turn and activity."""

    def __init__(self, harness: "AppHarness") -> None:
        self._harness = harness
        self.has_orchestrator = worker().has_orchestrator
        self.has_activity = worker().has_activity
        self.orchestrator_names = worker().orchestrator_names

    def run_activity(self, name: str, input_text: str) -> str:
        """Run one activity; what it raises is as much an answer as what it returns."""
        with self._harness.inside(name):
            self._harness.at_boundary(f"{name}: begun")
            try:
                client = self._harness.api.client_binding()
                return worker().run_activity(name, input_text, client)
            finally:
                self._harness.at_boundary(f"{name}: answered")

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Run one turn."""
        self._harness.at_boundary(f"{name}: turn begun")
        answer = worker().run_orchestrator(name, context_json)
        self._harness.on_turn(name, json.loads(context_json), json.loads(answer))
        self._harness.at_boundary(f"{name}: turn taken")
        return answer


def _guids(seed: int) -> Callable[[], UUID]:
    dice = random.Random(seed)
    return lambda: UUID(int=dice.getrandbits(128), version=4)


class AppHarness:
    """One world with one app, one vault and one storage account in it."""

    def __init__(
        self, seed: int = 0, policy: Policy = EVERYTHING, restore_rules: RestoreRules = NONE
    ) -> None:
        self.policy, self.restore_rules = policy, restore_rules
        self.clock = VirtualClock(START)
        self.simulator = Simulator(self.clock, default_state(START), seed=seed)
        self.documents, self.events = MemoryDocuments(), MemoryEvents()
        self.documents.now = self.clock.now
        self.ledger = Ledger(self.documents, self.clock.now)
        self.store = Store(":memory:")
        self.on_turn = _nothing
        self.at_boundary: Callable[[str], None] = lambda where: None
        """Told where the process is: around each turn, activity, call to Azure and write."""
        self.activity: str | None = None
        self._planned: list[Planned] = []
        self._seams: ExitStack | None = None
        self._hook_storage()
        self._new_guid = _guids(seed)
        self.boot()

    def boot(self) -> None:
        """Start the process, or start it again after a kill: what was in memory only is gone."""
        core = Core(self.store, worker(), self._new_guid)
        self.driver = VirtualDriver(core, _Watched(self), self.clock)
        self.api = api_of(self.driver.client)
        tokens = count(1)
        self._token = "canary-token"

        def renew() -> None:
            self._token = f"canary-token-{next(tokens)}"

        authorized = AuthorizedRequest(
            ENDPOINT, lambda: self._token, self._send, self.clock.now, renew=renew
        )
        self.backup = Backup(Client(authorized, sleep=lambda seconds: None), API_VERSION)
        if self._seams is not None:
            self._seams.enter_context(arm_connection.use(self.backup))
        for planned in self._planned:
            self.driver.at(planned.moment, planned)

    @contextmanager
    def open(self) -> Iterator["AppHarness"]:
        """Put this world's parts in place of the real ones."""
        with ExitStack() as stack:
            self._seams = stack
            stack.enter_context(arm_connection.use(self.backup))
            stack.enter_context(storage_connection.use(self.ledger, self.events))
            stack.enter_context(activity_clock.use(self.clock.now))
            stack.enter_context(policies.use(self.policy))
            stack.enter_context(rules_in_force.use(self.restore_rules))
            stack.enter_context(planned_actions.quick_times())
            stack.enter_context(Calls(lambda: self.api).in_place())
            yield self
        self._seams = None

    @contextmanager
    def inside(self, activity: str) -> Iterator[None]:
        """Note which activity runs; one may be delivered again while the first still runs."""
        before, self.activity = self.activity, activity
        try:
            yield
        finally:
            self.activity = before

    def plan(self, after_s: float, action: Callable[[], object]) -> None:
        """Plan what somebody outside does: a kill of the process delays it, and no more."""
        planned = Planned(self.clock.now() + timedelta(seconds=after_s), action)
        self._planned.append(planned)
        self.driver.at(planned.moment, planned)

    def cancel(self, request_id: str) -> LedgerState:
        """Cancel a request as the HTTP trigger does; return where that found it."""
        state = self.ledger.cancel(request_id).state
        if state is LedgerState.CANCELLED:
            self.wake(request_id, names.DECISION_EVENT)
        elif state is not LedgerState.FINISHED:
            self.start_cancel(request_id)
        return state

    def decide(self, request_id: str, decision: Decision, by: str | None = None) -> LedgerEntry:
        """Decide about an approval as the HTTP trigger does."""
        approval = Approval(decision=decision, at=self.clock.now(), by=by, reason="because")
        entry = self.ledger.decide(request_id, approval)
        self.wake(request_id, names.DECISION_EVENT)
        return entry

    def purge(self) -> None:
        """All histories are gone; the ledger is not."""
        self.store = Store(":memory:")
        self.boot()

    def wake(self, request_id: str, event: str) -> None:
        """Raise an event."""
        self.driver.client.raise_event(names.instance_id(request_id), event, "{}")

    def start_cancel(self, request_id: str) -> None:
        """Start what passes a wish to cancel on, as the HTTP trigger does, unless it runs."""
        instance_id = names.cancel_id(names.instance_id(request_id))
        known = self.store.instance(instance_id)
        if known is not None and known.status in ("Pending", "Running"):
            return
        until = self.clock.now() + timedelta(days=1)
        order = Cancel(request_id=request_id, poll_policy=PollPolicy(), until=until)
        self.driver.client.start_new(
            names.CANCEL_JOB, json.dumps(json.dumps(encode(order))), instance_id
        )

    def reconcile(self, *, deletes: bool = False) -> None:
        """Start the reconciler as its timer does, and let it come to its end."""
        order = json.dumps(json.dumps(encode(Reconcile(deletes=deletes))))
        self.driver.client.start_new(names.RECONCILE, order, names.RECONCILE)
        while self.driver.client.known(names.RECONCILE).status not in FINISHED:
            self.run_for(1)

    def ask(
        self, fields: dict[str, Any], poll_policy: PollPolicy = PollPolicy(), source: str = "queue"
    ) -> str:
        """Accept a request as a starter does, and start its orchestration."""
        request = parsing.parse_request(fields, default_request_id="none")
        entry = LedgerEntry(
            request_id=request.request_id,
            request_hash=names.request_hash(request),
            request=msgspec.to_builtins(request),
            source=source,
            accepted_at=self.clock.now(),
        )
        self.ledger.accept(entry)
        order = Restore(
            request=request, poll_policy=poll_policy, source=source, version=RESTORE_VERSION
        )
        instance_id = names.instance_id(request.request_id)
        self.driver.client.start_new(
            names.RESTORE_VM, json.dumps(json.dumps(encode(order))), instance_id
        )
        return request.request_id

    def _hook_storage(self) -> None:
        def within(what: str, name: str) -> None:
            if self.activity is not None:  # a starter's own writes are no boundary of a restore
                kind = name.partition("/")[0]
                self.at_boundary(f"{self.activity}: {what} {kind}")

        self.documents.before_write = lambda name: within("write", name)
        self.documents.after_write = lambda name: within("written", name)
        self.events.before_send = lambda: within("send", "event")
        self.events.after_send = lambda: within("sent", "event")

    def _send(self, method: str, url: str, *rest: Any) -> Any:
        call = f"{method} {planned_actions.resource_of(url)}"
        self.at_boundary(f"{self.activity}: {call}")
        try:
            return InProcess(self.simulator, NotSent)(method, url, *rest)
        finally:
            self.at_boundary(f"{self.activity}: {call} answered")

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
