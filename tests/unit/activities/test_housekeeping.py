"""What is old is deleted, what broke is started again, and nothing else is touched."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import azure.durable_functions as df
import pytest

from activities import (
    clock,
    purge_documents,
    purge_histories,
    revive_plans,
    slot_leases,
    tidy_storage,
)
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.messages.plan_io import MakePlan
from restore.messages.reconcile_io import Purge, Tidied
from restore.request import parsing
from storage import connection, draining, pending_notifications
from storage.documents import Changed
from storage.ledger import Ledger
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.storage import MemoryDocuments, MemoryEvents

S = df.OrchestrationRuntimeStatus
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KEEP = timedelta(days=30)


class Engine:
    """A durable client that lists what a test gives it."""

    def __init__(self, *listed: Any, fails: str = "") -> None:
        self.listed, self.fails = listed, fails
        self.asked: dict[str, Any] = {}
        self.purged: list[str] = []
        self.started: list[tuple[str, str, Any]] = []

    async def get_status_by(self, **wanted: Any) -> list[Any]:
        """List."""
        self.asked = wanted
        return list(self.listed)

    async def purge_instance_history(self, instance_id: str) -> None:
        """Purge."""
        if instance_id == self.fails:
            raise Exception("it runs again")
        self.purged.append(instance_id)

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        """Start."""
        if instance_id == self.fails:
            raise Exception("An instance with this ID already exists.")
        self.started.append((name, instance_id, client_input))
        return instance_id


def instance(instance_id: str, status: Any, order: Any = None) -> Any:
    return SimpleNamespace(instance_id=instance_id, runtime_status=status, input_=order)


def purge(engine: Engine) -> dict[str, str | None]:
    with clock.use(lambda: NOW):
        return asyncio.run(purge_histories._purge(cast("Any", engine), KEEP))


def test_histories_that_ended_before_the_time_they_are_kept_are_purged() -> None:
    ended = (S.Completed, S.Failed, S.Terminated, S.Canceled)
    engine = Engine(instance("x", S.Running), *(instance(each.value, each) for each in ended))
    assert purge(engine) == {"token": "again"}
    assert engine.purged == ["Completed", "Failed", "Terminated", "Canceled"]
    assert engine.asked["created_time_to"] == NOW - KEEP
    assert engine.asked["created_time_from"] == datetime(2020, 1, 1, tzinfo=UTC)
    assert engine.asked["runtime_status"] == list(ended)


def test_a_history_that_cannot_be_purged_hinders_no_other_and_is_not_tried_for_ever() -> None:
    both = Engine(instance("a", S.Failed), instance("b", S.Failed), fails="a")
    assert purge(both) == {"token": "again"}
    assert both.purged == ["b"]
    assert purge(Engine(instance("a", S.Failed), fails="a")) == {"token": None}
    assert purge(Engine()) == {"token": None}


def plan_input(revival: int = 0) -> Any:
    request = parsing.parse_request(request_for("RestoreDisks", "r1"), default_request_id="x")
    return MakePlan(request=request, source="queue", revival=revival).as_json()


def revive(engine: Engine, most: int = 3) -> int:
    with clock.use(lambda: NOW):
        return asyncio.run(revive_plans._revive(cast("Any", engine), most))["count"]


def test_a_plan_that_broke_is_started_again_and_counted() -> None:
    engine = Engine(
        instance("plan-0", S.Failed, plan_input(4)),
        instance("plan-2", S.Failed, plan_input(3)),
        instance("plan-1", S.Failed, plan_input(2)),
        instance("restore-1", S.Failed, plan_input()),
        instance("plan-3", S.Failed, {"rubbish": 1}),
        instance("plan-4", S.Failed, plan_input(1)),
    )
    assert revive(engine) == 2
    assert [(name, each, order["revival"]) for name, each, order in engine.started] == [
        (names.PLAN_RESTORE, "plan-1", 3), (names.PLAN_RESTORE, "plan-4", 2),
    ]  # fmt: skip
    assert engine.asked["created_time_from"] == NOW - timedelta(days=1)
    assert engine.asked["runtime_status"] == [S.Failed]


def test_a_plan_that_somebody_else_started_meanwhile_is_not_counted() -> None:
    engine = Engine(
        instance("plan-1", S.Failed, plan_input()), instance("plan-2", S.Failed, plan_input()),
        fails="plan-1",
    )  # fmt: skip
    assert revive(engine) == 1


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


def test_documents_are_deleted_by_the_time_they_were_written_page_by_page(
    documents: MemoryDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_documents, "_PAGE_SIZE", 2)
    ages = {
        "plans/a": KEEP + timedelta(1),
        "plans/b": KEEP,
        "plans/c": 2 * KEEP,
        "events/d": 2 * KEEP,
    }
    for name, age in ages.items():
        documents.create(name, {}, {})
        documents.written_at[name] = NOW - age
    with connection.use(Ledger(documents), MemoryEvents()), clock.use(lambda: NOW):
        first = purge_documents._purge(Purge(folder="plans/"), KEEP)
        assert set(documents.kept) == {"plans/b", "plans/c", "events/d"}
        assert purge_documents._purge(Purge(folder="plans/", token=first["token"]), KEEP) == {
            "token": None
        }
    assert set(documents.kept) == {"plans/b", "events/d"}


@pytest.mark.parametrize("error", [ServiceUnavailable("No answer.", code="Busy"), Changed("x")])
def test_tidying_makes_the_queues_and_goes_on_where_one_part_cannot_be_done(
    documents: MemoryDocuments,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    made: list[Collection[str]] = []
    ended: list[datetime] = []

    def make(names: Collection[str]) -> None:
        made.append(names)
        raise error

    documents.create("slots/restores", {}, {})

    monkeypatch.setattr(slot_leases, "end", lambda ledger, holders, now: ended.append(now))
    with connection.use(Ledger(documents), MemoryEvents(), make), clock.use(lambda: NOW):
        tidy_storage._tidy()
    queues = ("restore-requests", "restore-alerts", "restore-events")
    assert made == [queues]
    assert ended == [NOW]
    assert "_make_queues" in caplog.text
    made.clear()
    with connection.use(Ledger(documents), MemoryEvents(), made.append), clock.use(lambda: NOW):
        tidy_storage._tidy()
    assert made == [queues]


@pytest.mark.parametrize(("pages", "read"), [(1, 1), (3, 3), (10, 10), (500, 10)])
def test_tidying_sends_what_was_kept_page_by_page_up_to_an_end(
    documents: MemoryDocuments, monkeypatch: pytest.MonkeyPatch, pages: int, read: int
) -> None:
    tokens: list[str | None] = []

    def drain(documents: Any, events: Any, now: datetime, token: str | None) -> str | None:
        del documents, events
        assert now == NOW
        tokens.append(token)
        return f"page {len(tokens)}" if len(tokens) < pages else None

    monkeypatch.setattr(draining, "drain_kept", drain)
    documents.create("outbox/x", {}, {})
    with connection.use(Ledger(documents), MemoryEvents()), clock.use(lambda: NOW):
        tidy_storage._tidy()
    assert tokens == [None, *(f"page {number}" for number in range(1, read))]


@pytest.mark.parametrize("waits", [True, False])
def test_tidying_wakes_who_sends_notifications_where_any_wait(
    documents: MemoryDocuments, waits: bool
) -> None:
    woken: list[str | None] = []
    wakes = SimpleNamespace(wake=lambda receiver, after_s: woken.append(receiver))
    if waits:
        documents.create(f"{pending_notifications.FOLDER}x", {}, {})
    for told in (wakes, None):
        with connection.use(Ledger(documents), MemoryEvents(), wakes=cast("Any", told)):
            tidy_storage._tidy()
    assert woken == [None] * waits


@pytest.mark.parametrize(
    ("name", "open_requests", "alerts"),
    [
        ("restores/r1", False, False),
        ("open/r1", True, False),
        ("open-alerts/a", False, True),
        ("alert-rules/web", False, True),
    ],
)
def test_tidying_says_what_there_may_be_to_see_to(
    documents: MemoryDocuments, name: str, open_requests: bool, alerts: bool
) -> None:
    documents.create(name, {}, {})
    with connection.use(Ledger(documents), MemoryEvents()):
        seen = tidy_storage._tidy()
    assert seen == Tidied(open_requests=open_requests, alerts=alerts)


def test_the_clock_is_utc_and_another_one_counts_while_it_is_in_use() -> None:
    assert clock.now().tzinfo is UTC
    with clock.use(lambda: START):
        assert clock.now() == START
    assert clock.now() != START


def test_a_restore_that_nobody_follows_is_started_again_and_given_up_in_the_end() -> None:
    with AppHarness().open() as harness:
        harness.ask(request_for("AlternateLocation", "r1"))
        harness.run_for(100)
        for revivals in (1, 2, 3):
            harness.purge()
            harness.run_for(300)
            harness.reconcile()
            held = harness.ledger.read("r1")
            assert held is not None
            assert held.entry.revivals == revivals
        harness.purge()
        harness.run_for(300)
        harness.reconcile()
        verdict = harness.verdict("r1")
        assert (verdict.verdict, len(harness.posts())) == ("Failed", 1)
        assert "lost sight" in verdict.text
