"""From what was looked at to the Plan and its event. Pure: orchestrators/plan_restore.py calls it.

What the looks found stands in checks.py, what a plan is in hashing.py.
"""

from datetime import datetime
from typing import Any

from restore.messages.errors import AccessDenied, DeadlinePassed, problems_of
from restore.messages.model import Failure, Outcome, ProtectedItem
from restore.messages.plan_io import Finding, PreflightResult
from restore.messages.request import RestoreRequest
from restore.plan.model import Plan, in_order
from restore.values import cloud_events
from restore.values.decoding import decode, encode
from restore.values.times import text_of

_TEMPORARY = ("ServiceUnavailable", "Throttled", "DeadlinePassed")

VALIDATION_S_MAX = 300.0
"""How long Azure's validation is waited for. It takes seconds, or Azure says how long to wait."""
_RIGHTS = (
    "The app's identity needs backupTriggerValidateOperation/action and "
    "backupValidateOperationResults/read on the vault."
)
_AGAIN = "Ask for the plan again later. The restore may be asked for without it."
UNNAMED = Outcome.failed(
    Failure(
        code="ValidationUnnamed",
        message="Azure did not say where its answer can be read.",
        category="ServiceUnavailable",
    )
)


def plan(
    request: RestoreRequest,
    item: ProtectedItem,
    preflight: PreflightResult,
    opinion: Outcome | None,
    now: datetime,
) -> Outcome:
    """Return the plan; `opinion` is what came of asking Azure, None when it was not asked."""
    found = [*preflight.findings, *_of_opinion(opinion)]
    made = Plan(
        request_id=request.request_id,
        allowed=_is_allowed(found),
        validated=opinion is not None and opinion.kind == "done",
        findings=in_order(found),
        made_at=now,
        item=item,
        choice=preflight.choice,
        body=preflight.body,
        plan_hash=preflight.plan_hash,
    )
    return Outcome.done(made.as_json())


def impossible(
    request: RestoreRequest, outcome: Outcome, now: datetime, item: ProtectedItem | None = None
) -> Outcome:
    """Return the plan of what cannot be; or the failure itself if it says nothing of the request"""
    failure = outcome.error
    assert failure is not None, "what failed says why"
    if failure.category in _TEMPORARY:
        return outcome
    found = [
        Finding(severity="blocking", code=failure.code, text=each.message, path=each.path)
        for each in problems_of(failure)
    ]
    made = Plan(
        request_id=request.request_id,
        allowed=False,
        validated=False,
        findings=tuple(found),
        made_at=now,
        item=item,
    )
    return Outcome.done(made.as_json())


def event(request: RestoreRequest, outcome: Outcome, now: datetime, key: str) -> dict[str, Any]:
    """Return the event `planned`: the plan, or why there is none."""
    told = {"plan": outcome.value} if outcome.kind == "done" else {"error": encode(outcome.error)}
    data = told | {
        "recoveryType": request.recovery_type,
        "sourceResourceId": request.source_resource_id,
    }
    return cloud_events.event(
        "planned", request.request_id, request.source_resource_id, now, data, key=key
    )


def _of_opinion(opinion: Outcome | None) -> list[Finding]:
    if opinion is None:
        return []
    if opinion.kind == "done":
        return decode(opinion.value["findings"], list[Finding])
    error = opinion.error
    assert error is not None, "what failed says why"
    text = f"Azure could not be asked: {error.code}: {error.message}"
    if error.category == DeadlinePassed.__name__:
        text = f"Azure's validation did not finish within {text_of(VALIDATION_S_MAX)}."
    action = _RIGHTS if error.category == AccessDenied.__name__ else _AGAIN
    return [Finding(severity="warning", code="NotValidated", text=text, action=action)]


def _is_allowed(found: list[Finding]) -> bool:
    return not any(finding.severity == "blocking" for finding in found)
