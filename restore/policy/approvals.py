"""What a decision about an approval means: who may decide, what it allows, what a refusal says."""

from datetime import timedelta
from typing import Literal

from restore.messages.errors import PolicyRefused
from restore.messages.model import Approval, Authorization, Caller, Failure
from restore.policy.judging import Allowed
from restore.values.arm_ids import lower_ascii
from restore.values.times import stamp

TIMER_SLACK = timedelta(seconds=1)
"""A timer may fire a second early; an approval in the last one counts."""

_REFUSING = "PolicyRefused"


def against(asked_by: Caller | None, approver: Caller | None) -> Literal["own", "unknown"] | None:
    """Say why somebody may not approve; None if they may.

    Who asked is known only where identities can be believed, and there nobody approves without
    having been told apart from them: by the id, for a name can be another one each time.
    """
    if asked_by is None:
        return None
    asker, other = asked_by.id, approver.id if approver else None
    if asker is None or other is None:
        return "unknown"
    return "own" if lower_ascii(asker) == lower_ascii(other) else None


def require(allowed: Allowed, approval: Approval | None, plan_hash: str) -> None:
    """Check that what is about to be sent was approved, if the rule that allows it says so by now.
    Raises PolicyRefused."""
    if not allowed.approval:
        return
    if approval is None or approval.decision != "approved":
        raise PolicyRefused(
            f"The policy's rule {allowed.rule!r} now requires an approval; this restore has none.",
            code="ApprovalMissing",
            doing="check the approval",
        )
    if approval.plan_hash != plan_hash:
        raise PolicyRefused(
            "The approval is for another recovery point or another body than the app would send "
            "now.",
            code="ApprovalOutdated",
            doing="check the approval",
        )


def refusal(authorization: Authorization, approval: Approval | None) -> Failure | None:
    """Say why a restore may not be sent; None if it may."""
    if not authorization.approval:
        return None
    assert approval is not None, "it was decided, or has expired"
    if approval.decision == "approved":
        return None
    if approval.decision == "expired":
        until = f" by {stamp(authorization.until)}" if authorization.until else ""
        return Failure(
            code="ApprovalExpired",
            message=f"Nobody approved this restore{until}. The rule {authorization.rule!r} "
            "requires an approval.",
            category=_REFUSING,
        )
    who = approval.by or "somebody unknown"
    why = f": {approval.reason}" if approval.reason else " and gave no reason"
    return Failure(
        code="ApprovalRefused",
        message=f"{who} refused this restore at {stamp(approval.at)}{why}",
        category=_REFUSING,
    )
