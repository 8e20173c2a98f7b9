"""Handlers that start something: the restore, its validation, and the operations they yield."""

from datetime import timedelta
from urllib.parse import unquote

import msgspec

from devhost.vault import names, signing, store
from devhost.vault.bodies import item_path
from devhost.vault.effects import begin_restore
from devhost.vault.restore_request import RestoreRequest, decode
from devhost.vault.restore_rules import Case, problems
from devhost.vault.routing import Call
from devhost.vault.state import Item, OperationRecord, Point, Text, Vault
from devhost.vault.times import ZERO_TIME, wire_time
from devhost.vault.wire import ArmError, Reply, invalid_input, json_reply, part_not_found


def trigger_restore(call: Call) -> Reply:
    """POST a restore: 202 with an operation to follow, or a refusal."""
    vault, item, point = store.point(call)
    if call.version.is_passive:
        raise part_not_found("recovery point", point.name)
    case = Case(call.state, vault, item, point, _decode(call.body))
    found = problems(case)
    if found:
        raise invalid_input(*found)
    assert isinstance(call.body, dict)
    body = call.body["properties"]
    ids = (call.new_id(), call.new_id(), call.new_id())
    operation = begin_restore(case, body, call.now, ids)
    operation.item_path = item_path(vault, item)
    return Reply(202, poll_headers(call, operation))


def read_operation(call: Call) -> Reply:
    """GET an operation's status: 200 at all times, the status is in the body."""
    operation = _signed_operation(call)
    return json_reply(200, operation_status(call, operation))


def read_operation_result(call: Call) -> Reply:
    """GET an operation's result: 202 while it runs, then nothing, or its error."""
    operation = _signed_operation(call)
    if call.now < operation.done:
        return Reply(202, poll_headers(call, operation))
    if operation.error is not None:
        raise ArmError(400, operation.error.code, operation.error.message)
    return Reply(204, {})


def validate(call: Call) -> Reply:
    """POST a validation and get the findings at once."""
    store.vault(call)
    return json_reply(200, _findings_body(_findings(call)))


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
    operation = _signed_operation(call)
    if call.now < operation.done:
        return Reply(202, poll_headers(call, operation))
    return json_reply(200, _findings_body(operation.findings))


def poll_headers(call: Call, operation: OperationRecord) -> dict[str, str]:
    """Where to ask next, with raw `;` in long signed URLs, and often no Retry-After."""
    if operation.kind == "validate":
        status = f"{operation.vault_id}/backupValidateOperationsStatuses/{operation.id}"
        result = f"{operation.vault_id}/backupValidateOperationResults/{operation.id}"
    else:
        status = f"{operation.item_path}/operationsStatus/{operation.id}"
        result = f"{operation.item_path}/operationResults/{operation.id}"
    headers = {
        "Azure-AsyncOperation": poll_url(call, status),
        "Location": poll_url(call, result),
    }
    return headers | retry_after(call)


def poll_url(call: Call, path: str) -> str:
    """An absolute URL to poll, signed if the service signs."""
    service = call.state.service
    query = f"api-version={service.header_api_version or call.version.text}"
    if service.sign_urls:
        query = signing.sign(path, query, call.now, call.secret)
    return f"{call.target.base}{path}?{query}"


def retry_after(call: Call) -> dict[str, str]:
    """The header, when the service gives one."""
    wait_s = call.state.service.retry_after_s
    return {} if wait_s is None else {"Retry-After": str(wait_s)}


def check_signature(call: Call) -> None:
    """Refuse a poll URL that is not as it was handed out."""
    life_s = call.state.service.signed_url_life_s
    path = unquote(call.target.path)
    signing.check(path, call.target.query_text, call.now, call.secret, life_s)


def operation_status(call: Call, operation: OperationRecord) -> dict[str, object]:
    """An operation's status document."""
    body: dict[str, object] = {
        "id": operation.id,
        "name": operation.id,
        "status": "InProgress",
        "startTime": wire_time(operation.start),
        "endTime": ZERO_TIME,
    }
    if call.now < operation.done:
        return body
    body["endTime"] = wire_time(operation.done)
    if operation.error is not None:
        error = {"code": operation.error.code, "message": operation.error.message}
        return body | {"status": "Failed", "error": error}
    body["status"] = "Succeeded"
    if operation.job_id is not None:
        body["properties"] = {
            "objectType": "OperationStatusJobExtendedInfo",
            "jobId": operation.job_id,
        }
    if operation.kind == "validate":
        body["properties"] = {
            "objectType": "OperationStatusValidateOperationExtendedInfo",
            **_findings_body(operation.findings),
        }
    return body


def _signed_operation(call: Call) -> OperationRecord:
    check_signature(call)
    operation = store.operation(call)
    if "item" in call.params:
        store.item(call)
    return operation


def _decode(value: object) -> RestoreRequest:
    try:
        return decode(value)
    except msgspec.ValidationError as error:
        raise invalid_input(str(error)) from None


def _findings(call: Call) -> list[Text]:
    body = call.body if isinstance(call.body, dict) else {}
    asked = body.get("properties")
    if not isinstance(asked, dict) or not isinstance(body.get("id"), str):
        raise invalid_input("id and properties are required")
    if asked.get("objectType") != "ValidateIaasVMRestoreOperationRequest":
        raise invalid_input("properties.objectType is not one that is served")
    request = _decode({"properties": asked.get("restoreRequest")})
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


def _findings_body(findings: list[Text]) -> dict[str, object]:
    results = [
        {"code": one.code, "message": one.message, "recommendations": []} for one in findings
    ]
    return {"validateOperationResponse": {"validationResults": results}}
