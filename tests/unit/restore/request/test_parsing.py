"""Everything wrong with a request is said at once, each with its JSON path."""

from typing import Any

import pytest

from restore.messages import names
from restore.messages.errors import InvalidRequest
from restore.messages.request import (
    REQUEST_TYPES,
    AlternateLocation,
    OriginalLocation,
    RestoreDisks,
    RestoreRequest,
)
from tests.unit.restore.samples import (
    ACCOUNT,
    DISK_ACCESS,
    DISKS,
    GROUP,
    GUARD_REQUEST,
    IDENTITY,
    NET,
    NEW_VM,
    OTHER_GROUP,
    POINT,
    REPLACE,
    VAULT,
    VM,
    parsed,
    per_disk,
    problems_of,
    without,
)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [(DISKS, RestoreDisks), (REPLACE, OriginalLocation), (NEW_VM, AlternateLocation)],
)
def test_each_recovery_type_is_understood(
    fields: dict[str, Any], kind: type[RestoreRequest]
) -> None:
    request = parsed(fields)
    assert type(request) is kind
    assert request.recovery_type == fields["recoveryType"]
    assert request.deadline_s == 86_400


def test_every_problem_is_said_at_once() -> None:
    wrong = {
        "requestId": "r/1",
        "recoveryType": "OriginalLocation",
        "sourceResourceId": VM,
        "storageAcountId": ACCOUNT,
        "targetVirtualMachineId": VM,
        "deadline": "24h",
        "zones": ["1"],
        "restoreDiskLunList": [0, "1", True],
        "recoveryPoint": {"notAfter": "2026-11-01T12:00:00", "maxage": "P1D"},
        "identityInfo": {"isSystemAssignedIdentity": "yes"},
        "resourceGuardOperationRequests": VM,
        "encryptionDetails": [],
    }
    assert list(problems_of(wrong)) == [
        "$.requestId",
        "$.storageAcountId",
        "$.targetVirtualMachineId",
        "$.deadline",
        "$.zones",
        "$.restoreDiskLunList[1]",
        "$.restoreDiskLunList[2]",
        "$.recoveryPoint.maxage",
        "$.recoveryPoint.notAfter",
        "$.identityInfo.isSystemAssignedIdentity",
        "$.resourceGuardOperationRequests",
        "$.encryptionDetails",
        "$.confirm",
        "$.storageAccountId",
    ]


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        # what is missing
        ({}, "$.recoveryType", "is required: one of RestoreDisks, OriginalLocation"),
        (DISKS | {"recoveryType": "Offline"}, "$.recoveryType", "must be one of RestoreDisks"),
        (DISKS | {"recoveryType": ["x"]}, "$.recoveryType", "must be one of RestoreDisks"),
        (without(DISKS, "sourceResourceId"), "$.sourceResourceId", "is required"),
        (without(NEW_VM, "subnetId"), "$.subnetId", "is required"),
        (without(REPLACE, "confirm"), "$.confirm", "repeat the VM's name"),
        (NEW_VM | {"virtualNetworkId": None}, "$.virtualNetworkId", "is required"),
        # what does not apply
        (
            REPLACE | {"targetVirtualMachineId": VM},
            "$.targetVirtualMachineId",
            "OriginalLocation overwrites the disks of the source VM; targetVirtualMachineId does",
        ),
        (REPLACE | {"zones": ["1"]}, "$.zones", "zones does not apply"),
        (DISKS | {"subnetId": NET}, "$.subnetId", "creates disks and no VM"),
        (DISKS | {"confirm": "web-01"}, "$.confirm", "is for OriginalLocation"),
        (NEW_VM | {"restoreWithManagedDisks": True}, "$.restoreWithManagedDisks", "RestoreDisks"),
        (DISKS | {"affinityGroup": "a"}, "$.affinityGroup", "belongs to classic VMs"),
        (DISKS | {"objectType": "x"}, "$.objectType", "is set by this app"),
        (DISKS | {"recoveryPointId": "1"}, "$.recoveryPointId", "is chosen by recoveryPoint"),
        ({"properties": DISKS}, "$.properties", "its fields stand at the top here"),
        (NEW_VM | {"createNewCloudService": True}, "$.createNewCloudService", "classic"),
        # what nobody knows
        (
            DISKS | {"sourceResourceID": VM},
            "$.sourceResourceID",
            "did you mean sourceResourceId?",
        ),
        (DISKS | {"deadlines": "PT1H"}, "$.deadlines", "did you mean deadline?"),
        (DISKS | {"colour": "blue"}, "$.colour", "is not a known field"),
        (DISKS | {"a b'\n": 1}, "$['a b??']", "is not a known field"),
        (
            DISKS | {"recoveryPoint": {"notafter": "x"}},
            "$.recoveryPoint.notafter",
            "did you mean notAfter?",
        ),
        # ids of the wrong kind
        (DISKS | {"sourceResourceId": "web-01"}, "$.sourceResourceId", "ARM id of a virtual mach"),
        (DISKS | {"sourceResourceId": 7}, "$.sourceResourceId", "must be a text"),
        (DISKS | {"sourceResourceId": ""}, "$.sourceResourceId", "ARM id of a virtual machine"),
        (DISKS | {"vaultId": VM}, "$.vaultId", "this is the id of a virtual machine"),
        (DISKS | {"vaultId": ""}, "$.vaultId", "ARM id of a Recovery Services vault"),
        (
            NEW_VM | {"virtualNetworkId": f"{NET}/subnets/default"},
            "$.virtualNetworkId",
            "this is the id of a subnet",
        ),
        (NEW_VM | {"subnetId": f"{NET}2/subnets/x"}, "$.subnetId", "subnet of virtualNetworkId"),
        (
            NEW_VM | {"targetVirtualMachineId": VM.replace("/rg/", "/rg2/")},
            "$.targetVirtualMachineId",
            "must lie in targetResourceGroupId",
        ),
        (
            DISKS | {"resourceGuardOperationRequests": [VM]},
            "$.resourceGuardOperationRequests[0]",
            "Resource Guard request",
        ),
        # subscriptions
        (
            DISKS | {"targetResourceGroupId": OTHER_GROUP},
            "$.storageAccountId",
            "must be in the subscription of targetResourceGroupId",
        ),
        (
            REPLACE | {"storageAccountId": ACCOUNT.replace(GROUP, OTHER_GROUP)},
            "$.storageAccountId",
            "must be in the subscription of sourceResourceId",
        ),
        # confirm
        (REPLACE | {"confirm": "web-02"}, "$.confirm", "must be the VM's name"),
        (REPLACE | {"confirm": ""}, "$.confirm", "must be a text"),
        # the recovery point
        (
            DISKS | {"recoveryPoint": {"id": "1", "maxAge": "P1D", "tier": "Snapshot"}},
            "$.recoveryPoint.id",
            "leave out maxAge, tier",
        ),
        (
            DISKS | {"recoveryPoint": {"id": "1", "consistency": "AppConsistent"}},
            "$.recoveryPoint.id",
            "leave out consistency",
        ),
        (DISKS | {"recoveryPoint": {"id": VM}}, "$.recoveryPoint.id", "ARM id of a recovery p"),
        (
            DISKS | {"recoveryPoint": {"id": POINT}, "vaultId": VAULT + "2"},
            "$.recoveryPoint.id",
            "must be a recovery point of vaultId",
        ),
        (
            DISKS
            | {
                "recoveryPoint": {
                    "notBefore": "2026-11-01T13:00:00+01:00",
                    "notAfter": "2026-11-01T11:59:59Z",
                }
            },
            "$.recoveryPoint.notBefore",
            "must not be later than notAfter",
        ),
        (
            DISKS | {"recoveryPoint": {"notAfter": 5}},
            "$.recoveryPoint.notAfter",
            "must be a time with a zone",
        ),
        (DISKS | {"recoveryPoint": {"maxAge": "P1M"}}, "$.recoveryPoint.maxAge", "PT1M to P3650D"),
        (
            DISKS | {"recoveryPoint": {"consistency": "Good"}},
            "$.recoveryPoint.consistency",
            "must be one of AppConsistent, CrashConsistent, FileSystemConsistent",
        ),
        (DISKS | {"recoveryPoint": "123"}, "$.recoveryPoint", "must be an object"),
        # durations, numbers, sizes
        (DISKS | {"deadline": "PT1S"}, "$.deadline", "from PT10S to P7D"),
        (DISKS | {"deadline": "01:00:00"}, "$.deadline", "ISO 8601"),
        (DISKS | {"zones": []}, "$.zones", "must have exactly 1 entry"),
        (DISKS | {"zones": ["4"]}, "$.zones[0]", "must be one of 1, 2, 3, NoZone"),
        (DISKS | {"restoreDiskLunList": [-1]}, "$.restoreDiskLunList[0]", "from 0 to 999"),
        (DISKS | {"restoreDiskLunList": [1, 1]}, "$.restoreDiskLunList", "LUN 1 more than once"),
        (DISKS | {"restoreDiskLunList": [2, 1, 2, 1]}, "$.restoreDiskLunList", "names LUN 2 more"),
        (
            DISKS | {"securedVMDetails": {"dataDiskEncryptionSettings": per_disk(5, 0, 5, 0)}},
            "$.securedVMDetails.dataDiskEncryptionSettings.perDiskEncryptionSetIds",
            "names LUN 5 more than once",
        ),
        (DISKS | {"restoreDiskLunList": list(range(65))}, "$.restoreDiskLunList", "at most 64"),
        (DISKS | {"region": "x" * 3_000}, "$.region", "1 to 2048 characters"),
        (DISKS | {"region": "a\ud800"}, "$.region", "must be a text"),
        # identity and storage account
        (without(DISKS, "storageAccountId"), "$.storageAccountId", "is required (or identity"),
        (
            DISKS
            | {
                "identityBasedRestoreDetails": {"targetStorageAccountId": ACCOUNT},
                "identityInfo": {"isSystemAssignedIdentity": True},
            },
            "$.storageAccountId",
            "does not apply: identityBasedRestoreDetails names",
        ),
        (
            without(DISKS, "storageAccountId")
            | {"identityBasedRestoreDetails": {"targetStorageAccountId": ACCOUNT}},
            "$.identityInfo",
            "is required with identityBasedRestoreDetails",
        ),
        (
            DISKS | {"identityInfo": {}},
            "$.identityInfo.managedIdentityResourceId",
            "is required unless",
        ),
        (
            DISKS
            | {
                "identityInfo": {
                    "isSystemAssignedIdentity": True,
                    "managedIdentityResourceId": IDENTITY,
                }
            },
            "$.identityInfo.managedIdentityResourceId",
            "does not apply when",
        ),
        (
            without(DISKS, "storageAccountId")
            | {
                "identityBasedRestoreDetails": {"targetStorageAccountId": "x"},
                "identityInfo": {"isSystemAssignedIdentity": True},
            },
            "$.identityBasedRestoreDetails.targetStorageAccountId",
            "ARM id of a storage account",
        ),
        # network access of the disks
        (
            DISKS
            | {
                "targetDiskNetworkAccessSettings": {
                    "targetDiskNetworkAccessOption": "EnablePrivateAccessForAllDisks"
                }
            },
            "$.targetDiskNetworkAccessSettings.targetDiskAccessId",
            "is required for EnablePrivate",
        ),
        (
            DISKS
            | {
                "targetDiskNetworkAccessSettings": {
                    "targetDiskNetworkAccessOption": "SameAsOnSourceDisks",
                    "targetDiskAccessId": DISK_ACCESS,
                }
            },
            "$.targetDiskNetworkAccessSettings.targetDiskAccessId",
            "applies to EnablePrivate",
        ),
        # rehydration and encryption
        (
            DISKS
            | {
                "recoveryPointRehydrationInfo": {
                    "rehydrationPriority": "High",
                    "rehydrationRetentionDuration": "P31D",
                }
            },
            "$.recoveryPointRehydrationInfo.rehydrationRetentionDuration",
            "from P10D to P30D",
        ),
        (
            DISKS | {"recoveryPointRehydrationInfo": {}},
            "$.recoveryPointRehydrationInfo.rehydrationPriority",
            "is required",
        ),
        (
            DISKS | {"encryptionDetails": {"kekUrl": "http://x/y"}},
            "$.encryptionDetails.kekUrl",
            "must be an https URL",
        ),
    ],
)
def test_a_problem_is_found_and_nothing_else_is(
    fields: dict[str, Any], path: str, message: str
) -> None:
    found = problems_of(fields)
    assert message in found[path]
    if fields.get("recoveryType") in list(REQUEST_TYPES):
        assert list(found) == [path]


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a/b", "a b", "é", ".", "...", "a\n"])
def test_a_request_id_that_no_url_could_carry_is_refused(request_id: str) -> None:
    assert "not only dots" in problems_of(DISKS | {"requestId": request_id})["$.requestId"]
    assert "$.requestId" in problems_of(without(DISKS, "requestId"), default=request_id)


