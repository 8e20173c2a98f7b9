"""What the app's log tells of a ledger entry: the lines that are built of nothing else.

What is told twice is the same both times, for the entry does not change any more.
"""

from datetime import datetime

from restore.messages.ledger_entry import LedgerEntry
from restore.messages.log_line import LogContext, LogLine


def about(entry: LedgerEntry) -> LogContext:
    """Return what a line about this entry is about."""
    return LogContext(
        request_id=entry.request_id,
        vm=entry.request.get("sourceResourceId"),
        vault=entry.item.vault_id if entry.item else entry.request.get("vaultId"),
        job=entry.job_id,
        revival=entry.revivals or None,
        traceparent=entry.traceparent,
    )


def sent(entry: LedgerEntry) -> LogLine:
    """Azure took the restore request."""
    return LogLine(
        event="sent",
        about=about(entry),
        operation=entry.operation_id,
        recovery_point=entry.intent.recovery_point if entry.intent else None,
        recovery_type=entry.recovery_type,
        to_post_s=_to_post_s(entry),
    )


def verdict(entry: LedgerEntry) -> LogLine:
    """The restore is over."""
    ended = entry.verdict
    assert ended is not None, "it has its verdict"
    assert entry.finished_at is not None, "it is written with the verdict"
    error = ended.error
    return LogLine(
        event="verdict",
        about=about(entry).known(LogContext(job=ended.job_id, phase=ended.verdict)),
        verdict=ended.verdict,
        succeeded=ended.succeeded,
        code=error.code if error else None,
        category=error.category if error else None,
        text=ended.text,
        recovery_type=entry.recovery_type,
        source=entry.source,
        recovery_point=ended.recovery_point,
        duration_s=(entry.finished_at - entry.accepted_at).total_seconds(),
        to_post_s=_to_post_s(entry),
        verified=ended.verification.verified if ended.verification else None,
    )


def is_open(
    entry: LedgerEntry, now: datetime, *, held_up: int, waiting: str | None = None
) -> LogLine:
    """How it stands at a tick of the reconciler: what it waits for, and how many of its events
    should have been sent."""
    first = entry.events[-held_up].at if held_up else None
    return LogLine(
        event="open",
        about=about(entry),
        state=entry.state.value,
        source=entry.source,
        recovery_type=entry.recovery_type,
        code=waiting,
        open_s=(now - entry.accepted_at).total_seconds(),
        approval_s=_approval_s(entry, now),
        held_up=held_up or None,
        held_up_s=(now - first).total_seconds() if first else None,
    )


def _to_post_s(entry: LedgerEntry) -> float | None:
    """The app's own time: a person's is not counted."""
    if entry.intent is None:
        return None
    since = entry.approval.at if entry.approval else entry.accepted_at
    return (entry.intent.written_at - since).total_seconds()


def _approval_s(entry: LedgerEntry, now: datetime) -> float | None:
    asked_at = next((each.at for each in entry.events if each.kind == "approval-requested"), None)
    if asked_at is None or not entry.is_waiting_for_approval:
        return None
    return (now - asked_at).total_seconds()
