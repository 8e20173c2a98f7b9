"""Everything wrong with a request is said at once, each with its JSON path."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restore import names, parsing
from restore.contracts import (
    REQUEST_TYPES,
    AlternateLocation,
    OriginalLocation,
    RestoreDisks,
    RestoreRequest,
)
from restore.errors import InvalidRequest

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
_OTHER_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg"
_VM = f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/web-01"
_VAULT = f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/vault-west"
_ACCOUNT = f"{_GROUP}/providers/Microsoft.Storage/storageAccounts/staging"
_NET = f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/net"
_IDENTITY = f"{_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
_DISK_ACCESS = f"{_GROUP}/providers/Microsoft.Compute/diskAccesses/access"
_POINT = (
    f"{_VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;web-01"
    "/protectedItems/VM;iaasvmcontainerv2;rg;web-01/recoveryPoints/123"
)
_COMMON = {"requestId": "r-1", "sourceResourceId": _VM, "storageAccountId": _ACCOUNT}
_DISKS = {**_COMMON, "recoveryType": "RestoreDisks", "targetResourceGroupId": _GROUP}
_REPLACE = {**_COMMON, "recoveryType": "OriginalLocation", "confirm": "web-01"}
_NEW_VM = {
    **_COMMON,
    "recoveryType": "AlternateLocation",
    "targetResourceGroupId": _GROUP,
    "targetVirtualMachineId": f"{_GROUP}/providers/Microsoft.Compute/virtualmachines/web-02",
    "virtualNetworkId": _NET,
    "subnetId": f"{_NET}/subnets/default",
}


def _parse(fields: Any, default: str = "default") -> Any:
    return parsing.parse_request(fields, default_request_id=default)


def _problems(fields: Any, default: str = "default") -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        _parse(fields, default)
    problems = caught.value.problems
    assert len({problem.path for problem in problems}) == len(problems)
    return {problem.path: problem.message for problem in problems}


def _without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [(_DISKS, RestoreDisks), (_REPLACE, OriginalLocation), (_NEW_VM, AlternateLocation)],
)
def test_each_recovery_type_is_understood(
    fields: dict[str, Any], kind: type[RestoreRequest]
) -> None:
    request = _parse(fields)
    assert type(request) is kind
    assert request.recovery_type == fields["recoveryType"]
    assert request.deadline_s == 86_400


def test_every_problem_is_said_at_once() -> None:
    wrong = {
        "requestId": "r/1",
        "recoveryType": "OriginalLocation",
        "sourceResourceId": _VM,
        "storageAcountId": _ACCOUNT,
        "targetVirtualMachineId": _VM,
        "deadline": "24h",
        "zones": ["1"],
        "restoreDiskLunList": [0, "1", True],
        "recoveryPoint": {"notAfter": "2026-11-01T12:00:00", "maxage": "P1D"},
        "identityInfo": {"isSystemAssignedIdentity": "yes"},
        "resourceGuardOperationRequests": _VM,
        "encryptionDetails": [],
    }
    assert list(_problems(wrong)) == [
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
        (_DISKS | {"recoveryType": "Offline"}, "$.recoveryType", "must be one of RestoreDisks"),
        (_DISKS | {"recoveryType": ["x"]}, "$.recoveryType", "must be one of RestoreDisks"),
        (_without(_DISKS, "sourceResourceId"), "$.sourceResourceId", "is required"),
        (_without(_NEW_VM, "subnetId"), "$.subnetId", "is required"),
        (_without(_REPLACE, "confirm"), "$.confirm", "repeat the VM's name"),
        (_NEW_VM | {"virtualNetworkId": None}, "$.virtualNetworkId", "is required"),
        # what does not apply
        (
            _REPLACE | {"targetVirtualMachineId": _VM},
            "$.targetVirtualMachineId",
            "OriginalLocation overwrites the disks of the source VM; targetVirtualMachineId does",
        ),
        (_REPLACE | {"zones": ["1"]}, "$.zones", "zones does not apply"),
        (_DISKS | {"subnetId": _NET}, "$.subnetId", "creates disks and no VM"),
        (_DISKS | {"confirm": "web-01"}, "$.confirm", "is for OriginalLocation"),
        (_NEW_VM | {"restoreWithManagedDisks": True}, "$.restoreWithManagedDisks", "RestoreDisks"),
        (_DISKS | {"affinityGroup": "a"}, "$.affinityGroup", "belongs to classic VMs"),
        (_DISKS | {"objectType": "x"}, "$.objectType", "is set by this app"),
        (_DISKS | {"recoveryPointId": "1"}, "$.recoveryPointId", "is chosen by recoveryPoint"),
        ({"properties": _DISKS}, "$.properties", "fields stand at the top"),
        (_NEW_VM | {"createNewCloudService": True}, "$.createNewCloudService", "classic"),
        # what nobody knows
        (
            _DISKS | {"sourceResourceID": _VM},
            "$.sourceResourceID",
            "did you mean sourceResourceId?",
        ),
        (_DISKS | {"deadlines": "PT1H"}, "$.deadlines", "did you mean deadline?"),
        (_DISKS | {"colour": "blue"}, "$.colour", "is not a field that is known here"),
        (_DISKS | {"a b'\n": 1}, "$['a b??']", "is not a field"),
        (
            _DISKS | {"recoveryPoint": {"notafter": "x"}},
            "$.recoveryPoint.notafter",
            "did you mean notAfter?",
        ),
        # ids of the wrong kind
        (_DISKS | {"sourceResourceId": "web-01"}, "$.sourceResourceId", "ARM id of a virtual mach"),
        (_DISKS | {"sourceResourceId": 7}, "$.sourceResourceId", "must be a text"),
        (_DISKS | {"sourceResourceId": ""}, "$.sourceResourceId", "ARM id of a virtual machine"),
        (_DISKS | {"vaultId": _VM}, "$.vaultId", "this is the id of a virtual machine"),
        (_DISKS | {"vaultId": ""}, "$.vaultId", "ARM id of a Recovery Services vault"),
        (
            _NEW_VM | {"virtualNetworkId": f"{_NET}/subnets/default"},
            "$.virtualNetworkId",
            "this is the id of a subnet",
        ),
        (_NEW_VM | {"subnetId": f"{_NET}2/subnets/x"}, "$.subnetId", "subnet of virtualNetworkId"),
        (
            _NEW_VM | {"targetVirtualMachineId": _VM.replace("/rg/", "/rg2/")},
            "$.targetVirtualMachineId",
            "must lie in targetResourceGroupId",
        ),
        (
            _DISKS | {"resourceGuardOperationRequests": [_VM]},
            "$.resourceGuardOperationRequests[0]",
            "Resource Guard request",
        ),
        # subscriptions
        (
            _DISKS | {"targetResourceGroupId": _OTHER_GROUP},
            "$.storageAccountId",
            "must be in the subscription of targetResourceGroupId",
        ),
        (
            _REPLACE | {"storageAccountId": _ACCOUNT.replace(_GROUP, _OTHER_GROUP)},
            "$.storageAccountId",
            "must be in the subscription of sourceResourceId",
        ),
        # confirm
        (_REPLACE | {"confirm": "web-02"}, "$.confirm", "must be the name of the VM"),
        (_REPLACE | {"confirm": ""}, "$.confirm", "must be a text"),
        # the recovery point
        (
            _DISKS | {"recoveryPoint": {"id": "1", "maxAge": "P1D", "tier": "Snapshot"}},
            "$.recoveryPoint.id",
            "leave out maxAge, tier",
        ),
        (_DISKS | {"recoveryPoint": {"id": _VM}}, "$.recoveryPoint.id", "ARM id of a recovery p"),
        (
            _DISKS | {"recoveryPoint": {"id": _POINT}, "vaultId": _VAULT + "2"},
            "$.recoveryPoint.id",
            "must be a recovery point of vaultId",
        ),
        (
            _DISKS
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
            _DISKS | {"recoveryPoint": {"notAfter": 5}},
            "$.recoveryPoint.notAfter",
            "must be a time with a zone",
        ),
        (_DISKS | {"recoveryPoint": {"maxAge": "P1M"}}, "$.recoveryPoint.maxAge", "PT1M to P3650D"),
        (
            _DISKS | {"recoveryPoint": {"consistency": "Good"}},
            "$.recoveryPoint.consistency",
            "must be one of AppConsistent, CrashConsistent, FileSystemConsistent",
        ),
        (_DISKS | {"recoveryPoint": "123"}, "$.recoveryPoint", "must be an object"),
        # durations, numbers, sizes
        (_DISKS | {"deadline": "PT1S"}, "$.deadline", "from PT10S to P7D"),
        (_DISKS | {"deadline": "01:00:00"}, "$.deadline", "ISO 8601"),
        (_DISKS | {"zones": []}, "$.zones", "must have exactly 1 entry"),
        (_DISKS | {"zones": ["4"]}, "$.zones[0]", "must be one of 1, 2, 3, NoZone"),
        (_DISKS | {"restoreDiskLunList": [-1]}, "$.restoreDiskLunList[0]", "from 0 to 999"),
        (_DISKS | {"restoreDiskLunList": [1, 1]}, "$.restoreDiskLunList", "LUN 1 more than once"),
        (_DISKS | {"restoreDiskLunList": list(range(65))}, "$.restoreDiskLunList", "at most 64"),
        (_DISKS | {"region": "x" * 3_000}, "$.region", "1 to 2048 characters"),
        (_DISKS | {"region": "a\ud800"}, "$.region", "must be a text"),
        # identity and storage account
        (_without(_DISKS, "storageAccountId"), "$.storageAccountId", "is required (or identity"),
        (
            _DISKS
            | {
                "identityBasedRestoreDetails": {"targetStorageAccountId": _ACCOUNT},
                "identityInfo": {"isSystemAssignedIdentity": True},
            },
            "$.storageAccountId",
            "does not apply beside identityBasedRestoreDetails",
        ),
        (
            _without(_DISKS, "storageAccountId")
            | {"identityBasedRestoreDetails": {"targetStorageAccountId": _ACCOUNT}},
            "$.identityInfo",
            "is required with identityBasedRestoreDetails",
        ),
        (
            _DISKS | {"identityInfo": {}},
            "$.identityInfo.managedIdentityResourceId",
            "is required unless",
        ),
        (
            _DISKS
            | {
                "identityInfo": {
                    "isSystemAssignedIdentity": True,
                    "managedIdentityResourceId": _IDENTITY,
                }
            },
            "$.identityInfo.managedIdentityResourceId",
            "does not apply when",
        ),
        # network access of the disks
        (
            _DISKS
            | {
                "targetDiskNetworkAccessSettings": {
                    "targetDiskNetworkAccessOption": "EnablePrivateAccessForAllDisks"
                }
            },
            "$.targetDiskNetworkAccessSettings.targetDiskAccessId",
            "is required for EnablePrivate",
        ),
        (
            _DISKS
            | {
                "targetDiskNetworkAccessSettings": {
                    "targetDiskNetworkAccessOption": "SameAsOnSourceDisks",
                    "targetDiskAccessId": _DISK_ACCESS,
                }
            },
            "$.targetDiskNetworkAccessSettings.targetDiskAccessId",
            "applies to EnablePrivate",
        ),
        # rehydration and encryption
        (
            _DISKS
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
            _DISKS | {"recoveryPointRehydrationInfo": {}},
            "$.recoveryPointRehydrationInfo.rehydrationPriority",
            "is required",
        ),
        (
            _DISKS | {"encryptionDetails": {"kekUrl": "http://x/y"}},
            "$.encryptionDetails.kekUrl",
            "must be an https URL",
        ),
    ],
)
def test_a_problem_is_found_and_nothing_else_is(
    fields: dict[str, Any], path: str, message: str
) -> None:
    found = _problems(fields)
    assert message in found[path]
    if fields.get("recoveryType") in list(REQUEST_TYPES):
        assert list(found) == [path]


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a/b", "a b", "é", ".", "...", "a\n"])
def test_a_request_id_that_no_url_could_carry_is_refused(request_id: str) -> None:
    assert "not only dots" in _problems(_DISKS | {"requestId": request_id})["$.requestId"]
    assert "$.requestId" in _problems(_without(_DISKS, "requestId"), default=request_id)


@pytest.mark.parametrize("request_id", ["a", "x" * 128, "alert:2026-11-01T00.00.00_1", ".a", "-"])
def test_other_request_ids_are_taken(request_id: str) -> None:
    assert _parse(_DISKS | {"requestId": request_id}).request_id == request_id


def test_a_request_without_an_id_gets_the_default() -> None:
    assert _parse(_without(_DISKS, "requestId"), default="message-7").request_id == "message-7"
    assert _parse(_DISKS | {"requestId": None}, default="message-7").request_id == "message-7"


def test_the_vm_is_confirmed_whatever_the_case() -> None:
    assert _parse(_REPLACE | {"confirm": "WEB-01"}).confirm == "WEB-01"


def test_a_recovery_point_may_be_given_by_name_or_by_its_arm_id() -> None:
    for wanted in ("123", _POINT):
        request = _parse(_DISKS | {"recoveryPoint": {"id": wanted}, "vaultId": _VAULT.upper()})
        assert request.recovery_point.id == wanted


def test_nulls_and_empty_strings_copied_from_microsofts_page_say_nothing() -> None:
    copied = _REPLACE | {"affinityGroup": "", "subnetId": None, "targetVirtualMachineId": ""}
    assert _parse(copied) == _parse(_REPLACE)
    nested = _DISKS | {"recoveryPoint": {"id": None, "maxAge": None}, "zones": None}
    assert _parse(nested) == _parse(_DISKS)


def test_only_the_os_disk_differs_from_all_disks() -> None:
    assert _parse(_DISKS | {"restoreDiskLunList": []}).restore_disk_lun_list == ()
    assert _parse(_DISKS).restore_disk_lun_list is None


def test_a_wrong_value_is_never_repeated() -> None:
    secret = "https://x.blob.core.windows.net/c?sig=s3cret"
    wrong = dict.fromkeys([*_NEW_VM, "deadline", "zones", "encryptionDetails"], secret)
    assert "s3cret" not in str(_problems(wrong))


def test_rubbish_gets_a_list_of_bounded_length() -> None:
    problems = _problems({f"field{number}": number for number in range(5_000)})
    assert len(problems) == parsing.PROBLEMS_MAX + 1
    assert problems["$"] == "has more problems than these"


def test_the_error_knows_the_request_unless_its_id_is_the_problem() -> None:
    for request_id, expected in (("r-1", "r-1"), ("r/1", None)):
        with pytest.raises(InvalidRequest) as caught:
            _parse({"requestId": request_id})
        assert caught.value.request_id == expected


@pytest.mark.parametrize("value", [None, [], [_DISKS], "text", 5, True])
def test_anything_but_an_object_is_no_request(value: Any) -> None:
    assert _problems(value) == {"$": "must be a JSON object: one request"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=40)
@given(
    st.sampled_from([_DISKS, _REPLACE, _NEW_VM]),
    st.dictionaries(
        st.sampled_from(
            [*_NEW_VM, "confirm", "recoveryPoint", "zones", "identityInfo", "restoreDiskLunList"]
        ),
        _json,
        max_size=3,
    ),
)
def test_any_json_is_either_a_request_or_a_list_of_problems(
    sound: dict[str, Any], changes: dict[str, Any]
) -> None:
    try:
        request = _parse(sound | changes)
    except InvalidRequest as error:
        json.dumps(error.details, ensure_ascii=False).encode()
    else:
        assert len(names.request_hash(request)) == 64


def test_a_text_may_be_json_or_base64_of_json() -> None:
    plain = json.dumps(_DISKS).encode()
    expected = _parse(_DISKS)
    for body in (plain, plain.decode(), base64.b64encode(plain), b"\xef\xbb\xbf" + plain):
        assert parsing.parse_text(body, default_request_id="d") == expected
    folded = base64.encodebytes(json.dumps(_DISKS, indent=1).encode())
    assert parsing.parse_text(folded, default_request_id="d") == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"restore web-01", "is neither JSON nor Base64 of JSON: Expecting value at line 1"),
        (b'{"a": 1,}', "is neither JSON nor Base64 of JSON"),
        (b'{"a": 1}{', "is neither JSON nor Base64 of JSON: Extra data"),
        ("{}".encode("utf-16"), "is not UTF-8 text"),
        (base64.b64encode(b'{"a": \xff}'), "is not UTF-8 text"),
        (base64.b64encode(b'{"a": }'), "is neither JSON nor Base64"),
        (b'{"confirm": "a", "confirm": "b"}', "same field twice"),
        (b'{"a": NaN}', "holds a number that is none"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "far too long"),
        (b"[" * 60_000, "is nested too deeply"),
        (b'{"a":' * 10_000, "is nested too deeply"),
        (b" " * 65_537, "is larger than 64 KB"),
        (b"[]", "must be a JSON object"),
        (b"1234", "must be a JSON object"),
        (b'"e30="', "must be a JSON object"),
    ],
)
def test_what_is_no_json_object_is_called_what_it_is(body: bytes, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parsing.parse_text(body, default_request_id="d")
    (problem,) = caught.value.problems
    assert problem.path == "$"
    assert message in problem.message


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_politely(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parsing.parse_text(body, default_request_id="d")


def test_deep_json_that_can_be_read_is_refused_politely() -> None:
    deep: Any = {}
    for _ in range(900):
        deep = {"a": deep}
    assert "$.recoveryPoint.a" in _problems(_DISKS | {"recoveryPoint": deep})


def test_a_query_for_recovery_points_is_checked_alike() -> None:
    found = parsing.parse_find_item({"sourceResourceId": _VM, "vaultId": _VAULT})
    assert (found.source_resource_id, found.vault_id) == (_VM, _VAULT)
    with pytest.raises(InvalidRequest) as caught:
        parsing.parse_find_item({"vaultid": _VAULT})
    assert [problem.path for problem in caught.value.problems] == [
        "$.vaultid",
        "$.sourceResourceId",
    ]
