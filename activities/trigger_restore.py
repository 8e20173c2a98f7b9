"""Send the restore, exactly once: first the intent, by a write that only one can win.

This activity may run twice, even at once. The second run finds the ledger changed and comes back
"later": then prepare_restore settles what the first one did. The POST itself is never repeated.
"""

from datetime import datetime, timedelta

import azure.durable_functions as df

from activities import clock, edge
from arm import connection as arm_connection
from restore import names
from restore.contracts import Outcome
from restore.errors import ReplyLost, RestoreError, ServiceUnavailable, Throttled, to_failure
from restore.ledger import Intent, LedgerState
from restore.orders import Clearance, Started, Trigger, decode
from storage import connection, handles
from storage.documents import Changed
from storage.ledger import Held, Ledger

blueprint = df.Blueprint()

_INTENT_MAX = timedelta(seconds=10)
"""Settling counts from the intent: whose write took longer than this may not send any more."""


@blueprint.activity_trigger(input_name="order", activity=names.TRIGGER_RESTORE)
def trigger_restore(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: Trigger. Done with Started; later when it must be settled or may be tried again."""
    return edge.outcome(lambda: _trigger(decode(order, Trigger)))


def _trigger(order: Trigger) -> Started | Outcome:
    from restore import request_body

    body = request_body.build(order.request, order.item, order.point)
    begun = clock.now()
    held = _intend(order)
    ledger = connection.ledger()
    if clock.now() - begun > _INTENT_MAX:
        ledger.withdraw(held)
        raise Changed(order.request.request_id)
    backup = arm_connection.backup().for_request(order.request.request_id)
    try:
        triggered, poll_handles = backup.trigger_restore(order.item, order.point.name, body)
    except ReplyLost as error:
        return Outcome.later(error.retry_after_s, to_failure(error))
    except RestoreError as error:  # surely not accepted
        _withdraw(ledger, held, error)
        raise
    handles.keep(ledger.documents, order.request.request_id, poll_handles)
    entry = ledger.started(order.request.request_id, operation_id=triggered.operation_id)
    if entry.state is LedgerState.FINISHED:  # another one adopted the job, and was quicker
        handles.drop(ledger.documents, order.request.request_id)
    return Started(operation_id=triggered.operation_id)


def _withdraw(ledger: Ledger, held: Held, error: RestoreError) -> None:
    """Take the intent back. What cannot be taken back is settled, but not before Azure's wait."""
    try:
        ledger.withdraw(held)
    except (Changed, ServiceUnavailable):
        if isinstance(error, Throttled):
            raise error from None
        raise


def _intend(order: Trigger) -> Held:
    ledger = connection.ledger()
    held, clearance = ledger.read(order.request.request_id), order.clearance
    if held is None or held.version != clearance.version:
        raise Changed(order.request.request_id)
    attempt = held.entry.intent.attempt + 1 if held.entry.intent else 1
    intent = Intent(
        item_id=order.item.id,
        container_name=order.item.container_name,
        recovery_point=order.point.name,
        vault_time=_vault_time(clearance),
        known_jobs=clearance.known_jobs,
        attempt=attempt,
    )
    return ledger.intend(held, intent)


def _vault_time(clearance: Clearance) -> datetime:
    """The vault's time now: its time at the clearance, and what has passed since by our clock."""
    assert clearance.vault_time is not None, "a clearance to go carries the vault's time"
    assert clearance.given_at is not None, "a clearance to go says when it was given"
    return clearance.vault_time + max(clock.now() - clearance.given_at, timedelta())
