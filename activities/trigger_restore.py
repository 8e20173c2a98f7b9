"""Send the restore, exactly once: judge it, then the intent, by a write that only one can win.

Whatever was judged before it waited for a person, a place or its turn: what counts is the policy at
this moment, with the plan, the approval and the VM's budget. What is out already is not judged.
This activity may run twice, even at once. The second run finds the ledger changed and comes back
"later": then prepare_restore settles what the first one did. The POST itself is never repeated.
"""

from datetime import datetime, timedelta

import azure.durable_functions as df

from activities import admission, clock, edge, policies
from activities.admission import Admitted
from arm import connection as arm_connection
from restore import approvals, budget, names
from restore.contracts import Outcome
from restore.errors import ReplyLost, RestoreError, ServiceUnavailable, Throttled, to_failure
from restore.ledger import Intent, LedgerState
from restore.orders import Clearance, Started, Trigger, decode
from restore.policy import Policy
from restore.settings import Settings
from restore.settling import INTENT_S_MAX
from storage import connection, handles
from storage.documents import Changed
from storage.ledger import Held, Ledger

_INTENT_MAX = timedelta(seconds=INTENT_S_MAX)


def blueprint(settings: Settings) -> df.Blueprint:
    """Return the activity; it judges by these settings' policy."""
    functions = df.Blueprint()

    @functions.activity_trigger(input_name="order", activity=names.TRIGGER_RESTORE)
    def trigger_restore(order: dict) -> dict:  # type: ignore[type-arg]
        """Order: Trigger. Done with Started; later when it must be settled or may be tried again;
        failed when it may not be sent, or Azure refuses it."""
        return edge.outcome(lambda: _trigger(decode(order, Trigger), policies.in_force(settings)))

    return functions


def _trigger(order: Trigger, in_force: Policy) -> Started | Outcome:
    ledger = connection.ledger()
    held = ledger.read(order.request.request_id)
    if held is None or held.version != order.clearance.version:
        raise Changed(order.request.request_id)
    with admission.refusing(ledger, held):
        body = _admit(order, held, in_force).body
    begun = clock.now()
    held = ledger.intend(held, _intent(order, held))
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


def _admit(order: Trigger, held: Held, in_force: Policy) -> Admitted:
    """Judge what is about to be sent, by all that there is to judge it by."""
    source = held.entry.source
    admitted = admission.admit(in_force, source, order.request, order.item, order.point)
    approvals.require(admitted.allowed, held.entry.approval, admitted.plan_hash)
    budget.check(in_force, order.clearance.begun, source, _vault_time(order.clearance))
    return admitted


def _intent(order: Trigger, held: Held) -> Intent:
    attempt = held.entry.intent.attempt + 1 if held.entry.intent else 1
    return Intent(
        item_id=order.item.id,
        container_name=order.item.container_name,
        recovery_point=order.point.name,
        vault_time=_vault_time(order.clearance),
        known_jobs=order.clearance.known_jobs,
        attempt=attempt,
    )


def _vault_time(clearance: Clearance) -> datetime:
    """The vault's time now, or a little later: its time when it was asked for its jobs, and what
    has passed since by our clock."""
    assert clearance.vault_time is not None, "a clearance to go carries the vault's time"
    assert clearance.given_at is not None, "a clearance to go says when it was given"
    return clearance.vault_time + max(clock.now() - clearance.given_at, timedelta())
