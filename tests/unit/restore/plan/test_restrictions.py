"""Every row of the table: a restore that meets it, and one that just does not."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from restore.messages.disks import PointDisks, VmDisk
from restore.messages.errors import NotSupported
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import ExtendedLocation, RestoreRequest
from restore.plan import facts, restrictions
from restore.plan.facts import PreflightFacts
from restore.plan.traits import Traits

GROUP = "/subscriptions/00000000-0000-0000-0000-00000000000{}/resourceGroups/rg"
VM = GROUP.format(1) + "/providers/Microsoft.Compute/virtualMachines/web-01"
VAULT = GROUP.format(1) + "/providers/Microsoft.RecoveryServices/vaults/v"
OTHER = {"targetResourceGroupId": GROUP.format(2)}
ZONE = {"zones": ["1"]}
EDGE = {"extendedLocation": {"name": "losangeles", "type": "EdgeZone"}}
UNREAD = PreflightFacts()
ZONED = PreflightFacts(storage_type="ZoneRedundant")
OS, D0, D1 = VmDisk(name="os"), VmDisk(name="d0", lun=0), VmDisk(name="d1", lun=1)
HELD = PointDisks(included=(OS, D0), excluded=(D1,), included_count=2, attached_count=3)
COUNTED = PointDisks(included_count=2, attached_count=3)
WHOLE = PointDisks(included=(OS, D0, D1), excluded=(), included_count=3, attached_count=3)

Point = dict[str, Any]


def traits(
    kind: str, fields: dict[str, Any], point: Point, read: PreflightFacts = UNREAD
) -> Traits:
    given = {"recoveryType": kind, "requestId": "r", "sourceResourceId": VM}
    if kind == "OriginalLocation":
        given["confirm"] = "web-01"
    else:
        given["targetResourceGroupId"] = GROUP.format(1)
    if kind == "AlternateLocation":
        net = GROUP.format(1) + "/providers/Microsoft.Network/virtualNetworks/n"
        vm = GROUP.format(1) + "/providers/Microsoft.Compute/virtualMachines/new"
        given |= {
            "targetVirtualMachineId": vm,
            "virtualNetworkId": net,
            "subnetId": f"{net}/subnets/s",
        }
    request: RestoreRequest = msgspec.convert(given | fields, RestoreRequest)
    item = ProtectedItem(
        id="/item",
        vault_id=VAULT,
        container_name="c",
        name="i",
        source_resource_id=VM,
        region="westeurope",
        protection_state="Protected",
    )
    known: Point = {"tier": "SnapshotAndVaultStandard"} | point
    found = RecoveryPoint(name="1", time=datetime(2026, 11, 1, tzinfo=UTC), **known)
    return facts.traits_of(request, item, found, read)


def met(*given: Any) -> set[str]:
    return {row.code for row in restrictions.met(traits(*given))}


DISKS, REPLACE, NEW = "RestoreDisks", "OriginalLocation", "AlternateLocation"
CASES: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]] = [
    ("OtherRegion", (DISKS, {"region": "northeurope"}, {}), (DISKS, {"region": "West Europe"}, {})),
    ("OtherRegion", (DISKS, {"region": "westus"}, {}), (DISKS, {}, {})),
    ("DisksLeftOut", (REPLACE, {}, {"disks": HELD}), (REPLACE, {}, {"disks": WHOLE})),
    ("DisksLeftOut", (NEW, {}, {"disks": COUNTED}), (NEW, {}, {})),
    ("DisksNotInPoint", (DISKS, {}, {"disks": HELD}), (DISKS, {}, {"disks": WHOLE})),
    (
        "LunNotInPoint",
        (DISKS, {"restoreDiskLunList": [0, 5]}, {"disks": WHOLE}),
        (DISKS, {"restoreDiskLunList": [0]}, {"disks": WHOLE}),
    ),
    (
        "LunNotInPoint",
        (DISKS, {"restoreDiskLunList": [1]}, {"disks": HELD}),
        (DISKS, {"restoreDiskLunList": [0]}, {"disks": HELD}),
    ),
    (
        "LunNotInPoint",
        (DISKS, {"restoreDiskLunList": [1]}, {"disks": PointDisks(excluded=(D1,))}),
        (DISKS, {"restoreDiskLunList": [5]}, {"disks": PointDisks(excluded=(D1,))}),
    ),
    (
        "LunListMayBeIgnored",
        (DISKS, {"restoreDiskLunList": []}, {"disks": WHOLE}),
        (DISKS, {"restoreDiskLunList": [0]}, {"disks": HELD}),
    ),
    ("EncryptedVmNotReplaceable", (REPLACE, {}, {"is_encrypted": True}), (REPLACE, {}, {})),
    ("EncryptedVmNotCreatable", (NEW, {}, {"is_encrypted": True}), (NEW, {}, {})),
    (
        "EncryptedFromSnapshot",
        (DISKS, {}, {"is_encrypted": True}),
        (DISKS, {}, {"is_encrypted": True, "tier": "VaultStandard"}),
    ),
    (
        "CrossSubscriptionEncrypted",
        (DISKS, OTHER, {"is_encrypted": True}),
        (DISKS, {}, {"is_encrypted": True}),
    ),
    (
        "CrossSubscriptionRestoreDisabled",
        (DISKS, OTHER, {}, PreflightFacts(cross_subscription="PermanentlyDisabled")),
        (DISKS, OTHER, {}, PreflightFacts(cross_subscription="Enabled")),
    ),
    (
        "CrossSubscriptionFromSnapshot",
        (DISKS, OTHER, {"tier": "Snapshot"}),
        (DISKS, OTHER, {"tier": "SnapshotAndVaultArchive"}),
    ),
    (
        "CrossSubscriptionUnmanaged",
        (DISKS, OTHER, {"is_managed_vm": False}),
        (DISKS, {}, {"is_managed_vm": False}),
    ),
    (
        "CrossSubscriptionTrustedLaunch",
        (DISKS, OTHER, {"security_type": "TrustedLaunch"}),
        (DISKS, OTHER, {"security_type": "None"}),
    ),
    ("CrossSubscriptionEdgeZone", (DISKS, OTHER | EDGE, {}), (DISKS, EDGE, {})),
    (
        "NeverInEdgeZone",
        (DISKS, EDGE, {}),
        (DISKS, EDGE, {"extended_location": ExtendedLocation(name="z", type="EdgeZone")}),
    ),
    (
        "LeavesEdgeZone",
        (DISKS, {}, {"extended_location": ExtendedLocation(name="z", type="EdgeZone")}),
        (DISKS, EDGE, {"extended_location": ExtendedLocation(name="z", type="EdgeZone")}),
    ),
    (
        "ZoneNotAllowed",
        (DISKS, ZONE, {}, PreflightFacts(storage_type="GeoRedundant")),
        (DISKS, ZONE, {}, ZONED),
    ),
    ("ZoneNotAllowed", (DISKS, ZONE, {"tier": "Snapshot"}, ZONED), (DISKS, ZONE, {})),
    ("ZoneNotAllowed", (DISKS, ZONE, {"tier": "VaultArchive"}), (DISKS, {"zones": ["NoZone"]}, {})),
    ("ZoneNotAllowed", (DISKS, ZONE, {"is_managed_vm": False}, ZONED), (DISKS, ZONE, {}, ZONED)),
    ("ZoneNotAllowed", (DISKS, ZONE, {"is_encrypted": True}, ZONED), (DISKS, ZONE, {}, ZONED)),
    (
        "ZoneNotAllowed",
        (DISKS, ZONE, {"security_type": "TrustedLaunch"}, ZONED),
        (DISKS, ZONE, {"security_type": "Standard"}, ZONED),
    ),
    (
        "TargetNameTaken",
        (NEW, {}, {}, PreflightFacts(has_target_vm=True)),
        (NEW, {}, {}, PreflightFacts(has_target_vm=False)),
    ),
    (
        "SourceVmMissing",
        (REPLACE, {}, {}, PreflightFacts(has_source_vm=False)),
        (REPLACE, {}, {}, PreflightFacts(has_source_vm=True)),
    ),
    ("UnmanagedVmNotReplaceable", (REPLACE, {}, {"is_managed_vm": False}), (REPLACE, {}, {})),
    (
        "ConversionFromSnapshot",
        (DISKS, {"restoreWithManagedDisks": True}, {"tier": "Snapshot"}),
        (DISKS, {"restoreWithManagedDisks": True}, {}),
    ),
    (
        "IdentityBasedUnmanaged",
        (
            DISKS,
            {
                "identityBasedRestoreDetails": {
                    "targetStorageAccountId": GROUP.format(1)
                    + "/providers/Microsoft.Storage/storageAccounts/a"
                }
            },
            {"is_managed_vm": False},
        ),
        (DISKS, {}, {"is_managed_vm": False}),
    ),
]


@pytest.mark.parametrize(("code", "meets", "misses"), CASES, ids=lambda case: str(case)[:40])
def test_a_restore_meets_a_restriction_or_just_does_not(
    code: str, meets: tuple[Any, ...], misses: tuple[Any, ...]
) -> None:
    assert code in met(*meets)
    assert code not in met(*misses)


def test_every_row_has_its_case() -> None:
    rows = {id(row) for _, meets, _ in CASES for row in restrictions.met(traits(*meets))}
    assert [row.rule for row in restrictions.TABLE if id(row) not in rows] == []


@pytest.mark.parametrize("kind", [DISKS, REPLACE, NEW])
def test_a_plain_restore_meets_none_and_what_is_not_known_restricts_nothing(kind: str) -> None:
    assert met(kind, {}, {}) == set()
    assert met(kind, {}, {"disks": WHOLE, "security_type": "None"}) == set()


@pytest.mark.parametrize("tier", ["Snapshot", "VaultStandard", "VaultArchive", "OfTomorrow"])
@pytest.mark.parametrize("kind", [DISKS, REPLACE, NEW])
def test_where_a_point_lies_restricts_no_plain_restore(kind: str, tier: str) -> None:
    assert met(kind, {}, {"tier": tier}) == set()


@pytest.mark.parametrize(
    ("point", "of_disks", "of_replacement", "of_new_vm"),
    [
        ({"disks": HELD}, "DisksNotInPoint", "DisksLeftOut", "DisksLeftOut"),
        (
            {"is_encrypted": True, "tier": "VaultStandard"},
            None,
            "EncryptedVmNotReplaceable",
            "EncryptedVmNotCreatable",
        ),
        ({"is_managed_vm": False}, None, "UnmanagedVmNotReplaceable", None),
    ],
)
def test_what_a_point_holds_restricts_each_type_in_its_own_way(
    point: Point, of_disks: str | None, of_replacement: str | None, of_new_vm: str | None
) -> None:
    for kind, code in ((DISKS, of_disks), (REPLACE, of_replacement), (NEW, of_new_vm)):
        assert met(kind, {}, point) == ({code} if code else set())


def test_what_is_unknown_of_a_point_restricts_no_conversion_and_no_other_subscription() -> None:
    unknown = {"tier": "OfTomorrow"}
    assert met(DISKS, {"restoreWithManagedDisks": True}, unknown) == set()
    assert met(DISKS, OTHER, unknown) == set()


def test_the_luns_that_a_point_does_not_hold_are_named() -> None:
    restore = traits(DISKS, {"restoreDiskLunList": [9, 0, 5]}, {"disks": WHOLE})
    (row,) = (row for row in restrictions.met(restore) if row.code == "LunNotInPoint")
    assert row.says(restore).endswith("It holds no LUN 5, 9.")


@pytest.mark.parametrize("row", restrictions.TABLE, ids=lambda row: row.code)
def test_a_row_reads_as_sentences_and_names_its_source(row: Any) -> None:
    assert row.rule.endswith(".")
    assert row.action.endswith(".")
    assert row.path.startswith("$.")
    assert row.source.url.startswith("https://")
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", row.source.date)


def test_what_stands_against_a_restore_is_said_with_what_to_do() -> None:
    with pytest.raises(NotSupported) as caught:
        restrictions.require_none(traits(NEW, {"restoreDiskLunList": [1]}, {"disks": HELD}))
    error = caught.value
    assert error.code == "DisksLeftOut"
    assert [problem.path for problem in error.problems] == [
        "$.recoveryType",
        "$.restoreDiskLunList",
    ]
    assert "This one does not hold LUN 1 (d1). Restore the disks (RestoreDisks)" in error.message
    restrictions.require_none(traits(DISKS, {}, {"disks": HELD}))


def test_the_paired_region_is_told_how_to_get_there() -> None:
    row = next(restrictions.met(traits(DISKS, {"region": "northeurope"}, {})))
    assert "does not restore to the secondary region" in row.rule
    assert "--use-secondary-region" in row.action
