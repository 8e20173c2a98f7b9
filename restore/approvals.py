"""What a decision about an approval means: who may decide, and what a refusal says."""

from datetime import timedelta

from restore.contracts import Approval, Failure, Permit
from restore.times import stamp

TIMER_SLACK = timedelta(seconds=1)
"""A timer may fire a second early; an approval in the last one counts."""

_REFUSING = "PolicyRefused"


def is_own(asked_by: str | None, approver: str | None) -> bool:
    """Whether somebody would approve their own request. Known only if both are known."""
    known = asked_by is not None and approver is not None
    return known and (asked_by or "").casefold() == (approver or "").casefold()


def refusal(permit: Permit, approval: Approval | None) -> Failure | None:
    """Say why a restore may not be sent; None if it may."""
    if not permit.approval:
        return None
    assert approval is not None, "it was decided, or has expired"
    if approval.decision == "approved":
        return None
    if approval.decision == "expired":
        until = f" by {stamp(permit.until)}" if permit.until else ""
        return Failure(
            code="ApprovalExpired",
            message=f"Nobody approved this restore{until}; the rule {permit.rule!r} demands it.",
            category=_REFUSING,
        )
    who = approval.by or "somebody whose name is not known"
    why = f": {approval.reason}" if approval.reason else "; no reason was given"
    return Failure(
        code="ApprovalRefused",
        message=f"{who} refused this restore at {stamp(approval.at)}{why}",
        category=_REFUSING,
    )
