"""Which change of a ledger entry tells what, and the CloudEvent that it becomes: one table.

A row says when its event is due. One that is due and not in the entry yet is added by the very
write that makes it so (storage/ledger.py), and once only. What it says is kept as it was then, but
for the fields of the entry that never change after that.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from restore.messages.errors import problems_of
from restore.messages.ledger_entry import LedgerEntry, LedgerEvent, LedgerState
from restore.progress.run_state import point_of
from restore.values import cloud_events, links
from restore.values.decoding import encode
from restore.values.times import stamp

JSON = dict[str, Any]


class _Row(NamedTuple):
    kind: str
    is_due: Callable[[LedgerEntry], bool]
    data: Callable[[LedgerEntry], JSON]
    fields: tuple[str, ...] = ()


def told(entry: LedgerEntry, at: datetime) -> LedgerEntry:
    """Return the entry with the events that are due and were not told yet."""
    known = {event.kind for event in entry.events}
    new = tuple(
        LedgerEvent(kind=row.kind, at=at, data=row.data(entry), fields=row.fields)
        for row in _ROWS
        if row.kind not in known and row.is_due(entry)
    )
    return msgspec.structs.replace(entry, events=entry.events + new) if new else entry


def cloud_event(entry: LedgerEntry, index: int) -> JSON:
    """Return one of an entry's events as it is sent: each time with the same id and content."""
    event = entry.events[index]
    whole = {name: encode(getattr(entry, name)) for name in event.fields}
    if entry.verdict is not None and "verdict" in whole:
        whole["verdict"].pop("choice", None)  # `recoveryPoint` tells it
    whole["restoreAt"] = links.restore(entry.request_id)
    subject = str(entry.request.get("sourceResourceId", ""))
    return cloud_events.event(
        event.kind, entry.request_id, subject, event.at, event.data | whole, sequence=index + 1
    )


def _facts(entry: LedgerEntry) -> JSON:
    """What every event but `started` tells of the restore so far."""
    item, authorization = entry.item, entry.authorization
    known = {
        "recoveryType": entry.recovery_type,
        "sourceResourceId": entry.request.get("sourceResourceId"),
        "vaultId": item.vault_id if item else entry.request.get("vaultId"),
        "recoveryPoint": point_of(entry.choice_that_counts),
        "rule": authorization.rule if authorization else None,
        "approval": encode(entry.approval),
        "source": entry.source,
        "alert": encode(entry.alerted),
        "attemptOf": entry.attempt_of,
    }
    return {name: value for name, value in known.items() if value is not None}


def _to_decide(entry: LedgerEntry) -> JSON:
    """Everything that a person needs to decide, and where to say it."""
    authorization = entry.authorization
    assert authorization is not None, "authorize_restore asks for an approval"
    return _facts(entry) | {
        "decideAt": links.decision(entry.request_id),
        "until": stamp(authorization.until) if authorization.until else None,
        "disksToReplace": encode(authorization.disks),
        "disksToKeep": encode(authorization.kept_disks),
    }


def _of_job(entry: LedgerEntry) -> JSON:
    return {
        "jobId": entry.job_id,
        "operationId": entry.operation_id,
        "vaultId": _facts(entry).get("vaultId"),
        "adopted": entry.adopted,
    } | ({"attemptOf": entry.attempt_of} if entry.attempt_of else {})


def _of_vm(entry: LedgerEntry) -> JSON:
    """What the job came to, and what is looked at now."""
    assert entry.verifying is not None, "its VM is looked at"
    return _facts(entry) | {
        "jobId": entry.job_id,
        "job": entry.verifying.verdict.verdict,
        "verify": entry.request.get("verify"),
    }


def _instead(entry: LedgerEntry) -> JSON:
    return _facts(entry) | {"rung": entry.rung, "because": entry.because}


def _wrong(entry: LedgerEntry) -> JSON:
    failure = entry.verdict.error if entry.verdict else None
    assert failure is not None, "what is rejected says why"
    return _facts(entry) | {"code": failure.code, "problems": encode(problems_of(failure))}


def _ended(entry: LedgerEntry) -> JSON:
    verdict = entry.verdict
    replaced, kept = (verdict.replaced_disks, verdict.kept_disks) if verdict else ((), ())
    told = {"replacedDisks": list(replaced), "keptDisks": list(kept)}
    return _facts(entry) | {name: disks for name, disks in told.items() if disks}


def _is_asked(entry: LedgerEntry) -> bool:
    return entry.attempt_of is None


def _is_attempt(entry: LedgerEntry) -> bool:
    """Another attempt tells that it is made. How it ends is told of the request, not of each."""
    return entry.attempt_of is not None


def _is_rejected(entry: LedgerEntry) -> bool:
    is_rejected = entry.verdict is not None and entry.verdict.verdict == "Rejected"
    return is_rejected and _is_asked(entry)


def _is_finished(entry: LedgerEntry) -> bool:
    return entry.state is LedgerState.FINISHED and _is_asked(entry)


_ROWS = (
    _Row("accepted", _is_asked, _facts, ("request",)),
    _Row("fallback", _is_attempt, _instead, ("request",)),
    _Row(
        "approval-requested", lambda entry: entry.is_waiting_for_approval, _to_decide, ("request",)
    ),
    _Row(
        "approval-reminder",
        lambda entry: entry.reminded_at is not None and entry.is_waiting_for_approval,
        _to_decide,
        ("request",),
    ),
    _Row("started", lambda entry: entry.job_id is not None, _of_job),
    _Row("verifying", lambda entry: entry.verifying is not None, _of_vm),
    _Row("rejected", _is_rejected, _wrong, ("verdict",)),
    _Row("finished", _is_finished, _ended, ("verdict",)),
)
