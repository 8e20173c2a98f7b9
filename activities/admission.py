"""The checks that every restore passes twice: before it waits for anything, and right before it is
sent. What is judged is the body that will be sent; see docs/decisions/0016.

A refusal is a write as well, to the same version of the ledger's entry that a sender would write
its intent to: so of "refused" and "sent" only one can become true, also where two builds with
different policies run at the same time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from activities import clock
from restore.messages.errors import PermanentError
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import RestoreRequest, probe_of
from restore.policy import judging
from restore.policy.judging import Allowed, Asked
from restore.policy.rules import Policy
from storage import connection, plans
from storage.ledger import Held, Ledger


class Admitted(NamedTuple):
    """What may be sent, the rule that allows it, and the hash that stands for it."""

    body: dict[str, Any]
    allowed: Allowed
    plan_hash: str


def admit(
    in_force: Policy,
    source: str,
    request: RestoreRequest,
    item: ProtectedItem,
    point: RecoveryPoint,
) -> Admitted:
    """Look whether Azure Backup restores it so, build the body and judge it, by the policy and by
    the plan that the request names. Raises NotSupported, InvalidRequest, PolicyRefused,
    PlanChanged."""
    from restore.plan import facts, hashing, restrictions
    from restore.start import arm_body

    restrictions.require_none(facts.traits_of(request, item, point))
    body = arm_body.build(request, item, point)
    allowed = judging.judge(
        in_force, Asked(body, source, item, point, clock.now(), probe_of(request))
    )
    subject = hashing.subject_of(request, item, point, body)
    plan_hash = hashing.plan_hash(subject)
    if request.plan_hash not in (None, plan_hash):
        planned = plans.read(connection.ledger().documents, request.plan_hash)
        hashing.require_same(request.plan_hash, planned, subject)
    return Admitted(body, allowed, plan_hash)


@contextmanager
def refusing(ledger: Ledger, held: Held) -> Iterator[None]:
    """Let a refusal count only if nothing happened since `held`. Raises Changed if something did;
    else whoever was cleared to send at that version may not any more."""
    try:
        yield
    except PermanentError:
        ledger.fence(held)
        raise
