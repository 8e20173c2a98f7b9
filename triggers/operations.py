"""The table of the HTTP surface: what can be asked, of which shape, and what may be answered.

From it openapi.py makes the document; a test holds it equal to the routes that are registered.
"""

from typing import Any, NamedTuple

from restore.messages.adoption import Adopt
from restore.messages.rejection import Rejection
from restore.messages.request import REQUEST_TYPES
from restore.plan.model import Plan
from restore.policy.decisions import Decision
from triggers import parameters, response_schemas

JSON = dict[str, Any]


class Operation(NamedTuple):
    """One way to ask the app for something."""

    method: str
    path: str
    name: str
    summary: str
    answers: dict[int, Any]
    """The shape of each success; None where there is no body."""
    refusals: tuple[int, ...]
    asks: Any = None
    """The request body's schema."""
    parameters: tuple[JSON, ...] = ()
    is_open: bool = False
    """Whether anybody may ask, without a key."""


def ref(kind: Any) -> JSON:
    """Return a reference to a shape among the document's components."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


_ONE_OF = [{"$ref": f"#/components/schemas/{name}"} for name in REQUEST_TYPES]
_REQUEST = {"oneOf": _ONE_OF, "discriminator": {"propertyName": "recoveryType"}}
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "post",
        "/restores",
        "startRestore",
        "Restore one VM, once",
        {200: response_schemas.Restore, 202: response_schemas.Restore},
        (400, 403, 404, 409, 502, 503),
        _REQUEST,
        (parameters.KEY, parameters.PREFER),
    ),
    Operation(
        "get",
        "/restores",
        "listRestores",
        "List restores",
        {200: response_schemas.RestoreList},
        (400, 503),
        parameters=parameters.LISTED,
    ),
    Operation(
        "post",
        "/restores/plan",
        "planRestore",
        "Show what a restore would do; restore nothing",
        {200: Plan, 202: response_schemas.PlanPending},
        (400, 403, 404, 409, 502, 503),
        _REQUEST,
    ),
    Operation(
        "post",
        "/restores/adopt",
        "adoptRestore",
        "Follow a restore that somebody began elsewhere; send nothing to Azure",
        {200: response_schemas.Restore, 202: response_schemas.Restore},
        (400, 403, 404, 409, 502, 503),
        ref(Adopt),
        (parameters.PREFER,),
    ),
    Operation(
        "get",
        "/plans/{id}",
        "showPlan",
        "Show a plan that takes longer",
        {200: Plan, 202: response_schemas.PlanPending},
        (404, 503),
        parameters=(parameters.path_id("The plan's id"),),
    ),
    Operation(
        "get",
        "/restores/{id}",
        "showRestore",
        "Show the state of one restore",
        {200: response_schemas.Restore},
        (404, 503),
        parameters=parameters.AN_ID,
    ),
    Operation(
        "post",
        "/restores/{id}/cancel",
        "cancelRestore",
        "Cancel one restore, if it is not too late",
        {202: response_schemas.CancelAnswer},
        (404, 409, 503),
        parameters=parameters.AN_ID,
    ),
    Operation(
        "post",
        "/restores/{id}/abandon",
        "abandonRestore",
        "Stop following one restore; its job in Azure continues",
        {200: response_schemas.AbandonAnswer},
        (404, 409, 503),
        parameters=parameters.AN_ID,
    ),
    Operation(
        "post",
        "/restores/{id}/approval",
        "decideRestore",
        "Approve or refuse a restore that waits for approval",
        {200: response_schemas.ApprovalAnswer},
        (400, 403, 404, 409, 503),
        ref(Decision),
        parameters.AN_ID,
    ),
    Operation(
        "get",
        "/events/{id}/data",
        "showEventData",
        "Show all data of an event that was too large for its message",
        {200: None},
        (404, 503),
        parameters=(parameters.path_id("The event's id", "^[A-Za-z0-9._:-]{1,160}:[a-z-]{1,40}$"),),
    ),
    Operation(
        "get",
        "/rejections",
        "listRejections",
        "List the messages that became no request, the newest first",
        {200: response_schemas.RejectionList},
        (400, 503),
        parameters=parameters.REJECTED,
    ),
    Operation(
        "get",
        "/rejections/{id}",
        "showRejection",
        "Show one message that became no request: what came, and why",
        {200: Rejection},
        (404, 503),
        parameters=(parameters.path_id("The rejection's id"),),
    ),
    Operation(
        "post",
        "/rejections/{id}/put-back",
        "putBackRejection",
        "Send a message that became no request again, as the same request: one restore at most",
        {200: response_schemas.Restore, 202: response_schemas.Restore},
        (400, 403, 404, 409, 502, 503),
        parameters=(parameters.path_id("The rejection's id"), parameters.PREFER),
    ),
    Operation(
        "get",
        "/recovery-points",
        "listRecoveryPoints",
        "List a VM's recovery points, and the one that the app would choose",
        {200: response_schemas.RecoveryPoints},
        (400, 403, 404, 409, 502, 503),
        parameters=parameters.ITEM,
    ),
    Operation(
        "get",
        "/health",
        "showHealth",
        "Say whether the app can do its work, and what keeps it from it",
        {200: response_schemas.Health, 503: response_schemas.Health},
        (),
    ),
    Operation(
        "head",
        "/health",
        "askHealth",
        "Say by the status alone whether the app can do its work",
        {200: None, 503: None},
        (),
    ),
    Operation(
        "get",
        "/live",
        "showLive",
        "Say that the app runs functions",
        {200: response_schemas.Live},
        (),
        is_open=True,
    ),
    Operation(
        "head",
        "/live",
        "askLive",
        "Say by the status alone that the app runs functions",
        {200: None},
        (),
        is_open=True,
    ),
    Operation(
        "get",
        "/openapi.json",
        "showDocument",
        "This document",
        {200: None},
        (),
    ),
)
