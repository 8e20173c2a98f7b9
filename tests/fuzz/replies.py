"""Every reading call to Azure, against a vault that answers each request with the same wrong reply.

A reply is written as on the wire: `200 Name: value|Name: value`, a blank line, the body. So a file
that made a call fail can be read and cut down by hand.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from arm.authorized_request import AuthorizedRequest
from arm.backup import Backup, PointList
from arm.client import Client
from arm.long_running import PollUrls
from arm.transport import Reply
from devhost.clock import VirtualClock
from restore.messages.errors import RestoreError
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import RestoreRequest
from restore.request import parsing
from restore.start import arm_body, recovery_point_choice
from simulated_azure.seed import default_state
from simulated_azure.simulator import Simulator
from simulated_azure.transport import InProcess
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import API_VERSION, ENDPOINT, START

CONTAINER = "IaasVMContainer;iaasvmcontainerv2;rg-app;web-01"
ITEM_NAME = "VM;iaasvmcontainerv2;rg-app;web-01"
OPERATION = "00000000-0000-0000-0000-00000000000a"
ITEM = ProtectedItem(
    id=f"{VAULT}/backupFabrics/Azure/protectionContainers/{CONTAINER}/protectedItems/{ITEM_NAME}",
    vault_id=VAULT,
    container_name=CONTAINER,
    name=ITEM_NAME,
    source_resource_id=vm(),
    region="westeurope",
    protection_state="Protected",
)
_HANDLES = PollUrls(
    async_url=f"{ENDPOINT}{VAULT}/backupOperations/{OPERATION}?sig=x",
    location=f"{ENDPOINT}{ITEM.id}/operationResults/{OPERATION}?sig=x",
)
POINT = RecoveryPoint(name="p1", time=START)


def _choose(backup: Backup) -> Any:
    """Read the points, choose one for each recovery type and build its body."""
    listed = backup.recovery_points(ITEM)
    return [(listed, _body(request, listed)) for request in requests()]


def _body(request: RestoreRequest, listed: PointList) -> Any:
    points, unreadable = listed
    chosen = recovery_point_choice.choose_for(
        request, ITEM, points, now=START, unreadable=unreadable
    ).point
    return chosen, arm_body.build(request, ITEM, chosen)


@cache
def requests() -> tuple[RestoreRequest, ...]:
    kinds = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
    return tuple(parsing.parse_request(request_for(k, "r1"), default_request_id="d") for k in kinds)


CALLS: dict[str, Callable[[Backup], Any]] = {
    "item": lambda backup: backup.find_protected_item(VAULT, vm()),
    "vault": lambda backup: backup.find_vault_item(vm()),
    "points": _choose,
    "jobs": lambda backup: backup.restore_jobs(ITEM, START),
    "job": lambda backup: backup.read_job(VAULT, "j1"),
    "operation": lambda backup: backup.read_operation(VAULT, OPERATION, _HANDLES),
    "trigger": lambda backup: backup.trigger_restore(ITEM, "p1", {"properties": {}}),
    "cancel": lambda backup: backup.cancel_job(VAULT, "j1"),
    "disks": lambda backup: (backup.vms.disks(vm()), backup.vms.has_new(vm(), START)),
    "VM": lambda backup: backup.vms.state(vm()),
    "group": lambda backup: backup.vms.group_disks(vm().partition("/providers")[0]),
    "settings": lambda backup: (
        backup.preflight.cross_subscription(VAULT),
        backup.preflight.storage_type(VAULT),
    ),
    "guards": lambda backup: backup.preflight.guard_requests(VAULT),
    "validation": lambda backup: (
        backup.preflight.start_validation(ITEM, "p1", {"properties": {}}),
        backup.preflight.read_validation(VAULT, OPERATION),
    ),
}


def call(name: str, reply: Reply) -> Any:
    """Make one call and return what it made of the reply. Raises RestoreError."""

    def always(*request: Any) -> Reply:
        return reply

    return CALLS[name](_backup(always))


def read(text: bytes) -> Reply:
    """Read a reply as it is written here; what is no status is 200."""
    head, _, body = text.partition(b"\n\n")
    status, _, rest = head.decode("latin-1").partition(" ")
    headers = dict(line.partition(": ")[::2] for line in rest.split("|") if ": " in line)
    return Reply(int(status) if re.fullmatch("[1-5][0-9]{2}", status) else 200, headers, body)


def written(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write a reply."""
    lines = "|".join(f"{name}: {value}" for name, value in headers.items())
    return f"{status} {lines}".encode("latin-1", errors="replace") + b"\n\n" + body


