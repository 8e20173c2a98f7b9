"""What surrounds a restore is read as it is, and what cannot be understood counts as not said."""

from typing import Any

import pytest

from arm.preflight import Opinion, Preflight
from restore.messages.errors import NotYet
from restore.messages.model import ProtectedItem
from tests.unit.arm.fakes import Script, client, reply

VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/"
    "Microsoft.RecoveryServices/vaults/v"
)
ITEM = ProtectedItem(
    id=f"{VAULT}/backupFabrics/Azure/protectionContainers/c/protectedItems/i",
    vault_id=VAULT,
    container_name="c",
    name="i",
    source_resource_id="/vm",
    region="westeurope",
    protection_state="Protected",
)
RESTORE = (
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/"
    "recoveryPoints/restore/action"
)


def preflight(*replies: Any) -> tuple[Preflight, Script]:
    script = Script(*replies)
    return Preflight(client(script), "2025-02-01"), script


def settings(state: Any) -> dict[str, Any]:
    inner = {"crossSubscriptionRestoreSettings": {"crossSubscriptionRestoreState": state}}
    return {"properties": {"restoreSettings": inner}}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (settings("Disabled"), "Disabled"),
        (settings("PermanentlyDisabled"), "PermanentlyDisabled"),
        (settings("Enabled"), "Enabled"),
        (settings("Perhaps"), "other: Perhaps"),
        ({"properties": None}, "Enabled"),
        ({}, "Enabled"),
    ],
)
def test_a_vault_restores_to_other_subscriptions_unless_it_says_no(body: Any, told: str) -> None:
    looked, script = preflight(reply(200, body))
    assert looked.cross_subscription(VAULT) == told
    assert script.sent[0].url.endswith(f"{VAULT}?api-version=2024-04-01")


@pytest.mark.parametrize(
    ("said", "told"),
    [("GeoRedundant", "GeoRedundant"), ("Other", "other: Other"), (None, None)],
)
def test_a_redundancy_that_is_not_known_is_told_as_another(said: Any, told: str | None) -> None:
    looked, script = preflight(reply(200, {"properties": {"storageType": said}}))
    assert looked.storage_type(VAULT) == told
    assert "/backupstorageconfig/vaultstorageconfig?api-version=2025-02-01" in script.sent[0].url


def proxy(*details: Any) -> dict[str, Any]:
    return {"properties": {"resourceGuardOperationDetails": list(details)}}


def test_a_guard_of_restores_is_named_and_no_other_operation_and_no_rubbish() -> None:
    wanted = {"vaultCriticalOperation": RESTORE.upper(), "defaultResourceRequest": "/guard/1"}
    later = {"vaultCriticalOperation": "x/delete/action", "defaultResourceRequest": "/guard/2"}
    other = {"vaultCriticalOperation": "a/delete/action", "defaultResourceRequest": "/guard/3"}
    broken = {"vaultCriticalOperation": RESTORE, "defaultResourceRequest": 7}
    body = {"value": [proxy(wanted, later, other, broken, "x"), {"properties": 3}, None]}
    looked, _ = preflight(reply(200, body))
    assert looked.guard_requests(VAULT) == ("/guard/1",)


def test_a_vault_without_guards_wants_nothing() -> None:
    assert preflight(reply(200, {"value": []}))[0].guard_requests(VAULT) == ()


def test_azure_is_asked_about_the_body_that_would_be_sent() -> None:
    operation = f"https://arm.test{VAULT}/backupOperations/op-1?api-version=2025-02-01"
    looked, script = preflight(reply(202, None, {"Azure-AsyncOperation": operation}))
    body = {"properties": {"recoveryType": "RestoreDisks"}}
    assert looked.start_validation(ITEM, "p1", body).operation_id == "op-1"
    sent = script.sent[0]
    assert sent.method == "POST"
    assert "/backupTriggerValidateOperation?api-version=2025-02-01" in sent.url


def results(*found: Any) -> dict[str, Any]:
    return {"validateOperationResponse": {"validationResults": list(found)}}


@pytest.mark.parametrize(("asked", "wait_s"), [({}, 10), ({"Retry-After": "0"}, 0)])
def test_while_azure_still_validates_there_is_no_opinion(
    asked: dict[str, str], wait_s: float
) -> None:
    with pytest.raises(NotYet) as caught:
        preflight(reply(202, None, asked))[0].read_validation(VAULT, "op-1")
    assert caught.value.retry_after_s == wait_s


def test_a_pass_is_no_finding_and_a_failure_is_one_with_its_advice() -> None:
    body = results(
        {"code": "Success", "message": "fine"},
        {"code": "X", "message": "No.", "recommendations": ["Do this.", "", 3, "Then that."]},
        {"message": "No code."},
        "rubbish",
    )
    found = preflight(reply(200, body))[0].read_validation(VAULT, "op-1")
    assert found is not None
    assert found[0] == Opinion("X", "No.", ("Do this.", "Then that."))
    assert [one.code for one in found] == ["X", "ValidationFailed"]


def test_fifty_findings_are_enough_and_a_code_has_120_characters() -> None:
    many = [{"code": "c" * 121, "message": "m", "recommendations": ["r"] * 51}] * 51
    found = preflight(reply(200, results(*many)))[0].read_validation(VAULT, "op-1")
    assert found is not None
    assert len(found) == 50
    assert len(found[0].code) == 120
    assert len(found[0].recommendations) == 50


@pytest.mark.parametrize("body", [{}, {"validateOperationResponse": 3}, results()])
def test_an_answer_without_findings_has_none(body: Any) -> None:
    for status in (200, 204):
        assert preflight(reply(status, body))[0].read_validation(VAULT, "op-1") == ()
