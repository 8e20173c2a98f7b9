"""Fields of a request that depend on each other, and those that may stand together."""

from typing import Any

import pytest

from restore.messages.errors import InvalidRequest
from restore.request import parsing
from tests.unit.restore.samples import (
    DISK_ACCESS,
    DISKS,
    IDENTITY,
    POINT,
    REPLACE,
    VAULT,
    parsed,
    per_disk,
    problems_of,
)


def test_where_the_type_is_not_known_what_every_type_needs_is_missed_and_nothing_else() -> None:
    required = ["$.recoveryType", "$.sourceResourceId", "$.storageAccountId"]
    assert list(problems_of({})) == required
    odd = REPLACE | {"recoveryType": "Offline", "confirm": "web-02"}
    assert list(problems_of(odd)) == ["$.recoveryType"]


def test_a_field_is_compared_with_others_whatever_is_wrong_beside_it() -> None:
    wrong = REPLACE | {"confirm": "web-02", "aaa": 1, "zzz": 1}
    assert set(problems_of(wrong)) == {"$.aaa", "$.zzz", "$.confirm"}


@pytest.mark.parametrize(
    "times",
    [
        {"notBefore": "2026-11-01T12:00:00Z"},
        {"notAfter": "2026-11-01T12:00:00Z"},
        {"notBefore": "2026-11-01T12:00:00Z", "notAfter": "2026-11-01T13:00:00+01:00"},
        {"notBefore": "2026-11-01T12:00:00Z", "notAfter": "2026-11-02T12:00:00Z"},
    ],
)
def test_a_point_may_be_wanted_from_any_time_on_and_up_to_any(times: dict[str, str]) -> None:
    assert parsed(DISKS | {"recoveryPoint": times}).request_id == "r-1"


PRIVATE = {
    "targetDiskNetworkAccessOption": "EnablePrivateAccessForAllDisks",
    "targetDiskAccessId": DISK_ACCESS,
}


@pytest.mark.parametrize(
    "fields",
    [
        {"targetDiskNetworkAccessSettings": PRIVATE},
        {
            "targetDiskNetworkAccessSettings": {
                "targetDiskNetworkAccessOption": "EnablePublicAccessForAllDisks"
            }
        },
        {"identityInfo": {"managedIdentityResourceId": IDENTITY}},
        {"identityInfo": {"isSystemAssignedIdentity": True}},
        {"identityInfo": {
            "isSystemAssignedIdentity": False, "managedIdentityResourceId": IDENTITY,
        }},
        {"createNewCloudService": True},
        {"restoreDiskLunList": [2, 1]},
        {"securedVMDetails": {"dataDiskEncryptionSettings": per_disk(0, 1)}},
        {"recoveryPoint": {"id": POINT}},
        {"recoveryPoint": {"id": "1"}, "vaultId": VAULT},
    ],
)  # fmt: skip
def test_what_goes_together_is_taken(fields: dict[str, Any]) -> None:
    assert parsed(DISKS | fields).request_id == "r-1"


def test_what_is_no_json_is_an_invalid_request_like_any_other() -> None:
    for body in (b"restore web-01", b"{'a': 1}"):
        with pytest.raises(InvalidRequest) as caught:
            parsing.parse_text(body, default_request_id="d")
        assert (type(caught.value), caught.value.code) == (InvalidRequest, "InvalidRequest")
