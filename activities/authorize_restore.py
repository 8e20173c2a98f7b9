"""May this restore be sent? The policy says so, or that a person must, or refuses; and a request
that carries a plan's hash must still be what was planned.

Judged by the policy of the process that runs it, after the point is chosen and before it waits for
a person or a slot; trigger_restore.py judges once more what it sends. What allowed it is written
into the ledger. What was sent before is not judged again: it is followed to its end. Two runs that
chose apart from each other go on with one choice, the first that was recorded.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from activities import activity_result, admission, alert_gate, clock, policies
from arm import connection as arm_connection
from restore.messages.activity_io import Authorize, Authorized
from restore.messages.errors import RestoreError
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Authorization
from restore.messages.request import OriginalLocation
from restore.policy.rules import Policy
from restore.settings import Settings
from restore.start import disks
from storage import connection

_SENT = Authorization(rule="sent-before")


def authorize_restore(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Input: Authorize. Done with Authorized; failed when no rule allows it."""
    in_force = partial(policies.in_force, settings)
    return activity_result.outcome(
        order, lambda order: _authorize(Authorize.from_json(order), in_force, settings)
    )


def _authorize(order: Authorize, in_force: Callable[[], Policy], settings: Settings) -> Authorized:
    ledger, request_id = connection.ledger(), order.request.request_id
    held = ledger.read(request_id)
    assert held is not None, "open_restore entered it"
    if held.entry.state is not LedgerState.ACCEPTED:
        return _as_it_stands(held.entry, order)
    asked, order = order, _of_first(held.entry, order)
    policy = in_force()
    with admission.refusing(ledger, held):
        alert_gate.require_running(ledger.documents, settings, held.entry)
        _, allowed, plan_hash = admission.admit(
            policy, held.entry.source, order.request, order.item, order.choice.point
        )
    allowed = alert_gate.with_approval(allowed, held.entry)
    within = timedelta(seconds=policy.approval_within_s)
    fates = _disks(order)
    authorization = Authorization(
        rule=allowed.rule,
        approval=allowed.approval,
        until=clock.now() + within if allowed.approval else None,
        disks=fates.replaced if fates else None,
        kept_disks=fates.kept if fates else (),
        plan_hash=plan_hash,
    )
    entry = ledger.authorize(request_id, authorization, held, item=order.item, choice=order.choice)
    if entry.is_waiting_for_approval:
        connection.outbox().tell(entry)
    return _as_it_stands(entry, asked)


def _of_first(entry: LedgerEntry, order: Authorize) -> Authorize:
    """What is judged: the item and the choice that stand, if any do."""
    return msgspec.structs.replace(
        order, item=entry.item or order.item, choice=entry.choice or order.choice
    )


def _as_it_stands(entry: LedgerEntry, asked: Authorize) -> Authorized:
    authorization, approval = entry.authorization or _SENT, entry.approval
    if entry.is_over:
        return Authorized(authorization=authorization, approval=approval, is_over=True)
    if entry.state is not LedgerState.ACCEPTED:
        # Whatever the policy says by now, it is out: its job must be found and followed.
        sent = authorization
        authorization = Authorization(rule=sent.rule, disks=sent.disks, kept_disks=sent.kept_disks)
    return Authorized(
        authorization=authorization,
        approval=approval,
        item=entry.item if entry.item != asked.item else None,
        choice=entry.choice if entry.choice != asked.choice else None,
    )


def _disks(order: Authorize) -> disks.Fates | None:
    """The disks that will be replaced, and those that will not. Not being able to read them is no
    reason not to restore: the VM may be what is broken."""
    request = order.request
    if not isinstance(request, OriginalLocation):
        return None
    try:
        found = arm_connection.backup().vms.disks(request.source_resource_id)
    except RestoreError:
        return None
    return disks.fates(found, order.choice.point.disks, request.restore_disk_lun_list)
