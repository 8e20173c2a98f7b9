"""Bodies, headers and error texts of the Durable webhooks, in the real extension's own form.

Nothing here asks the engine anything: durable_api.py does, and dresses the answer with this.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from devhost.engine.rendering import dump, parsed_or_text
from devhost.engine.seam import DurableReply, InstanceRow

WEBHOOKS = "/runtime/webhooks/durabletask"
SYSTEM_KEY = "system-key"
"""Stands where the host's key would be; this host checks no keys, as Core Tools does not."""
_UNQUOTED_NAME = re.compile(r"\{\s*([A-Za-z_$][\w$]*)\s*")
# The order of the keys is the extension's own.
_MANAGEMENT = {
    "statusQueryGetUri": "?",
    "sendEventPostUri": "/raiseEvent/{eventName}?",
    "terminatePostUri": "/terminate?reason={text}&",
    "rewindPostUri": "/rewind?reason={text}&",
    "purgeHistoryDeleteUri": "?",
    "restartPostUri": "/restart?",
    "suspendPostUri": "/suspend?reason={text}&",
    "resumePostUri": "/resume?reason={text}&",
}


def client_binding(webhook_origin: str, rpc_origin: str, hub: str) -> str:
    """The JSON that a durableClient binding hands to a function."""
    base = webhook_origin + WEBHOOKS
    start = base + "/orchestrators/{functionName}[/{instanceId}]?"
    wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&"
    code = f"code={SYSTEM_KEY}"
    binding = {
        "taskHubName": hub,
        "connectionName": None,
        "creationUrls": {
            "createNewInstancePostUri": start + code,
            "createAndWaitOnNewInstancePostUri": start + wait + code,
        },
        "managementUrls": {"id": "INSTANCEID", **_management(webhook_origin, hub, "INSTANCEID")},
        "baseUrl": base,
        "requiredQueryStringParameters": code,
        "rpcBaseUrl": rpc_origin + "/durabletask/",
        "httpBaseUrl": None,
        "maxGrpcMessageSizeInBytes": None,
        "grpcHttpClientTimeout": None,
    }
    return dump(binding)


def started(url: str, hub: str, instance_id: str) -> DurableReply:
    """202 with the links of a new instance, on the origin by which the request came."""
    parts = urlsplit(url)
    links = _management(f"{parts.scheme}://{parts.netloc}", hub, instance_id)
    del links["rewindPostUri"]
    location = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
    return reply(202, {"id": instance_id, **links}, location)


def status(row: InstanceRow, *, show_input: bool) -> dict[str, Any]:
    """One instance as the status query shows it; only a child has the key of its parent."""
    parent = {} if row.parent_id is None else {"parentInstanceId": row.parent_id}
    return {
        "name": row.name,
        "instanceId": row.instance_id,
        **parent,
        "runtimeStatus": row.runtime_status,
        "input": parsed_or_text(row.input_text) if show_input else None,
        "customStatus": parsed_or_text(row.custom_status_text),
        "output": parsed_or_text(row.output_text),
        "createdTime": row.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lastUpdatedTime": row.last_updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def reply(code: int, body: Any, headers: Mapping[str, str] | None = None) -> DurableReply:
    """A JSON reply."""
    content = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return DurableReply(code, content, dump(body).encode())


def empty(code: int) -> DurableReply:
    return DurableReply(code)


def refused(code: int, message: str, *, kind: str = "", exception: str = "") -> DurableReply:
    """An error body; with a kind it has the four keys of a caught exception."""
    if not kind:
        return reply(code, {"Message": message})
    caught = {"ExceptionMessage": exception, "ExceptionType": kind, "StackTrace": ""}
    return reply(code, {"Message": message, **caught})


def not_json(text: str) -> DurableReply | None:
    """400 when a body is not JSON, worded as the extension's reader does where it is known."""
    try:
        json.loads(text)
    except ValueError as error:
        kind = "Newtonsoft.Json.JsonReaderException"
        return refused(400, "Invalid JSON content", kind=kind, exception=_complaint(text, error))
    return None


def _management(origin: str, hub: str, instance_id: str) -> dict[str, str]:
    base = f"{origin}{WEBHOOKS}/instances/{quote(instance_id, safe='')}"
    query = f"taskHub={quote(hub)}&connection=AzureWebJobsStorage&code={SYSTEM_KEY}"
    return {name: base + middle + query for name, middle in _MANAGEMENT.items()}


def _complaint(text: str, error: ValueError) -> str:
    if not text:
        return "Error reading JToken from JsonReader. Path '', line 0, position 0."
    name = _UNQUOTED_NAME.match(text)
    if name is None:
        return f"{error}."
    if name.end() == len(text):
        what = "Unexpected end while parsing unquoted property name."
    elif text[name.end()] != ":":
        got = text[name.end()]
        what = f"Invalid character after parsing property name. Expected ':' but got: {got}."
    else:
        return f"{error}."
    return f"{what} Path '', line 1, position {name.end()}."
