"""Send a restore: the intent by a write that only one can win, then the POST, which is never
repeated. Part of activities/trigger_restore.py, which has made sure that nothing of it is out.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from activities import clock
from arm import connection as arm_connection
from arm import log
from restore.messages.activity_io import Started, Trigger
from restore.messages.errors import ReplyLost, RestoreError, ServiceUnavailable, Throttled
from restore.messages.ledger_entry import Intent, LedgerState
from restore.messages.model import JobSnapshot
from restore.progress import ledger_lines
from restore.start import lost_reply
from storage import poll_urls
from storage.documents import Changed
from storage.ledger import Held, Ledger

_INTENT_MAX = timedelta(seconds=lost_reply.INTENT_S_MAX)


class Jobs(NamedTuple):
    """The vault's restore jobs, and what its time was when, by our clock."""

    jobs: tuple[JobSnapshot, ...]
    vault_time: datetime
    read_at: datetime
    read_s: float
    """So long the reading took: by so much the vault's time may be later than we know."""

    def vault_time_at(self, now: datetime) -> datetime:
        """The vault's time at a later moment of ours."""
        return self.vault_time + max(now - self.read_at, timedelta())


def read_jobs(vault_id: str, since: datetime) -> Jobs:
    """Read the vault's restore jobs that began since."""
    asked_at = clock.now()
    listed = arm_connection.backup().restore_jobs(vault_id, since)
    read_at = clock.now()
    read_s = max((read_at - asked_at).total_seconds(), 0)
    return Jobs(listed.jobs, listed.vault_time, read_at, read_s)


def send(
    ledger: Ledger,
    order: Trigger,
    held: Held,
    seen: Jobs,
    known_jobs: tuple[str, ...],
    body: dict[str, Any],
) -> Started:
    """Send it. Raises ReplyLost where it may have been accepted; with any other error it surely was
    not, and the intent is taken back."""
    held = _intend(ledger, order, held, seen, known_jobs)
    request_id = order.request.request_id
    backup = arm_connection.backup()
    try:
        triggered, urls = backup.trigger_restore(order.item, order.point.name, body)
    except ReplyLost:
        raise
    except RestoreError as error:
        _withdraw(ledger, held, error)
        raise
    poll_urls.keep(ledger.documents, request_id, urls)
    entry = ledger.started(request_id, held, operation_id=triggered.operation_id)
    log.write(ledger_lines.sent(entry))
    if entry.state is LedgerState.FINISHED:  # another one adopted the job, and was quicker
        poll_urls.drop(ledger.documents, request_id)
    return Started(operation_id=triggered.operation_id)


def _intend(
    ledger: Ledger, order: Trigger, held: Held, seen: Jobs, known_jobs: tuple[str, ...]
) -> Held:
    now = clock.now()
    intent = Intent(
        item_id=order.item.id,
        container_name=order.item.container_name,
        recovery_point=order.point.name,
        vault_time=seen.vault_time_at(now),
        written_at=now,
        window_s=lost_reply.window_s(order.job_search_s, seen.read_s),
        known_jobs=known_jobs,
    )
    held = ledger.intend(held, intent)
    if clock.now() - now > _INTENT_MAX:
        ledger.withdraw(held)
        raise ServiceUnavailable(
            "The app's storage account took too long to record the intent. The app sent nothing.",
            code="IntentTooLate",
            doing="write the intent",
        )
    return held


def _withdraw(ledger: Ledger, held: Held, error: RestoreError) -> None:
    """Take the intent back. What cannot be taken back is searched for, but not before Azure's
    wait."""
    try:
        ledger.withdraw(held)
    except (Changed, ServiceUnavailable):
        if isinstance(error, Throttled):
            raise error from None
        raise
