"""What the log tells of a ledger entry: times in seconds, and nothing that is not known."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.log_line import LogLine
from restore.messages.model import Approval, Authorization, Failure, Verdict
from restore.progress import ledger_lines
from restore.progress.ledger_events import told

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ACCEPTED = told(
    LedgerEntry(
        request_id="r1",
        request_hash="h",
        request={"sourceResourceId": "/vm", "recoveryType": "RestoreDisks", "vaultId": "/vault"},
        source="queue",
        accepted_at=START,
        traceparent="00-1",
    ),
    START,
)
INTENT = Intent(
    item_id="/vault/item",
    container_name="c",
    recovery_point="p1",
    vault_time=START,
    written_at=START + timedelta(minutes=5),
    window_s=60,
    known_jobs=(),
)


def read(line: LogLine) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(str(line))
    return plain


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def finished(verdict: Verdict, **known: Any) -> LedgerEntry:
    return msgspec.structs.replace(
        ACCEPTED, state=LedgerState.FINISHED, verdict=verdict, finished_at=at(30), **known
    )


def test_a_line_is_about_the_entrys_request() -> None:
    entry = msgspec.structs.replace(ACCEPTED, job_id="j", revivals=2)
    assert ledger_lines.about(entry).as_json() == {
        "requestId": "r1",
        "vm": "/vm",
        "vault": "/vault",
        "job": "j",
        "revival": 2,
        "traceparent": "00-1",
    }


def test_a_verdict_tells_how_long_it_took_and_how_long_until_the_post() -> None:
    verdict = Verdict(
        verdict="Completed", succeeded=True, text="Done.", job_id="j", recovery_point="p1"
    )
    line = read(ledger_lines.verdict(finished(verdict, intent=INTENT, job_id="j")))
    assert (line["durationS"], line["toPostS"]) == (1800, 300)
    assert (line["verdict"], line["succeeded"], line["phase"]) == ("Completed", True, "Completed")
    assert (line["job"], line["recoveryPoint"], line["source"]) == ("j", "p1", "queue")
    assert "code" not in line


def test_what_was_never_sent_has_no_time_until_its_post() -> None:
    failure = Failure(code="PolicyRefused", message="No.", category="PolicyRefused")
    verdict = Verdict(verdict="Rejected", succeeded=False, text="No.", error=failure)
    line = read(ledger_lines.verdict(finished(verdict)))
    assert "toPostS" not in line
    assert (line["code"], line["category"]) == ("PolicyRefused", "PolicyRefused")


def test_a_persons_time_is_not_the_apps() -> None:
    approved = Approval(decision="approved", at=at(4))
    entry = msgspec.structs.replace(ACCEPTED, intent=INTENT, approval=approved, operation_id="o")
    line = read(ledger_lines.sent(entry))
    assert (line["toPostS"], line["operation"], line["recoveryPoint"]) == (60, "o", "p1")


def test_an_open_restore_tells_how_long_it_has_waited_for_a_person() -> None:
    authorization = Authorization(rule="ask", approval=True, until=at(60))
    entry = told(msgspec.structs.replace(ACCEPTED, authorization=authorization), at(2))
    line = read(ledger_lines.is_open(entry, at(12), held_up=0, waiting="ApprovalWanted"))
    assert (line["openS"], line["approvalS"], line["code"]) == (720, 600, "ApprovalWanted")
    assert "heldUp" not in line
    decided = msgspec.structs.replace(entry, approval=Approval(decision="approved", at=at(3)))
    assert "approvalS" not in read(ledger_lines.is_open(decided, at(12), held_up=0))


def test_events_that_are_held_up_are_counted_from_the_first_of_them() -> None:
    authorization = Authorization(rule="ask", approval=True, until=at(60))
    entry = told(msgspec.structs.replace(ACCEPTED, authorization=authorization), at(2))
    assert [event.kind for event in entry.events] == ["accepted", "approval-requested"]
    one = read(ledger_lines.is_open(entry, at(12), held_up=1))
    both = read(ledger_lines.is_open(entry, at(12), held_up=2))
    assert [(line["heldUp"], line["heldUpS"]) for line in (one, both)] == [(1, 600), (2, 720)]


def test_another_attempt_waits_for_a_person_since_it_asked() -> None:
    """It tells `fallback` first, not `accepted`."""
    authorization = Authorization(rule="ask", approval=True, until=at(60))
    plain = msgspec.structs.replace(ACCEPTED, attempt_of="r0", rung="disks", events=())
    asked = msgspec.structs.replace(told(plain, START), authorization=authorization)
    entry = told(asked, at(2))
    assert [event.kind for event in entry.events] == ["fallback", "approval-requested"]
    assert read(ledger_lines.is_open(entry, at(12), held_up=0))["approvalS"] == 600
    untold = msgspec.structs.replace(entry, events=())
    assert "approvalS" not in read(ledger_lines.is_open(untold, at(12), held_up=0))
