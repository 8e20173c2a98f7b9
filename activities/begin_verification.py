"""Note that Azure's job is over and what it came to, before anybody looks at the restored VM.

The slot is the job's: it is released here. What is noted is there for whoever takes the
verification up again, and for the verdict where nobody does.
"""

from typing import Any

from activities import activity_result, clock
from restore.messages import ledger_entry
from restore.messages.ledger_entry import Verifying
from restore.messages.verification_io import BeginVerification
from storage import concurrency_slots, connection


def begin_verification(order: dict[str, Any]) -> dict[str, Any]:
    """Input: BeginVerification. Done with the Verifying that stands: the first that was written."""
    return activity_result.outcome(order, lambda order: _begin(BeginVerification.from_json(order)))


def _begin(order: BeginVerification) -> Verifying:
    ledger, now = connection.ledger(), clock.now()
    concurrency_slots.release(ledger.documents, order.request_id, now)
    verifying = Verifying(since=now, verdict=order.verdict, job_began=order.job_began)
    entry = ledger.update(
        order.request_id, lambda entry: ledger_entry.verifying_since(entry, verifying)
    )
    connection.outbox().tell(entry)
    return entry.verifying or verifying