@pytest.mark.parametrize("request_id", ["a", "x" * 128, "alert:2026-11-01T00.00.00_1", ".a", "-"])
def test_other_request_ids_are_taken(request_id: str) -> None:
    assert parsed(DISKS | {"requestId": request_id}).request_id == request_id


def test_a_request_without_an_id_gets_the_default() -> None:
    assert parsed(without(DISKS, "requestId"), default="message-7").request_id == "message-7"
    assert parsed(DISKS | {"requestId": None}, default="message-7").request_id == "message-7"


def test_the_vm_is_confirmed_whatever_the_case() -> None:
    assert parsed(REPLACE | {"confirm": "WEB-01"}).confirm == "WEB-01"


def test_a_recovery_point_may_be_given_by_name_or_by_its_arm_id() -> None:
    for wanted in ("123", POINT):
        request = parsed(DISKS | {"recoveryPoint": {"id": wanted}, "vaultId": VAULT.upper()})
        assert request.recovery_point.id == wanted


def test_nulls_and_empty_strings_copied_from_microsofts_page_say_nothing() -> None:
    copied = REPLACE | {"affinityGroup": "", "subnetId": None, "targetVirtualMachineId": ""}
    assert parsed(copied) == parsed(REPLACE)
    nested = DISKS | {"recoveryPoint": {"id": None, "maxAge": None}, "zones": None}
    assert parsed(nested) == parsed(DISKS)


