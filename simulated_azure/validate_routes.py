"""Handlers that say beforehand whether a restore would be accepted."""

from datetime import timedelta

from simulated_azure import names, store
from simulated_azure.bodies import item_path
from simulated_azure.parts import Text
from simulated_azure.restore_checks import Case, problems
from simulated_azure.restore_routes import (
    decode_body,
    findings_body,
    poll_headers,
    signed_operation,
)
from simulated_azure.routing import Call
from simulated_azure.state import Item, OperationRecord, Point, Vault
from simulated_azure.wire import Reply, invalid_input, json_reply, part_not_found


def validate(call: Call) -> Reply:
    """POST a validation and get the findings at once."""
    store.vault(call)
    return json_reply(200, findings_body(_findings(call)))


def trigger_validate(call: Call) -> Reply:
    """POST a validation and get an operation to follow."""
    vault = store.vault(call)
    operation = OperationRecord(
        id=call.new_id(),
        kind="validate",
        vault_id=vault.id,
        start=call.now,
        done=call.now + timedelta(seconds=call.state.jobs.operation_s),
        findings=_findings(call),
    )
    call.state.operation_records[operation.id] = operation
    return Reply(202, poll_headers(call, operation))


def read_validate_result(call: Call) -> Reply:
    """GET a validation's findings: 202 while it runs."""
    operation = signed_operation(call)
    if call.now < operation.done:
        return Reply(202, poll_headers(call, operation))
    return json_reply(200, findings_body(operation.findings))


def _findings(call: Call) -> list[Text]:
    body = call.body if isinstance(call.body, dict) else {}
    asked = body.get("properties")
    if not isinstance(asked, dict) or not isinstance(body.get("id"), str):
        raise invalid_input("id and properties are required")
    if asked.get("objectType") != "ValidateIaasVMRestoreOperationRequest":
        raise invalid_input("properties.objectType is not one that is served")
    request = decode_body(call, {"properties": asked.get("restoreRequest")})
    case = Case(call.state, *_point_by_id(call, body["id"]), request)
    return [Text(code="BMSUserErrorInvalidInput", message=text) for text in problems(case)]


def _point_by_id(call: Call, point_id: str) -> tuple[Vault, Item, Point]:
    vault = store.vault(call)
    for item in vault.items.values():
        prefix = f"{names.key(item_path(vault, item))}/recoverypoints/"
        if names.key(point_id).startswith(prefix):
            point = item.points.get(names.key(point_id)[len(prefix) :])
            if point is not None:
                return vault, item, point
    raise part_not_found("recovery point", point_id.rsplit("/", 1)[-1])
