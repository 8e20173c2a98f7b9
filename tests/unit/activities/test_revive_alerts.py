"""An alert that nobody follows is judged again, a few times, and never lost in silence."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df
import pytest
from msgspec.structs import replace

from activities import alert_counting, clock, revive_alerts
from restore.alerts.decision import AlertDecision
from restore.alerts.record import AlertRecord
from restore.messages import names, rejection
from restore.messages.ledger_entry import LedgerEntry
from restore.settings import Settings
from storage import alert_usage, alerts, connection
from storage.ledger import Ledger
from tests import alert_samples as samples
from tests.fakes import log
from tests.fakes.app_harness import START
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments, MemoryEvents

SETTINGS = Settings(restore_revivals_max=2)
ID = rejection.id_of(START, "m1")
INSTANCE = names.alert_instance_id(ID)
Status = df.OrchestrationRuntimeStatus


@pytest.fixture
def documents() -> Iterator[MemoryDocuments]:
    documents = MemoryDocuments()
    documents.now = lambda: START
    with connection.use(Ledger(documents, lambda: START), MemoryEvents()):
        yield documents


@pytest.fixture
def client() -> FakeDurableClient:
    return FakeDurableClient()


def kept(documents: MemoryDocuments, **more: Any) -> None:
    alerts.keep(documents, AlertRecord(id=ID, way="http", received_at=START, **more))


def revive(
    client: FakeDurableClient,
    after_s: float = 60,
    settings: Settings = SETTINGS,
    token: str | None = None,
) -> Any:
    def now() -> datetime:
        return START + timedelta(seconds=after_s)

    with clock.use(now):
        found = asyncio.run(
            revive_alerts.revive_alerts({"token": token}, client, settings)  # type: ignore[arg-type]
        )
    assert found["kind"] == "done"
    return found["value"]


def tries(documents: MemoryDocuments) -> int:
    note = alerts.note_of(documents, ID)
    assert note is not None
    return note.tries


def test_after_a_minute_somebody_else_starts_its_orchestration(
    documents: MemoryDocuments, client: FakeDurableClient, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    kept(documents)
    revive(client, 59.9)
    assert (client.started, tries(documents)) == ({}, 0)
    assert revive(client) == {"token": None}
    assert client.started[INSTANCE] == (names.TAKE_ALERT, {"alertId": ID})
    assert tries(documents) == 1
    (line,) = log.lines(caplog, "revived")
    assert (line["instanceId"], line["revival"]) == (INSTANCE, 1)


@pytest.mark.parametrize(
    ("status", "again"),
    [
        (Status.Running, False),
        (Status.Pending, False),
        (Status.Suspended, False),
        (Status.ContinuedAsNew, False),
        (Status.Completed, True),
        (Status.Failed, True),
        (Status.Terminated, True),
    ],
)
def test_what_is_followed_is_left_alone(
    documents: MemoryDocuments, client: FakeDurableClient, status: Any, again: bool
) -> None:
    kept(documents)
    client.started[INSTANCE] = ("before", None)
    client.runtime[INSTANCE] = status
    revive(client)
    assert (client.started[INSTANCE][0] == names.TAKE_ALERT) is again
    assert tries(documents) == int(again)


@pytest.mark.parametrize("is_judged", [False, True])
def test_after_so_many_tries_it_is_given_up_and_told(
    documents: MemoryDocuments,
    client: FakeDurableClient,
    caplog: pytest.LogCaptureFixture,
    is_judged: bool,
) -> None:
    log.listen(caplog)
    kept(documents)
    for _ in range(2):
        revive(client)
        client.started.clear()
    assert tries(documents) == 2
    if is_judged:
        before = alerts.read(documents, ID)
        assert before is not None
        alerts.judged(documents, before, replace(before.record, judged_at=START))
    revive(client, 90)
    assert client.started == {}
    assert alerts.note_of(documents, ID) is None
    after = alerts.read(documents, ID)
    assert after is not None
    codes = [each.code for each in after.record.decisions]
    assert codes == ([] if is_judged else ["AlertNotJudged"])
    assert after.record.judged_at == (START if is_judged else START + timedelta(seconds=90))
    assert [line["revival"] for line in log.lines(caplog, "revived")] == [1, 2]
    (line,) = log.lines(caplog, "given-up")
    assert line["revival"] == 3


def test_more_tries_than_are_allowed_now_are_given_up_too(
    documents: MemoryDocuments, client: FakeDurableClient
) -> None:
    kept(documents)
    for _ in range(2):
        revive(client)
        client.started.clear()
    revive(client, settings=Settings(restore_revivals_max=1))
    assert alerts.note_of(documents, ID) is None


def test_a_note_without_a_record_is_taken_away_after_an_hour(
    documents: MemoryDocuments, client: FakeDurableClient
) -> None:
    """Whoever noted it died before it recorded it, and its sender knows that."""
    kept(documents)
    documents.remove(f"{names.ALERTS}{ID}")
    revive(client, 3599)
    assert alerts.note_of(documents, ID) is not None
    revive(client, 3600)
    assert alerts.note_of(documents, ID) is None
    assert client.started == {}


def test_while_a_setting_is_wrong_nothing_is_started(
    documents: MemoryDocuments, client: FakeDurableClient
) -> None:
    kept(documents)
    wrong = Settings(problems=("X is wrong",))
    assert revive(client, settings=wrong) == {"token": None}
    assert client.started == {}


def test_each_open_alert_is_seen_to(documents: MemoryDocuments, client: FakeDurableClient) -> None:
    ids = [rejection.id_of(START, f"m{number}") for number in range(5)]
    for each in ids:
        alerts.keep(documents, AlertRecord(id=each, way="http", received_at=START))
    client.started[names.alert_instance_id(ids[2])] = ("before", None)
    revive(client)
    begun = [key for key, (name, _) in client.started.items() if name == names.TAKE_ALERT]
    assert sorted(begun) == sorted(names.alert_instance_id(each) for each in ids if each != ids[2])


def decided(number: int, outcome: Any = "restore") -> AlertDecision:
    return AlertDecision(outcome=outcome, rule="r", request_id=f"alert-{number}", text="x")


def test_of_what_could_not_be_started_each_restore_that_was_not_begun_is_told(
    documents: MemoryDocuments, client: FakeDurableClient
) -> None:
    kept(documents)
    begun = LedgerEntry(
        request_id="alert-1", request_hash="h", request={}, source="alert", accepted_at=START
    )
    connection.ledger().accept(begun)
    before = alerts.read(documents, ID)
    assert before is not None
    outcomes: list[Any] = ["restore", "restore", "held", "repeated"]
    decisions = tuple(decided(number, outcome) for number, outcome in enumerate(outcomes))
    judged = replace(before.record, judged_at=START, decisions=decisions)
    alerts.judged(documents, before, judged)
    revive(client, settings=Settings(restore_revivals_max=0))
    after = alerts.read(documents, ID)
    assert after is not None
    first, *others = after.record.decisions
    assert (first.outcome, first.code) == ("refused", "AlertNotStarted")
    assert others == list(decisions[1:])
    assert alerts.note_of(documents, ID) is None


@pytest.mark.parametrize(("token", "is_told"), [(None, True), ("open-alerts/", False)])
def test_holds_are_seen_to_once_with_the_first_page(
    documents: MemoryDocuments, client: FakeDurableClient, token: str | None, is_told: bool
) -> None:
    fields = {"requestId": "alert-1", "sourceResourceId": samples.vm()}
    wanted = replace(decided(1), request=samples.DISKS | fields)
    rules = samples.restore_rules(rules=[samples.rule(name="r", restoresPerHour=0)])
    alert_counting.begin(connection.ledger(), rules, [wanted], START, "storm")
    revive(client, token=token)
    hold = alert_usage.rule(documents, "r").hold
    assert hold is not None
    assert hold.is_told is is_told
