"""An alert is recorded once, listed by what was decided, and open until all of it is begun."""

from typing import Any

import pytest
from msgspec.structs import replace

from restore.alerts.decision import AlertDecision
from restore.alerts.record import AlertRecord
from restore.messages import names, rejection
from storage import alerts
from storage.documents import Changed
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments

ID = rejection.id_of(START, "m1")
RECORD = AlertRecord(id=ID, way="http", received_at=START)


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


def kept(documents: MemoryDocuments) -> alerts.Kept:
    found = alerts.read(documents, ID)
    assert found is not None
    return found


def line(documents: MemoryDocuments) -> dict[str, Any]:
    (found,) = alerts.page(documents, 9, None).lines
    return alerts.line_of(found.name, found.labels)


def test_the_first_record_stands_and_is_open(documents: MemoryDocuments) -> None:
    assert alerts.keep(documents, RECORD) is True
    assert alerts.keep(documents, replace(RECORD, way="queue")) is False
    assert kept(documents).record == RECORD
    note = alerts.note_of(documents, ID)
    assert note is not None
    assert (note.opened_at, note.tries) == (START, 0)
    assert alerts.open_page(documents, None).alert_ids == (ID,)


def test_what_is_judged_already_is_not_open(documents: MemoryDocuments) -> None:
    assert alerts.keep(documents, replace(RECORD, judged_at=START))
    assert alerts.note_of(documents, ID) is None
    assert alerts.open_page(documents, None).alert_ids == ()


def test_each_try_is_counted_and_an_end_takes_the_note_away(documents: MemoryDocuments) -> None:
    alerts.keep(documents, RECORD)
    for tries in (1, 2, 3):
        note = alerts.note_of(documents, ID)
        assert note is not None
        alerts.note_try(documents, ID, note)
        again = alerts.note_of(documents, ID)
        assert again is not None
        assert (again.opened_at, again.tries) == (START, tries)
    alerts.close(documents, ID)
    assert alerts.note_of(documents, ID) is None
    alerts.close(documents, ID)


def test_of_two_that_judge_one_is_told(documents: MemoryDocuments) -> None:
    alerts.keep(documents, RECORD)
    before = kept(documents)
    alerts.judged(documents, before, replace(RECORD, judged_at=START))
    with pytest.raises(Changed):
        alerts.judged(documents, before, RECORD)
    assert kept(documents).record.judged_at == START


def test_a_line_tells_what_is_known_before_and_after(documents: MemoryDocuments) -> None:
    alerts.keep(documents, RECORD)
    plain = {"id": ID, "receivedAt": "2026-11-23T03:00:00Z", "way": "http"}
    nothing: dict[str, Any] = {"source": None, "alertRule": None, "rule": None, "decisions": {}}
    assert line(documents) == plain | {"state": "received"} | nothing
    decisions = (
        AlertDecision(outcome="ignored", source="one", alert_rule="gone 語"),
        AlertDecision(outcome="restore", source="two", alert_rule="other", rule="disks"),
        AlertDecision(outcome="restore", rule="later"),
    )
    after = replace(RECORD, judged_at=START, decisions=decisions)
    alerts.judged(documents, kept(documents), after)
    assert line(documents) == plain | {
        "state": "judged",
        "source": "one",
        "alertRule": "gone 語",
        "rule": "disks",
        "decisions": {"restore": 2, "ignored": 1},
    }


@pytest.mark.parametrize("odd", ["..", "../x", "a/b", ""])
def test_what_is_no_id_leads_to_no_document(documents: MemoryDocuments, odd: str) -> None:
    asked: list[str] = []
    documents.before_read = asked.append
    assert alerts.read(documents, odd) is None
    assert asked == []


def test_a_record_that_is_not_there_is_none(documents: MemoryDocuments) -> None:
    assert alerts.read(documents, ID) is None
    documents.put(f"{names.ALERTS}{ID}", RECORD.as_json())
    assert kept(documents).record == RECORD


def test_twenty_that_are_open_are_listed_at_a_time(documents: MemoryDocuments) -> None:
    for number in range(21):
        alerts.keep(documents, replace(RECORD, id=rejection.id_of(START, f"m{number}")))
    first = alerts.open_page(documents, None)
    assert len(first.alert_ids) == 20
    last = alerts.open_page(documents, first.token)
    assert (len(last.alert_ids), last.token) == (1, None)
