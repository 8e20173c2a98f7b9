"""The largest values that our decoders let in: read off the types, or made by the decoders.

What comes from Azure is bounded by the code that reads it, so that code is given more than it takes
of everything. Names and texts are of one letter: some are wider on a wire than others.
"""

import json
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from arm import arm_json, compute, errors
from arm.authorized_request import AuthorizedRequest
from arm.client import Client
from restore.messages.disks import NAME_CHARS_MAX, KeptDisk, VmDisk
from restore.messages.errors import InvalidRequest, NotSupported, PlanChanged, to_failure
from restore.messages.field_types import REQUEST_ID
from restore.messages.model import (
    Approval,
    Authorization,
    Choice,
    Failure,
    JobSnapshot,
    ProtectedItem,
    RecoveryPoint,
)
from restore.messages.request import REQUEST_TYPES, RecoveryPointChoice, RestoreRequest
from restore.policy import decisions
from restore.request import json_text, validation
from restore.start import recovery_point_choice
from restore.values import probe_urls
from restore.values.arm_ids import KINDS
from restore.values.decoding import decode
from restore.values.problem import Problem
from simulated_azure import seed
from tests.fakes.app_harness import ENDPOINT, START

LETTERS = ("x", '"', "𝕏")
"""Of one byte, of two by an escape, of four."""
CARD_BYTES_MAX = 28 * 1024
"""Of a message to Teams (Microsoft Learn, "Create an Incoming Webhook")."""

_MANY = 210
_DISKS = 100
_THREAT = ("threatTitle", "threatDescription", "threatSeverity", "threatState")
_NAME, _TEXT, _FAR_TOO_LONG = 512, 2_000, 4_100
_ID_NAME = 260
_BY_PATTERN = {
    REQUEST_ID: "r" * 128,
    r"\A[0-9a-f]{64}\Z": "f" * 64,
    r"\Ahttps://[^\s/]+/\S*\Z": f"https://h/{'u' * 2038}",
    probe_urls.PATTERN: f"https://h/{'p' * 490}",
}


@cache
def request(kind: str, letter: str) -> RestoreRequest:
    """The largest request of a type: as many fields as go into the bytes that one may have.

    Rules between fields are not asked, so it is at least as large as any that is legal.
    """
    fields = validation.fields_of(REQUEST_TYPES[kind])
    largest = {name: value_of(field.type, letter) for name, field in fields.items()}
    given = {"recoveryType": kind} | {
        n: largest[n] for n, field in fields.items() if field.required
    }
    for name in sorted(largest, key=lambda name: -len(json.dumps(largest[name]))):
        value = largest[name]
        while isinstance(value, list) and len(value) > 1 and not _fits(given | {name: value}):
            value = value[:-1]
        if _fits(given | {name: value}):
            given[name] = value
    found: RestoreRequest = decode(given, RestoreRequest)
    assert not list(validation.problems_of(_untagged(given), REQUEST_TYPES[kind]))
    return found


def value_of(kind: inspect.Type, letter: str) -> Any:
    """The largest value of a field's type."""
    extra: dict[str, Any] = {}
    if isinstance(kind, inspect.Metadata):
        extra, kind = kind.extra or {}, kind.type
    match kind:
        case inspect.UnionType():
            return value_of(
                next(one for one in kind.types if not isinstance(one, inspect.NoneType)), letter
            )
        case inspect.StructType():
            fields = validation.fields_of(kind.cls).items()
            return {name: value_of(field.type, letter) for name, field in fields}
        case inspect.VarTupleType():
            assert kind.max_length, "a list of a request is bounded"
            return [value_of(kind.item_type, letter)] * kind.max_length
        case inspect.StrType():
            return _text(kind, extra, letter)
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return kind.le
        case inspect.LiteralType():
            return max(map(str, kind.values), key=len)
        case inspect.DateTimeType():
            return "2026-11-22T03:00:00.123456+00:00"
    raise AssertionError(f"no struct of ours has a field of {kind!r}")


@cache
def item(letter: str) -> ProtectedItem:
    """The largest protected item."""
    name, text = _of_names(letter) * _NAME, letter * _TEXT
    path = f"{seed.VAULT_ID}/backupFabrics/Azure/protectionContainers/{name}/protectedItems/{name}"
    source = f"{seed.vm_id(name)}/{name}/{name}/{name}"[:_TEXT]
    known = {"sourceResourceId": source, "protectionState": text, "friendlyName": text}
    found = arm_json.protected_item({"id": path, "properties": known}, seed.VAULT_ID, name)
    assert found is not None
    return found


