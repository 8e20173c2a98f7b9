"""Bodies say what was asked for, and unfit pairs of request and point are refused."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from restore.messages.errors import InvalidRequest
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import ExtendedLocation, RestoreRequest
from restore.request import parsing
from restore.start import arm_body
from tests.unit.restore.start.bodies import BODIES, built

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
_VM = f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/web-01"
_ACCOUNT = f"{_GROUP}/providers/Microsoft.Storage/storageAccounts/staging"
_ENCRYPTION_SET = f"{_GROUP}/providers/Microsoft.Compute/diskEncryptionSets/des"
_COMMON = {"requestId": "r", "sourceResourceId": _VM, "storageAccountId": _ACCOUNT}
_DISKS = {**_COMMON, "recoveryType": "RestoreDisks", "targetResourceGroupId": _GROUP}
_REPLACE = {**_COMMON, "recoveryType": "OriginalLocation", "confirm": "web-01"}
_PUBLIC = {
    "targetDiskNetworkAccessSettings": {
        "targetDiskNetworkAccessOption": "EnablePublicAccessForAllDisks"
    }
}


def _item(source: str = _VM, region: str = "westeurope") -> ProtectedItem:
    return ProtectedItem(
        id="/item",
        vault_id="/vault",
        container_name="c",
        name="i",
        source_resource_id=source,
        region=region,
        protection_state="Protected",
    )


def _point(**fields: Any) -> RecoveryPoint:
    known: dict[str, Any] = {"name": "123", "tier": "VaultStandard"}
    point = RecoveryPoint(time=datetime(2026, 11, 1, tzinfo=UTC), **(known | fields))
    return msgspec.json.decode(msgspec.json.encode(point), type=RecoveryPoint)


def _request(fields: dict[str, Any]) -> RestoreRequest:
    return parsing.parse_request(fields, default_request_id="r")


def _body(fields: dict[str, Any], **point: Any) -> dict[str, Any]:
    properties: dict[str, Any] = arm_body.build(_request(fields), _item(), _point(**point))[
        "properties"
    ]
    return properties


def _problems(fields: dict[str, Any], **point: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        _body(fields, **point)
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_says_field_for_field_what_was_asked_for(name: str) -> None:
    assert built(BODIES[name]) == {"properties": BODIES[name]}


def test_a_plain_request_becomes_the_least_body_that_azure_takes() -> None:
    assert _body(_DISKS) == {
        "objectType": "IaasVMRestoreRequest",
        "recoveryPointId": "123",
        "recoveryType": "RestoreDisks",
        "sourceResourceId": _VM,
        "storageAccountId": _ACCOUNT,
        "targetResourceGroupId": _GROUP,
        "region": "westeurope",
        "createNewCloudService": False,
        "originalStorageAccountOption": False,
    }


def test_nothing_of_ours_reaches_azure() -> None:
    ours = {
        "vaultId": f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/v",
        "recoveryPoint": {"maxAge": "P1D"},
        "deadline": "PT2H",
        "verify": {"probe": "tcp://10.2.0.4:22"},
    }
    assert _body(_REPLACE | ours) == _body(_REPLACE)
    assert "confirm" not in _body(_REPLACE)


def test_only_the_os_disk_is_an_empty_list_and_all_disks_are_no_list() -> None:
    assert _body(_DISKS | {"restoreDiskLunList": []})["restoreDiskLunList"] == []
    assert _body(_DISKS | {"restoreDiskLunList": [0, 2]})["restoreDiskLunList"] == [0, 2]
    assert "restoreDiskLunList" not in _body(_DISKS)


def test_the_vm_is_spelled_as_the_vault_spells_it() -> None:
    shouted = _request(_DISKS | {"sourceResourceId": _VM.lower()})
    body = arm_body.build(shouted, _item(), _point())
    assert body["properties"]["sourceResourceId"] == _VM


@pytest.mark.parametrize("region", ["westeurope", "West Europe", None])
def test_the_region_is_the_vaults(region: str | None) -> None:
    assert _body(_DISKS | {"region": region})["region"] == "westeurope"


def test_the_archive_is_asked_to_rehydrate_and_nothing_else_is() -> None:
    asked = _DISKS | {"recoveryPointRehydrationInfo": {"rehydrationPriority": "High"}}
    archived = _body(asked, tier="VaultArchive")
    assert archived["objectType"] == "IaasVMRestoreWithRehydrationRequest"
    assert archived["recoveryPointRehydrationInfo"] == {
        "rehydrationPriority": "High",
        "rehydrationRetentionDuration": "P15D",
    }
    assert _body(asked, tier="VaultStandard") == _body(_DISKS)
    assert list(_problems(_DISKS, tier="VaultArchive")) == ["$.recoveryPointRehydrationInfo"]


def test_managed_disks_do_not_land_as_vhds_unless_that_is_meant() -> None:
    groupless = {name: value for name, value in _DISKS.items() if name != "targetResourceGroupId"}
    message = _problems(groupless)["$.targetResourceGroupId"]
    assert "land as VHDs" in message
    assert "restoreWithManagedDisks: false" in message
    assert _body(groupless | {"restoreWithManagedDisks": False})["restoreWithManagedDisks"] is False
    assert "targetResourceGroupId" not in _body(groupless, is_managed_vm=False)


def test_the_original_storage_account_needs_a_point_that_allows_it() -> None:
    asked = _DISKS | {"originalStorageAccountOption": True}
    assert list(_problems(asked)) == ["$.originalStorageAccountOption"]
    body = _body(asked, original_storage_account_option=True)
    assert body["originalStorageAccountOption"] is True


@pytest.mark.parametrize("point", [{"is_encrypted": True}, {"is_managed_vm": False}])
def test_a_disk_encryption_set_is_for_managed_disks_without_ade(point: dict[str, Any]) -> None:
    asked = _DISKS | {"diskEncryptionSetId": _ENCRYPTION_SET}
    assert list(_problems(asked, **point)) == ["$.diskEncryptionSetId"]
    assert _body(asked)["diskEncryptionSetId"] == _ENCRYPTION_SET
    assert _body(_DISKS, **point) == _body(_DISKS), "without one it does not matter"


def test_private_disks_need_a_word_on_network_access_and_others_must_not_have_it() -> None:
    assert "is required" in str(_problems(_DISKS, is_private_access_enabled=True))
    assert "does not apply" in str(_problems(_DISKS | _PUBLIC))
    body = _body(_DISKS | _PUBLIC, is_private_access_enabled=True)
    assert _PUBLIC.items() <= body.items()


def test_disks_are_replaced_in_their_own_edge_zone() -> None:
    zone = ExtendedLocation(name="losangeles", type="EdgeZone")
    body = _body(_REPLACE, extended_location=zone)
    assert body["extendedLocation"] == {"name": "losangeles", "type": "EdgeZone"}
    assert "extendedLocation" not in _body(_DISKS, extended_location=zone)
    own = {"extendedLocation": {"name": "chicago", "type": "EdgeZone"}}
    assert _body(_REPLACE | own, extended_location=zone)["extendedLocation"]["name"] == "chicago"
    assert "extendedLocation" not in _body(_REPLACE)


def test_everything_that_does_not_fit_the_point_is_said_at_once() -> None:
    asked = _DISKS | _PUBLIC | {"originalStorageAccountOption": True}
    assert len(_problems(asked, tier="VaultArchive")) == 3
