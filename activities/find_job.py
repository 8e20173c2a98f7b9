"""Find a started operation's job in the vault's list, when the operation did not name it."""

from typing import Any

from activities import activity_result
from arm import connection as arm_connection
from restore.messages.watch_io import FindJob
from restore.start import lost_reply
from storage import connection, item_lock


def find_job(order: dict[str, Any]) -> dict[str, Any]:
    """Input: FindJob. Done with `{jobId}`, null while the list does not show exactly one."""
    return activity_result.outcome(order, lambda order: _find(FindJob.from_json(order)))


def _find(order: FindJob) -> dict[str, str | None]:
    ledger = connection.ledger()
    held = ledger.read(order.request_id)
    assert held is not None, "a started restore has a ledger entry"
    if held.entry.job_id is not None or held.entry.intent is None:
        return {"jobId": held.entry.job_id}
    intent = held.entry.intent
    jobs = arm_connection.backup().restore_jobs(order.item.vault_id, intent.vault_time)
    claimed = item_lock.claimed(ledger, order.item.id)
    ours = lost_reply.candidates(intent, jobs.jobs, claimed)
    if len(ours) != 1:
        return {"jobId": None}
    (job_id,) = ours
    connection.outbox().tell(ledger.started(order.request_id, held, job_id=job_id))
    return {"jobId": job_id}
