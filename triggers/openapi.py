"""The OpenAPI document of the HTTP surface, made from the contracts it reads and the shapes it
answers with. Served at `/openapi.json`; nothing of it is written by hand twice.
"""

from functools import cache
from typing import Any

import azure.functions as func

from restore.alerts.hold_decisions import HoldDecision, SwitchOrder
from restore.messages.adoption import Adopt
from restore.messages.rejection import Rejection
from restore.messages.request import REQUEST_TYPES
from restore.plan.model import Plan
from restore.policy.decisions import Decision
from restore.request import documents
from restore.settings import Settings
from triggers import alert_schemas, problems, request_urls, response_schemas
from triggers.openapi_operation import Operation, ref
from triggers.openapi_operations import OPERATIONS

JSON = dict[str, Any]

_PROBLEM = "application/problem+json"
_TEXTS = {
    200: "Known, or done",
    202: "Accepted; follow it at Location",
    400: "The request is wrong: every fault is listed by its JSON path",
    401: "Nobody knows the caller",
    403: "The policy, or Azure's access control, refuses",
    404: "Not found",
    409: "The current state does not allow it",
    413: "Larger than the app reads",
    415: "The content type is not JSON",
    502: "Azure answered with an error",
    503: "The app's storage or Azure does not answer; ask again",
}


_KEYS = {
    "functionKey": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
    "functionKeyInUrl": {"type": "apiKey", "in": "query", "name": "code"},
}
_TOKENS = {"entraId": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}


def show(req: func.HttpRequest, settings: Settings) -> func.HttpResponse:
    """Answer with the document, for the prefix by which it was asked for."""
    servers = [{"url": request_urls.prefix(req, "openapi.json") or "/"}]
    return problems.ok(200, document(is_entra=settings.is_entra) | {"servers": servers})


@cache
def document(*, is_entra: bool = False) -> JSON:
    """Return the OpenAPI 3.1 document; callers have function keys, or tokens of Entra ID."""
    paths: JSON = {}
    for operation in OPERATIONS:
        by_gate = _gate_refusals(operation) if is_entra else ()
        described = _described(operation, {*operation.refusals, *by_gate})
        paths.setdefault(operation.path, {})[operation.method] = described
    schemes = _TOKENS if is_entra else _KEYS
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "azure-vm-restore",
            "version": "1",
            "description": "Restores Azure VMs from Azure Backup, unattended.",
        },
        "servers": [{"url": request_urls.PREFIX}],
        "security": [{name: []} for name in schemes],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": schemes,
        },
    }


def _gate_refusals(operation: Operation) -> tuple[int, ...]:
    """What access.py may answer beside the handler where there are no keys."""
    if operation.is_open:
        return ()
    return (
        (401, 403, 503) if operation.method in ("get", "head", "options") else (401, 403, 415, 503)
    )


def _described(operation: Operation, refusals: set[int]) -> JSON:
    success = _head if operation.method == "head" else _success
    described: JSON = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {
            **{str(status): _refusal(status) for status in sorted(refusals)},
            **{str(status): success(status, kind) for status, kind in operation.answers.items()},
        },
    }
    if operation.is_open:
        described["security"] = []
    if operation.parameters:
        described["parameters"] = list(operation.parameters)
    if operation.asks is not None:
        content = {"application/json": {"schema": operation.asks}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _success(status: int, kind: Any) -> JSON:
    schema = {"type": "object"} if kind is None else ref(kind)
    described: JSON = {
        "description": _TEXTS[status],
        "content": {"application/json": {"schema": schema}},
    }
    if status == 202:
        described["headers"] = {"Location": {"schema": {"type": "string"}}}
    return described


def _head(status: int, kind: None) -> JSON:
    del kind
    return {"description": _TEXTS[status]}


def _refusal(status: int) -> JSON:
    content = {_PROBLEM: {"schema": ref(response_schemas.ProblemDocument)}}
    return {"description": _TEXTS[status], "content": content}


def _schemas() -> JSON:
    import msgspec

    kinds = [
        *REQUEST_TYPES.values(), Plan, Decision, Adopt, HoldDecision, SwitchOrder,
        *_answers(),
    ]  # fmt: skip
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    portable: JSON = documents.portable(msgspec.json.decode(msgspec.json.encode(schemas)))
    for name in REQUEST_TYPES:  # generated when absent
        portable[name]["required"].remove("requestId")
    return portable


def _answers() -> tuple[Any, ...]:
    return (
        response_schemas.ProblemDocument,
        response_schemas.Restore,
        response_schemas.RestoreList,
        response_schemas.RejectionList,
        Rejection,
        response_schemas.CancelAnswer,
        response_schemas.AbandonAnswer,
        response_schemas.ApprovalAnswer,
        response_schemas.PlanPending,
        response_schemas.RecoveryPoints,
        response_schemas.Health,
        response_schemas.Live,
        *alert_schemas.SHAPES,
    )
