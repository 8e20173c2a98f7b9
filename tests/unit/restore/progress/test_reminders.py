"""Somebody who must decide is reminded once, before it is too late."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.ledger_entry import LedgerEntry, reminded
from restore.messages.model import Approval, Authorization
from restore.progress import ledger_events, reminders
from tests.fakes.app_harness import START

MINUTE = timedelta(minutes=1)


def waiting(minutes: float, attempt_of: str | None = None, **fields: Any) -> LedgerEntry:
    entry = LedgerEntry(
        request_id="r1",
        request_hash="h",
        request={"recoveryType": "OriginalLocation", "sourceResourceId": "/vm"},
        source="queue",
        accepted_at=START - 60 * MINUTE,
        attempt_of=attempt_of,
    )
    authorization = Authorization(rule="r", approval=True, until=START + minutes * MINUTE)
    before = ledger_events.told(entry, START - 60 * MINUTE)
    asked = msgspec.structs.replace(before, authorization=authorization)
    return msgspec.structs.replace(ledger_events.told(asked, START), **fields)


@pytest.mark.parametrize("attempt_of", [None, "r0"])
@pytest.mark.parametrize(
    ("minutes", "every_s", "due_minutes"),
    [(240, 300, 180), (60, 300, 45), (30, 300, 20), (10, 300, 5), (60, 3600, 30)],
)
def test_it_is_due_in_the_last_quarter_and_long_enough_for_the_reconciler(
    minutes: float, every_s: float, due_minutes: float, attempt_of: str | None
) -> None:
    entry, due = waiting(minutes, attempt_of), START + due_minutes * MINUTE
    assert not reminders.is_due(entry, due - timedelta(seconds=1), every_s)
    assert reminders.is_due(entry, due, every_s)
    assert reminders.is_due(entry, START + minutes * MINUTE - timedelta(seconds=1), every_s)
    assert not reminders.is_due(entry, START + minutes * MINUTE, every_s)


def test_who_has_decided_or_was_reminded_is_not_reminded() -> None:
    now = START + 230 * MINUTE
    decided = Approval(decision="approved", at=START)
    assert not reminders.is_due(waiting(240, approval=decided), now, 300)
    assert not reminders.is_due(waiting(240, reminded_at=START), now, 300)
    assert not reminders.is_due(waiting(240, authorization=None), now, 300)


def test_a_reminder_tells_again_what_it_takes_to_decide() -> None:
    entry = ledger_events.told(reminded(waiting(240), START), START)
    told = {each.kind: each for each in entry.events}
    assert [*told] == ["accepted", "approval-requested", "approval-reminder"]
    assert told["approval-reminder"].data == told["approval-requested"].data
    assert reminded(entry, START + MINUTE) == entry


def test_who_has_not_been_asked_or_has_no_time_is_not_reminded() -> None:
    due = START + 200 * MINUTE
    assert reminders.is_due(waiting(240), due, 300)
    assert not reminders.is_due(waiting(240, events=()), due, 300)
    endless = Authorization(rule="r", approval=True)
    assert not reminders.is_due(waiting(240, authorization=endless), due, 300)
    assert not reminders.is_due(waiting(240, authorization=None), due, 300)