@cache
def points(letter: str, count: int) -> list[RecoveryPoint]:
    """So many of the largest recovery points, all of the same time."""
    text = letter * _TEXT
    disks = [{"lun": lun, "name": _of_names(letter) * NAME_CHARS_MAX} for lun in range(_DISKS)]
    known = {
        "recoveryPointTime": START.isoformat(),
        "recoveryPointType": text,
        "recoveryPointTierDetails": [{"type": "HardenedRP", "status": "Valid"}],
        "zones": [letter * 40] * _MANY,
        "extendedLocation": {"name": text, "type": text},
        "threatStatus": text,
        "threatInfo": [dict.fromkeys(_THREAT, text)] * _MANY,
        "securityType": text,
        "recoveryPointDiskConfiguration": {"includedDiskList": disks, "excludedDiskList": disks},
    }
    found = [
        arm_json.recovery_point(
            {"name": f"{number:04}{_of_names(letter) * (_NAME - 4)}", "properties": known}
        )
        for number in range(count)
    ]
    return [point for point in found if point is not None]


@cache
def choice(letter: str) -> Choice:
    """The largest choice: as many points passed over as are told."""
    found = recovery_point_choice.choose(
        points(letter, 40), RecoveryPointChoice(not_after=START), now=START, incident_at=START
    )
    assert len(found.passed_over) == recovery_point_choice.PASSED_OVER_MAX
    return found


def job(letter: str, status: str) -> JobSnapshot:
    """The largest look at a job of a status."""
    return msgspec.structs.replace(_job(letter), status=status)


@cache
def _job(letter: str) -> JobSnapshot:
    text = letter * _FAR_TOO_LONG
    fault = {
        "errorCode": 400001,
        "errorTitle": text,
        "errorString": text,
        "recommendations": [text] * _MANY,
    }
    known = {
        "status": "Failed",
        "operation": letter * _TEXT,
        "containerName": _of_names(letter) * _NAME,
        "entityFriendlyName": letter * _TEXT,
        "startTime": START.isoformat(),
        "actionsInfo": [1],
        "errorDetails": [fault] * _MANY,
        "extendedInfo": {
            "tasksList": [{"taskId": letter * _TEXT, "status": "InProgress"}],
            "progressPercentage": 33.333333333333336,
            "estimatedRemainingDuration": "PT1H",
            "dynamicErrorMessage": text,
        },
    }
    found = arm_json.job({"name": _of_names(letter) * _NAME, "properties": known})
    assert found is not None
    return found


@cache
def failures(letter: str) -> list[Failure]:
    """The largest failures: Azure's, and those that say what is wrong with a request."""
    text = letter * _FAR_TOO_LONG
    said = {"code": text, "message": text, "details": [{"code": text, "message": text}] * _MANY}
    body = json.dumps({"error": said}).encode()
    problems = [Problem(path=text, message=text)] * _MANY
    return [
        *(
            to_failure(
                errors.from_reply(
                    status, body, retry_after_s=None, doing="try", trace_id=letter * 100
                )
            )
            for status in (400, 403, 404, 409, 500)
        ),
        errors.to_failure(said),
        to_failure(InvalidRequest(problems)),
        to_failure(PlanChanged(problems)),
        to_failure(NotSupported(problems, code=text)),
    ]


@cache
def authorization(letter: str) -> Authorization:
    """The largest authorization: no VM has so many disks, replaced or not."""
    disks = _disks(letter)
    return Authorization(
        rule="r" * 200,
        approval=True,
        until=START,
        disks=disks,
        kept_disks=tuple(KeptDisk(name=d.name, lun=d.lun, why="NotInRecoveryPoint") for d in disks),
    )


def approval(letter: str) -> Approval:
    """The largest decision."""
    most = value_of(validation.fields_of(decisions.Decision)["reason"].type, letter)
    said = decisions.parse(json.dumps({"decision": "approve", "reason": most}))
    return Approval(decision="approved", at=START, by=letter * 403, reason=said.reason)


def _disks(letter: str) -> tuple[VmDisk, ...]:
    name = _of_names(letter) * _NAME
    data = [{"name": name, "lun": number} for number in range(_MANY)]
    profile = {"osDisk": {"name": name}, "dataDisks": data}
    body = json.dumps({"properties": {"storageProfile": profile}}).encode()

    def send(*request: Any) -> Any:
        return 200, {}, body

    authorized = AuthorizedRequest(ENDPOINT, lambda: "token", send, lambda: START)
    return compute.read_vm_disks(
        Client(authorized, sleep=lambda seconds: None), seed.vm_id("web-01")
    )


def _of_names(letter: str) -> str:
    """The letter, or one that a name of ARM's may have."""
    return letter if letter != '"' else "x"


def _text(kind: inspect.StrType, extra: dict[str, Any], letter: str) -> str:
    if "id" in extra:
        pattern = KINDS[extra["id"]].replace("*", "00000000-0000-0000-0000-000000000001", 1)
        names = pattern.count("*")
        length = min(_ID_NAME, (2_048 - len(pattern)) // max(names, 1))
        return pattern.replace("*", _of_names(letter) * length)
    if "duration" in extra:
        return str(extra["duration"][1])
    if kind.pattern is not None:
        return _BY_PATTERN[kind.pattern]
    assert kind.max_length, "a text of a request is bounded"
    return letter * kind.max_length


def _fits(given: dict[str, Any]) -> bool:
    return len(msgspec.json.encode(given)) <= json_text.BYTES_MAX


def _untagged(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "recoveryType"}