def test_only_the_os_disk_differs_from_all_disks() -> None:
    assert parsed(DISKS | {"restoreDiskLunList": []}).restore_disk_lun_list == ()
    assert parsed(DISKS).restore_disk_lun_list is None


def test_a_wrong_value_is_never_repeated() -> None:
    secret = "https://x.blob.core.windows.net/c?sig=s3cret"
    wrong = dict.fromkeys([*NEW_VM, "deadline", "zones", "encryptionDetails"], secret)
    assert "s3cret" not in str(problems_of(wrong))


def test_rubbish_gets_a_list_of_bounded_length() -> None:
    problems = problems_of({f"field{number}": number for number in range(5_000)})
    assert len(problems) == 51, "fifty, and that there are more"
    assert problems["$"] == "has more problems"


def test_the_error_knows_the_request_unless_its_id_is_the_problem() -> None:
    for request_id, expected in (("r-1", "r-1"), ("r/1", None)):
        with pytest.raises(InvalidRequest) as caught:
            parsed({"requestId": request_id})
        assert caught.value.request_id == expected


def test_the_same_vm_in_another_case_is_the_same_wish() -> None:
    """Azure Monitor writes ids in lower case. All else is compared as it is written."""
    other = DISKS | {"sourceResourceId": DISKS["sourceResourceId"].lower()}
    assert names.request_hash(parsed(other)) == names.request_hash(parsed(DISKS))
    two = DISKS | {"sourceResourceId": DISKS["sourceResourceId"] + "2"}
    assert names.request_hash(parsed(two)) != names.request_hash(parsed(DISKS))


@pytest.mark.parametrize("around", ["{}\r", "{}\n", " {} ", "\t{}\r\n"])
def test_line_ends_and_blanks_around_an_id_are_no_part_of_it(around: str) -> None:
    """What `az … -o tsv` prints on Windows ends in a carriage return."""
    plain = NEW_VM | {"vaultId": VAULT, "recoveryPoint": {"id": POINT}}
    ids = [name for name in plain if name.endswith("Id") and name != "requestId"]
    written = plain | {name: around.format(plain[name]) for name in ids}
    written |= {"recoveryPoint": {"id": around.format(POINT)}}
    assert parsed(written) == parsed(plain)
    assert names.request_hash(parsed(written)) == names.request_hash(parsed(plain))
    assert parsed(REPLACE | {"confirm": around.format("web-01")}) == parsed(REPLACE)
    guarded = {"resourceGuardOperationRequests": [GUARD_REQUEST]}
    written = {"resourceGuardOperationRequests": [around.format(GUARD_REQUEST)]}
    assert parsed(DISKS | written) == parsed(DISKS | guarded)
