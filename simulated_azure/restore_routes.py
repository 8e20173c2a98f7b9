"""Handlers that start something: the restore, its validation, and the operations they yield."""

from urllib.parse import unquote

import msgspec

from simulated_azure import signing, store
from simulated_azure.bodies import item_path
from simulated_azure.effects import begin_restore
from simulated_azure.parts import Text
from simulated_azure.restore_checks import Case, problems
from simulated_azure.restore_request import RestoreRequest, decode
from simulated_azure.routing import Call
from simulated_azure.state import OperationRecord
from simulated_azure.times import ZERO_TIME, wire_time
from simulated_azure.wire import ArmError, Reply, invalid_input, json_reply, part_not_found


def trigger_restore(call: Call) -> Reply:
    """POST a restore: 202 with an operation to follow, or a refusal."""
    vault, item, point = store.point(call)
    if call.version.is_passive:
        raise part_not_found("recovery point", point.name)
    case = Case(call.state, vault, item, point, decode_body(call, call.body))
    found = problems(case)
    if found:
        raise invalid_input(*found)
    assert isinstance(call.body, dict)
    body = dict(call.body["properties"])
    if case.request.restore_disk_lun_list is not None:
        body["restoreDiskLunList"] = case.request.restore_disk_lun_list
    ids = (call.new_id(), call.new_id(), call.new_id())
    operation = begin_restore(case, body, call.now, ids)
    operation.item_path = item_path(vault, item)
    return Reply(202, poll_headers(call, operation))


def read_operation(call: Call) -> Reply:
    """GET an operation's status: 200 at all times, the status is in the body."""
    operation = signed_operation(call)
    return json_reply(200, operation_status(call, operation))


def read_operation_result(call: Call) -> Reply:
    """GET an operation's result: 202 while it runs, then nothing, or its error."""
    operation = signed_operation(call)
    if call.now < operation.done:
        return Reply(202, poll_headers(call, operation))
    if operation.error is not None:
        raise ArmError(400, operation.error.code, operation.error.message)
    return Reply(204, {})


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
            **findings_body(operation.findings),
        }
    return body


def signed_operation(call: Call) -> OperationRecord:
    """The operation in the path, if the URL is as it was handed out."""
    check_signature(call)
    operation = store.operation(call)
    if "item" in call.params:
        store.item(call)
    return operation


def decode_body(call: Call, value: object) -> RestoreRequest:
    """The restore request in a body, as far as the version knows it; or the service's refusal."""
    properties = value.get("properties") if isinstance(value, dict) else None
    if isinstance(properties, dict):
        value = {"properties": call.version.visible("IaasVMRestoreRequest", properties)}
    try:
        return decode(value)
    except msgspec.ValidationError as error:
        raise invalid_input(str(error)) from None


def findings_body(findings: list[Text]) -> dict[str, object]:
    """Findings as the answer to a validation holds them; none is a pass."""
    results = [
        {"code": one.code, "message": one.message, "recommendations": []} for one in findings
    ]
    return {"validateOperationResponse": {"validationResults": results}}
