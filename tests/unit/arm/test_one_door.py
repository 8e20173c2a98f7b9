"""Nothing of Azure's leaves arm/ unread: a secret in any text of any answer is told nowhere.

Every text of every answer, header and exception is replaced by a secret, or gets one appended, one
after the other and in every form; then what the call returned, raised and logged is searched.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from azure.core.exceptions import ClientAuthenticationError

from arm import credentials
from arm.backup import Backup
from arm.transport import Reply
from restore.messages import errors
from restore.settings import Settings
from tests.fakes.secrets import SECRETS, Secret
from tests.unit.arm.answers import (
    ERROR_BODY,
    FAILED,
    GUARD_DETAIL,
    HANDLES,
    HEADERS,
    ITEM_BODY,
    JOB_BODY,
    LINK,
    OPERATION,
    POINT_BODY,
    SENT,
    VM_BODY,
)
from tests.unit.arm.fakes import ENDPOINT, ITEM, NOW, VAULT, VM, Script, backup
from tests.unit.arm.test_hostile_answers import texts_of


class Call(NamedTuple):
    """What is asked, and the status and body of each answer; the last one comes on and on."""

    ask: Callable[[Backup], object]
    answers: list[tuple[int, Any]]


def _trigger(azure: Backup) -> object:
    triggered, poll_urls = azure.trigger_restore(ITEM, "1", SENT)
    return triggered, repr(poll_urls)


def _settings(azure: Backup) -> object:
    look = azure.preflight
    return look.cross_subscription(VAULT), look.storage_type(VAULT), look.guard_requests(VAULT)


def _validation(azure: Backup) -> object:
    look = azure.preflight
    return look.start_validation(ITEM, "1", SENT), look.read_validation(VAULT, OPERATION)


CALLS = {
    "item": Call(
        lambda azure: azure.find_protected_item(VAULT, VM),
        [(200, {"value": [ITEM_BODY]}), (200, {"location": "westeurope"})],
    ),
    "vault": Call(
        lambda azure: azure.find_vault_item(VM),
        [
            (200, VM_BODY),
            (200, {"vaultId": f"{ENDPOINT}{VAULT}"}),
            (200, {"value": [ITEM_BODY]}),
            (200, {"location": "westeurope"}),
        ],
    ),
    "points": Call(lambda azure: azure.recovery_points(ITEM), [(200, {"value": [POINT_BODY]})]),
    "jobs": Call(
        lambda azure: azure.restore_jobs(VAULT),
        [(200, {"value": [JOB_BODY], "nextLink": LINK}), (200, {"value": [JOB_BODY]})],
    ),
    "job": Call(lambda azure: azure.read_job(VAULT, OPERATION), [(200, JOB_BODY)]),
    "trigger": Call(_trigger, [(202, None)]),
    "operation": Call(lambda azure: azure.read_operation(VAULT, None, HANDLES), [(200, FAILED)]),
    "result": Call(
        lambda azure: azure.read_operation(VAULT, OPERATION, HANDLES),
        [(404, ERROR_BODY), (404, ERROR_BODY), (200, FAILED)],
    ),
    "cancel": Call(lambda azure: azure.cancel_job(VAULT, OPERATION), [(409, ERROR_BODY)]),
    "disks": Call(lambda azure: azure.vms.disks(VM), [(200, VM_BODY)]),
    "group": Call(
        lambda azure: azure.vms.group_disks(VM.partition("/providers")[0]),
        [(200, {"value": [VM_BODY]})],
    ),
    "VM": Call(lambda azure: azure.vms.state(VM), [(200, VM_BODY)]),
    "new VM": Call(lambda azure: azure.vms.has_new(VM, NOW), [(200, VM_BODY)]),
    "settings": Call(
        _settings,
        [
            (
                200,
                {
                    "properties": {
                        "restoreSettings": {
                            "crossSubscriptionRestoreSettings": {
                                "crossSubscriptionRestoreState": "Disabled"
                            }
                        }
                    }
                },
            ),
            (200, {"properties": {"storageType": "GeoRedundant"}}),
            (200, {"value": [{"properties": {"resourceGuardOperationDetails": [GUARD_DETAIL]}}]}),
        ],
    ),
    "validation": Call(
        _validation,
        [
            (202, None),
            (
                200,
                {
                    "validateOperationResponse": {
                        "validationResults": [
                            {"code": "Odd", "message": "No.", "recommendations": ["Do."]}
                        ]
                    }
                },
            ),
        ],
    ),
    **{
        f"refusal {status}": Call(_trigger, [(status, ERROR_BODY)])
        for status in (400, 403, 408, 429)
    },
    "refused read": Call(lambda azure: azure.recovery_points(ITEM), [(503, ERROR_BODY)]),
    "no vault": Call(lambda azure: azure.find_protected_item(VAULT, VM), [(404, ERROR_BODY)]),
    "no VM": Call(lambda azure: azure.find_vault_item(VM), [(404, ERROR_BODY)]),
    "no access": Call(lambda azure: azure.find_vault_item(VM), [(403, ERROR_BODY)]),
}


@pytest.mark.parametrize("call", CALLS)
def test_an_answer_without_secrets_is_told(call: str, caplog: pytest.LogCaptureFixture) -> None:
    """So that the search below looks where something is."""
    told = _told(CALLS[call], CALLS[call].answers, HEADERS, caplog)
    assert not any(secret.canary in told for secret in SECRETS.values())
    assert "[removed]" not in told
    assert "other:" not in told


@pytest.mark.parametrize("call", CALLS)
def test_no_secret_in_an_answer_is_told(call: str, caplog: pytest.LogCaptureFixture) -> None:
    asked = CALLS[call]
    for secret in SECRETS.values():
        for answers in _planted([[*answer] for answer in asked.answers], secret):
            assert secret.canary not in _told(asked, answers, HEADERS, caplog), answers


@pytest.mark.parametrize("call", ["trigger", "operation", "result", "refused read", "jobs"])
def test_no_secret_in_a_header_is_told(call: str, caplog: pytest.LogCaptureFixture) -> None:
    asked = CALLS[call]
    for secret in SECRETS.values():
        for headers in _planted(HEADERS, secret):
            assert secret.canary not in _told(asked, asked.answers, headers, caplog), headers


@pytest.mark.parametrize("kind", [ConnectionResetError, TimeoutError, OSError])
@pytest.mark.parametrize("call", ["trigger", "points"])
def test_no_secret_in_an_exception_of_the_transport_is_told(
    call: str, kind: type[OSError], caplog: pytest.LogCaptureFixture
) -> None:
    for secret in SECRETS.values():
        told = _searched(CALLS[call].ask, Script(*[kind(secret.text)] * 9), caplog)
        assert secret.canary not in told


@pytest.mark.parametrize("form", SECRETS)
def test_no_secret_in_an_exception_of_the_identity_library_is_told(form: str) -> None:
    secret = SECRETS[form]

    class Refused:
        def get_token(self, *scopes: str, **more: Any) -> Any:
            raise ClientAuthenticationError(secret.text)

    source = credentials.token_source(Settings.parse({}), Refused, in_azure=True)
    with pytest.raises(errors.AccessDenied) as raised:
        source()
    assert secret.canary not in "".join(traceback.format_exception(raised.value))


def _planted(whole: Any, secret: Secret) -> Iterator[Any]:
    """The same once for each of its texts, with the secret in its place, and behind it."""
    for path in _texts_in(whole):
        for keeps in (True, False):
            changed = deepcopy(whole)
            parent = changed
            for key in path[:-1]:
                parent = parent[key]
            before = parent[path[-1]] if keeps else ""
            parent[path[-1]] = f"{before} {secret.text}".strip()
            yield changed


def _texts_in(whole: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(whole, str):
        yield path
    elif isinstance(whole, dict):
        for key, value in whole.items():
            yield from _texts_in(value, (*path, key))
    elif isinstance(whole, list):
        for number, value in enumerate(whole):
            yield from _texts_in(value, (*path, number))


def _told(
    call: Call, answers: list[Any], headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> str:
    replies = [
        Reply(status, headers, b"" if body is None else json.dumps(body).encode())
        for status, body in answers
    ]
    return _searched(call.ask, Script(*replies, *replies[-1:] * 9), caplog)


def _searched(
    ask: Callable[[Backup], object], script: Script, caplog: pytest.LogCaptureFixture
) -> str:
    """All that a call returns, raises and logs."""
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    try:
        told = texts_of(ask(backup(script)))
    except errors.RestoreError as error:
        raised = "".join(traceback.format_exception(error))
        told = f"{raised} {texts_of(errors.to_failure(error))}"
    return " ".join([told, *(record.getMessage() for record in caplog.records)])
