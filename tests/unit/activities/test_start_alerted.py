"""What the rules decided is entered and started: each once, and nothing of somebody else's."""

import asyncio
from collections.abc import Iterator
from typing import Any

import azure.durable_functions as df
import pytest

from activities import clock, start_alerted
from restore.alerts.decision import AlertDecision
from restore.alerts.record import AlertRecord
from restore.messages import names, rejection
from restore.messages.alert_io import AlertsStarted
from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Outcome, Verdict
from restore.settings import Settings
from storage import alerts, connection
from storage.ledger import Ledger
from tests.alert_samples import DISKS, FIRED, vm
from tests.fakes import log
from tests.fakes.app_harness import START
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments, MemoryEvents

ID = rejection.id_of(START, "m1")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    ledger = Ledger(MemoryDocuments(), lambda: START)
    with connection.use(ledger, MemoryEvents()), clock.use(lambda: START):
        yield ledger


@pytest.fixture
def client() -> FakeDurableClient:
    return FakeDurableClient()


def wanted(number: int, **more: Any) -> AlertDecision:
    fields = {"requestId": f"r{number}", "sourceResourceId": vm(f"vm-{number}")}
    plain: dict[str, Any] = {
        "outcome": "restore",
        "rule": "disks",
        "request_id": f"r{number}",
        "request": DISKS | fields,
        "fired_at": FIRED,
    }
    return AlertDecision(**plain | more)


def judged(ledger: Ledger, *decisions: AlertDecision) -> None:
    record = AlertRecord(id=ID, way="http", received_at=START, judged_at=START, decisions=decisions)
    alerts.keep(ledger.documents, AlertRecord(id=ID, way="http", received_at=START))
    kept = alerts.read(ledger.documents, ID)
    assert kept is not None
    alerts.judged(ledger.documents, kept, record)


def start(client: FakeDurableClient, offset: int = 0) -> int | None:
    order = {"alertId": ID, "offset": offset}
    found = asyncio.run(start_alerted.start_alerted(order, client, Settings()))  # type: ignore[arg-type]
    outcome = Outcome.from_json(found)
    assert outcome.kind == "done", outcome
    return AlertsStarted.from_json(outcome.value).offset


def entry(ledger: Ledger, request_id: str) -> LedgerEntry:
    held = ledger.read(request_id)
    assert held is not None
    return held.entry


def test_what_is_wanted_is_entered_with_its_alert_and_started(
    ledger: Ledger, client: FakeDurableClient, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    more = {"source": "m", "alert_rule": "gone", "approval": True, "released_by": "ann"}
    judged(ledger, wanted(1, **more), wanted(2, outcome="held"), wanted(3, outcome="refused"))
    assert start(client) is None
    assert list(client.started) == [names.instance_id("r1")]
    known = entry(ledger, "r1")
    assert (known.source, known.accepted_at, known.state) == ("alert", START, LedgerState.ACCEPTED)
    assert known.alerted is not None
    alerted = known.alerted
    assert (alerted.rule, alerted.alert_id, alerted.source) == ("disks", ID, "m")
    assert (alerted.fired_at, alerted.alert_rule) == (FIRED, "gone")
    assert (alerted.approval, alerted.released_by) == (True, "ann")
    (line,) = log.lines(caplog, "accepted")
    assert (line["source"], line["recoveryType"], line["isNew"]) == ("alert", "RestoreDisks", True)
    assert alerts.note_of(ledger.documents, ID) is None


def test_a_sender_that_is_not_named_is_none(ledger: Ledger, client: FakeDurableClient) -> None:
    judged(ledger, wanted(1))
    start(client)
    alerted = entry(ledger, "r1").alerted
    assert alerted is not None
    assert (alerted.source, alerted.approval) == ("", False)


def test_what_runs_or_is_over_is_not_started_again(
    ledger: Ledger, client: FakeDurableClient
) -> None:
    judged(ledger, wanted(1), wanted(2))
    start(client)
    client.started[names.instance_id("r1")] = ("runs", None)
    client.runtime[names.instance_id("r1")] = df.OrchestrationRuntimeStatus.Completed
    verdict = Verdict(verdict="Failed", succeeded=False, text="x")
    ledger.finish("r2", lambda _: verdict, START)
    del client.started[names.instance_id("r2")]
    start(client)
    assert client.started == {names.instance_id("r1"): ("runs", None)}


@pytest.mark.parametrize("source", ["http", "zzz"])
def test_an_id_that_stands_for_another_request_starts_none(
    ledger: Ledger, client: FakeDurableClient, caplog: pytest.LogCaptureFixture, source: str
) -> None:
    log.listen(caplog)
    other = LedgerEntry(
        request_id="r1", request_hash="h", request={}, source=source, accepted_at=START
    )
    ledger.accept(other)
    judged(ledger, wanted(1), wanted(2))
    start(client)
    assert list(client.started) == [names.instance_id("r2")]
    assert len(log.lines(caplog, "remark")) == 1


@pytest.mark.parametrize("count", [25, 26, 50, 51])
def test_so_many_are_started_at_once_and_then_the_next(
    ledger: Ledger, client: FakeDurableClient, count: int
) -> None:
    judged(ledger, *(wanted(number) for number in range(count)))
    offset: int | None = start(client)
    assert len(client.started) == 25
    rounds = 1
    while offset is not None:
        assert offset == 25 * rounds
        assert alerts.note_of(ledger.documents, ID) is not None
        offset = start(client, offset)
        rounds += 1
    assert len(client.started) == count
    assert rounds == -(-count // 25)
    assert alerts.note_of(ledger.documents, ID) is None


def test_an_alert_that_was_deleted_starts_nothing(
    ledger: Ledger, client: FakeDurableClient
) -> None:
    del ledger
    assert start(client) is None
    assert client.started == {}


class Refusing(FakeDurableClient):
    """Refuses to start some of them, each with words of its own."""

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        if instance_id in (names.instance_id("r1"), names.instance_id("r3")):
            raise ValueError(instance_id)
        return await super().start_new(name, instance_id, client_input)


def test_whatever_one_dies_of_the_others_are_started_and_the_first_fault_is_raised(
    ledger: Ledger,
) -> None:
    client = Refusing()
    judged(ledger, *(wanted(number) for number in (1, 2, 3, 4)))
    with pytest.raises(ValueError, match=names.instance_id("r1")):
        start(client)
    assert list(client.started) == [names.instance_id("r2"), names.instance_id("r4")]
    assert alerts.note_of(ledger.documents, ID) is not None, "it is tried again"


def test_when_storage_does_not_answer_nothing_more_is_tried(
    ledger: Ledger, client: FakeDurableClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def accept(entry: LedgerEntry) -> Any:
        tried.append(entry.request_id)
        raise ServiceUnavailable("No answer.", code="ServerBusy")

    judged(ledger, wanted(1), wanted(2))
    monkeypatch.setattr(ledger, "accept", accept)
    order = {"alertId": ID, "offset": 0}
    found = asyncio.run(start_alerted.start_alerted(order, client, Settings()))  # type: ignore[arg-type]
    assert (found["kind"], found["error"]["code"], tried) == ("retryLater", "ServerBusy", ["r1"])
