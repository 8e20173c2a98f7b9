"""Look the request up in the ledger, or enter it. A finished one must not run again, and one
that has come some way goes on from there.
"""

from typing import Any

from activities import activity_result, clock
from restore.messages import names
from restore.messages.activity_io import Opened, Restore
from restore.messages.ledger_entry import LedgerEntry
from storage import concurrency_slots, connection


def open_restore(order: dict[str, Any]) -> dict[str, Any]:
    """Input: Restore. Done with Opened; a live request has no verdict yet."""
    return activity_result.outcome(order, lambda order: _open(Restore.from_json(order)))


def _open(restore: Restore) -> Opened:
    entry = LedgerEntry(
        request_id=restore.request.request_id,
        request_hash=names.request_hash(restore.request),
        request=restore.request.as_json(),
        source=restore.source,
        accepted_at=clock.now(),
    )
    ledger = connection.ledger()
    held = ledger.read(entry.request_id)  # its starter has entered it
    standing = held.entry if held is not None else ledger.accept(entry)[0]
    connection.outbox().tell(standing)
    if standing.verdict is not None and standing.intent is None:  # close_restore may have died
        concurrency_slots.release(ledger.documents, standing.request_id, clock.now())
    return Opened(
        state=standing.state,
        accepted_at=standing.accepted_at,
        verdict=standing.verdict,
        item=standing.item,
        choice=standing.choice,
        authorization=standing.authorization,
        approval=standing.approval,
        operation_id=standing.operation_id,
        job_id=standing.job_id,
        adopted=standing.adopted,
        verifying=standing.verifying,
    )