@cache
def samples(name: str) -> tuple[bytes, ...]:
    """Return what the simulated vault answers to a call, as the replies to begin with."""
    simulator = Simulator(VirtualClock(START), default_state(START))
    send, seen = InProcess(simulator), []

    def noted(*request: Any) -> Reply:
        status, headers, body = send(*request)
        seen.append(written(status, headers, body))
        return Reply(status, headers, body)

    backup = _backup(noted)
    try:
        CALLS[name](backup)
    except RestoreError:
        pass  # what is not there is answered too, and that answer is as good a beginning
    found = tuple(seen) + _BY_HAND.get(name, ())
    return (*found, _together(found))


def _together(texts: tuple[bytes, ...]) -> bytes:
    """One reply that answers all the requests of a call: what each of them is asked for."""
    bodies = [read(text).body for text in texts]
    whole: dict[str, Any] = {}
    for body in filter(None, bodies):
        whole |= json.loads(body)
    whole.pop("error", None)
    return written(200, {}, json.dumps(whole).encode())


def _backup(send: Any) -> Backup:
    authorized = AuthorizedRequest(ENDPOINT, lambda: "canary-token", send, lambda: START)
    return Backup(Client(authorized, sleep=lambda seconds: None), API_VERSION)


def _said(
    body: Mapping[str, Any], headers: Mapping[str, str] | None = None, status: int = 200
) -> bytes:
    return written(status, headers or {}, json.dumps(body).encode())


_RESTORING = (
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/"
    "recoveryPoints/restore/action"
)
_LATER = "Mon, 23 Nov 2026 03:00:00 GMT"
_HANDED_OUT = {"Azure-AsyncOperation": f"{ENDPOINT}/x/operations/o1?sig=x", "Location": "//y/o1"}
_JOB = {
    "name": "j1",
    "properties": {
        "status": "InProgress",
        "operation": "Restore",
        "startTime": "2026-11-23T03:00:00.1234567Z",
        "actionsInfo": ["Cancellable", 1],
        "errorDetails": [
            {"errorCode": 400001, "errorTitle": "t", "errorString": "s", "recommendations": ["r"]}
        ],
        "extendedInfo": {
            "tasksList": [
                {"taskId": "Transfer data", "status": "InProgress", "progressPercentage": 5.5}
            ],
            "progressPercentage": 3,
            "estimatedRemainingDuration": "PT1H",
            "dynamicErrorMessage": "m",
        },
    },
}
_FAILED = {
    "status": "Failed",
    "error": {
        "code": "UserErrorSkuNotAvailable",
        "message": "m",
        "details": [{"code": "c", "message": "d"}],
    },
    "properties": {"jobIds": ["j1"]},
}
_FINDING = {"code": "c", "message": "m", "recommendations": ["r"]}
_GUARD = {"vaultCriticalOperation": _RESTORING, "defaultResourceRequest": "/subscriptions/s"}
_GUARDS = [{"properties": {"resourceGuardOperationDetails": [_GUARD]}}]
_BY_HAND: dict[str, tuple[bytes, ...]] = {
    "job": (_said(_JOB, {"Retry-After": "60"}),),
    "operation": (
        _said({"status": "Succeeded", "properties": {"jobId": "j1"}}, {"Retry-After": "5"}),
        _said(_FAILED),
        written(202, {"Retry-After": _LATER, "Date": "Mon, 23 Nov 2026 02:59:00 GMT"}, b""),
    ),
    "validation": (
        _said({"validateOperationResponse": {"validationResults": [_FINDING]}}, _HANDED_OUT),
    ),
    "guards": (_said({"value": _GUARDS, "nextLink": f"{ENDPOINT}/x"}),),
    "trigger": (written(202, _HANDED_OUT, b""),),
    "cancel": (
        _said({"error": {"code": "BMSUserErrorInvalidInput", "message": "too late"}}, status=400),
    ),
}
