"""Each ARM id of a body is known by its place; what is known nowhere is told, however spelled."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from restore.messages.model import RecoveryPoint
from restore.messages.request import REQUEST_TYPES
from restore.policy import body_ids
from restore.policy.body_ids import EXEMPT, USES, Use
from restore.request import validation
from tests.end_to_end.harness import SUBSCRIPTION, vm
from tests.fakes.app_harness import START
from tests.unit.restore.policy.policy_cases import RESTORED, STAGING

MANAGED = RecoveryPoint(name="1", time=START)
UNMANAGED = RecoveryPoint(name="1", time=START, is_managed_vm=False)
_NOT_SENT = ("vaultId", "planHash", "recoveryPoint.id")


def uses(properties: dict[str, Any], point: RecoveryPoint = MANAGED) -> list[tuple[str, Use]]:
    body = {"properties": {"recoveryType": "RestoreDisks"} | properties}
    return [(place.path, place.use) for place in body_ids.places(body, point)]


def _id_fields(struct: type, path: str = "") -> Iterator[str]:
    """The places of a request that are typed as an ARM id or a URL, read off its struct."""
    for name, field in validation.fields_of(struct).items():
        yield from _of_type(field.type, f"{path}{name}")


def _of_type(kind: Any, path: str) -> Iterator[str]:
    extra: dict[str, Any] = {}
    if isinstance(kind, inspect.Metadata):
        extra, kind = kind.extra or {}, kind.type
    match kind:
        case inspect.UnionType():
            for one in kind.types:
                yield from _of_type(one, path)
        case inspect.StructType():
            yield from _id_fields(kind.cls, f"{path}.")
        case inspect.VarTupleType():
            yield from _of_type(kind.item_type, f"{path}[]")
        case inspect.StrType() if "id" in extra or "https://" in (kind.pattern or ""):
            yield path


def test_the_table_knows_every_id_that_a_request_can_carry_and_no_other() -> None:
    typed = {path for kind in REQUEST_TYPES.values() for path in _id_fields(kind)}
    assert set(USES) | set(EXEMPT) == typed - set(_NOT_SENT)
    assert not set(USES) & set(EXEMPT)
    assert all(EXEMPT.values()), "each exemption has its reason"


@pytest.mark.parametrize(
    "odd",
    [
        STAGING, STAGING.upper(), STAGING[1:], f"https://management.azure.com{STAGING}",
        STAGING.replace("/", "%2f"), STAGING.replace("/", "\\"), STAGING.replace("/", "\uff0f"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("place", "properties"),
    [
        ("$.region", lambda odd: {"region": odd}),
        ("$.extendedLocation.name", lambda odd: {"extendedLocation": {"name": odd}}),
        ("$.new[1][0].deep", lambda odd: {"new": ["x", [{"deep": odd}]]}),
        ("$.storageAccountIds[0]", lambda odd: {"storageAccountIds": [odd]}),
        ("$.StorageAccountId", lambda odd: {"StorageAccountId": odd}),
        ("$.identityInfo", lambda odd: {"identityInfo": odd}),
    ],
)
def test_an_id_where_none_is_known_is_told_in_every_spelling(
    odd: str, place: str, properties: Any
) -> None:
    assert (place, "unknown") in uses(properties(odd))


def test_plain_words_are_no_ids() -> None:
    words = {"region": "West Europe", "zones": ["1"], "recoveryPointId": "123", "x": None, "y": 1}
    assert uses(words) == []


@pytest.mark.parametrize(
    ("properties", "point", "is_target"),
    [
        ({}, MANAGED, True),
        ({"targetResourceGroupId": RESTORED}, MANAGED, False),
        ({"targetResourceGroupId": RESTORED}, UNMANAGED, True),
        ({"targetResourceGroupId": RESTORED, "restoreWithManagedDisks": False}, MANAGED, True),
        ({"targetResourceGroupId": RESTORED, "restoreWithManagedDisks": False}, UNMANAGED, True),
        ({"targetResourceGroupId": RESTORED, "restoreWithManagedDisks": True}, UNMANAGED, False),
        ({"restoreWithManagedDisks": True}, UNMANAGED, True),
        (
            {"targetResourceGroupId": RESTORED, "recoveryType": "AlternateLocation"},
            UNMANAGED,
            True,
        ),
    ],
)
@pytest.mark.parametrize(
    ("path", "account"),
    [
        ("$.storageAccountId", {"storageAccountId": STAGING}),
        (
            "$.identityBasedRestoreDetails.targetStorageAccountId",
            {"identityBasedRestoreDetails": {"targetStorageAccountId": STAGING}},
        ),
    ],
)
def test_the_account_where_disks_stay_is_a_target(
    properties: dict[str, Any],
    point: RecoveryPoint,
    is_target: bool,
    path: str,
    account: dict[str, Any],
) -> None:
    assert (path, "target" if is_target else "beside") in uses(properties | account, point)


@pytest.mark.parametrize(
    "properties",
    [{"recoveryType": "OriginalLocation"}, {"originalStorageAccountOption": True}],
)
def test_what_goes_back_where_it_was_has_the_source_as_its_target(
    properties: dict[str, Any],
) -> None:
    read = json.loads(json.dumps(properties | {"x": "/a"}))
    found = uses(read | {"sourceResourceId": vm(), "storageAccountId": STAGING}, UNMANAGED)
    assert found == [
        ("$.x", "unknown"),
        ("$.sourceResourceId", "source"),
        ("$.sourceResourceId", "target"),
        ("$.storageAccountId", "beside"),
    ]


def test_each_of_a_list_has_its_own_place() -> None:
    key_set = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/diskEncryptionSets/d"
    per_disk = [{"lun": lun, "diskEncryptionSetId": key_set} for lun in (0, 1)]
    details = {"dataDiskEncryptionSettings": {"perDiskEncryptionSetIds": per_disk}}
    path = "$.securedVMDetails.dataDiskEncryptionSettings.perDiskEncryptionSetIds"
    assert uses({"securedVMDetails": details}) == [
        (f"{path}[0].diskEncryptionSetId", "beside"),
        (f"{path}[1].diskEncryptionSetId", "beside"),
    ]


def test_what_stands_where_an_id_is_known_is_told_whatever_it_is() -> None:
    odd = {"sourceResourceId": "x", "targetResourceGroupId": "x", "storageAccountId": "x"}
    guarded = {"resourceGuardOperationRequests": ["x"]}
    assert uses(odd | guarded) == [
        ("$.sourceResourceId", "source"),
        ("$.targetResourceGroupId", "target"),
        ("$.storageAccountId", "beside"),
        ("$.resourceGuardOperationRequests[0]", "exempt"),
    ]
