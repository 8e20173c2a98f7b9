"""What the app asks of Azure Backup is what Microsoft's library has models of."""

import json
from typing import Any

import msgspec
import pytest
from azure.mgmt.recoveryservicesbackup import models
from hypothesis import assume, given
from hypothesis import strategies as st

from restore.messages.errors import InvalidRequest
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import REQUEST_TYPES, RestoreDisks, RestoreRequest
from restore.request import validation
from restore.start import arm_body
from restore.values.decoding import decode
from tests.fakes import largest
from tests.fakes.app_harness import START
from tests.fuzz import shapes
from tests.sdk_models import fields, problems
from tests.unit.arm.fakes import ITEM, VM, Script, backup, reply
from tests.unit.restore.start.bodies import BODIES

NEVER_SENT = {
    "affinityGroup": "of classic VMs",
    "targetDomainNameId": "of classic VMs",
}
KINDS = st.sampled_from(sorted(REQUEST_TYPES))


def _full(kind: str) -> RestoreRequest:
    """A request with all fields that its type has; some would not go together."""
    known = validation.fields_of(REQUEST_TYPES[kind]).items()
    whole = {name: largest.value_of(field.type, "x") for name, field in known}
    return _request(kind, whole)


def _request(kind: str, whole: dict[str, Any]) -> RestoreRequest:
    found: RestoreRequest = decode({"recoveryType": kind, **whole}, RestoreRequest)
    return found


def _body(request: RestoreRequest) -> dict[str, Any]:
    """Build the body for a point and a vault that fit the request."""
    has_group = not isinstance(request, RestoreDisks) or request.target_resource_group_id
    point = RecoveryPoint(
        name="123",
        time=START,
        tier="VaultArchive" if request.recovery_point_rehydration_info else "VaultStandard",
        is_managed_vm=bool(has_group),
        original_storage_account_option=request.original_storage_account_option,
        is_private_access_enabled=request.target_disk_network_access_settings is not None,
    )
    item = ProtectedItem(
        id="/i",
        vault_id="/v",
        container_name="c",
        name="n",
        source_resource_id=VM,
        region=request.region or "westeurope",
        protection_state="Protected",
    )
    return arm_body.build(request, item, point)


@pytest.mark.parametrize("kind", REQUEST_TYPES)
def test_a_body_with_all_that_a_request_can_say_is_a_model(kind: str) -> None:
    body = _body(_full(kind))
    assert problems(body, models.RestoreRequestResource, sent=True) == []


@pytest.mark.parametrize("name", BODIES)
def test_our_samples_of_bodies_are_models(name: str) -> None:
    body = {"properties": BODIES[name]}
    assert problems(body, models.RestoreRequestResource, sent=True) == []


def test_the_bodies_say_all_that_the_model_can_but_what_is_of_classic_vms() -> None:
    said = {name for kind in REQUEST_TYPES for name in _body(_full(kind))["properties"]}
    assert said == fields(models.IaasVMRestoreWithRehydrationRequest).keys() - NEVER_SENT.keys()


@given(KINDS.flatmap(lambda kind: st.tuples(st.just(kind), shapes.fields(REQUEST_TYPES[kind]))))
def test_whatever_is_asked_for_the_body_is_a_model(drawn: tuple[str, dict[str, Any]]) -> None:
    try:
        body = _body(_request(*drawn))
    except (msgspec.ValidationError, InvalidRequest):
        assume(False)
    assert problems(body, models.RestoreRequestResource, sent=True) == []


def test_a_body_that_is_no_model_is_noticed() -> None:
    body = _body(_full("AlternateLocation"))
    for name, value in (("requestId", "r"), ("zones", "1"), ("recoveryType", "NewLocation")):
        wrong = {"properties": body["properties"] | {name: value}}
        assert len(problems(wrong, models.RestoreRequestResource, sent=True)) == 1


def test_the_question_whether_a_restore_would_be_accepted_is_a_model() -> None:
    script = Script(reply(202))
    body = _body(_full("RestoreDisks"))
    backup(script).preflight.start_validation(ITEM, "123", body)
    asked = json.loads(script.sent[0].body or b"")
    assert problems(asked, models.ValidateOperationRequestResource, sent=True) == []
    assert asked["properties"]["restoreRequest"] == body["properties"]


def test_the_question_where_a_vm_is_protected_is_a_model() -> None:
    here, status = {"location": "westeurope"}, {"vaultId": ITEM.vault_id}
    script = Script(reply(200, here), reply(200, status), reply(200, {"value": []}))
    with pytest.raises(Exception, match="holds no backup"):
        backup(script).find_vault_item(VM)
    asked = json.loads(script.sent[1].body or b"")
    assert problems(asked, models.BackupStatusRequest, sent=True) == []
    assert asked.keys() == {"resourceType", "resourceId"}
