"""Who asks with an old api-version is told less: each property is as new as its first version."""

from typing import Any

import pytest

from simulated_azure import versions
from simulated_azure.versions import SINCE, Version
from tests.contract.simulated_azure.caller import Caller, document

ROWS = [(definition, name) for definition, names in SINCE.items() for name in names]
THREAT = {"title": "Ransomware", "description": "It encrypts.", "severity": "Critical"}
POINT: dict[str, Any] = {
    "time": "2029-12-31T00:00:00Z",
    "zones": ["1"],
    "extended_location": "losangeles",
    "expiry_time": "2030-02-01T00:00:00Z",
    "disks": [{"name": "os", "size_gb": 30}],
    "tiers": {"InstantRP": "Valid", "IASnapshotRP": "Valid"},
    "threat_status": "Warning",
    "threats": [THREAT],
}
NEWEST = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-app/providers/"


@pytest.mark.parametrize(("definition", "name"), ROWS, ids=lambda text: text)
def test_a_property_is_there_from_its_first_version_on(definition: str, name: str) -> None:
    first = SINCE[definition][name]
    before = versions.BACKUP[versions.BACKUP.index(first) - 1]
    assert Version(first).visible(definition, {name: 1, "old": 2}) == {name: 1, "old": 2}
    assert Version(before).visible(definition, {name: 1, "old": 2}) == {"old": 2}


def point(azure: Caller, version: str) -> dict[str, Any]:
    vm = f"{NEWEST}Microsoft.Compute/virtualMachines/new-01"
    vault = next(iter(azure.simulator.state.vaults))
    items = {vm: {"vm_id": vm, "points": {"7": POINT | {"name": "7"}}}}
    azure.control("PUT", "/state", {"vaults": {vault: {"items": items}}})
    azure.version = version
    properties: dict[str, Any] = document(azure.get(azure.point("new-01")))["properties"]
    return properties


@pytest.mark.parametrize(
    ("before", "first", "names"),
    [
        ("2017-07-01", "2019-05-13", {"recoveryPointDiskConfiguration"}),
        ("2020-10-01", "2020-12-01", {"zones"}),
        ("2022-03-01", "2023-01-01", {"recoveryPointProperties"}),
        ("2023-01-01", "2023-02-01", {"securityType", "isPrivateAccessEnabledOnAnyDisk"}),
        ("2023-02-01", "2023-04-01", {"extendedLocation"}),
        ("2026-05-01", "2026-07-01", {"threatStatus", "threatInfo"}),
        ("2026-08-01", "2026-10-01", set()),
    ],
)
def test_recovery_points_tell_what_their_version_knows(
    azure: Caller, before: str, first: str, names: set[str]
) -> None:
    assert point(azure, first).keys() - point(azure, before).keys() == names


def test_threats_are_told_with_their_words(azure: Caller) -> None:
    assert "threatStatus" not in point(azure, "2025-02-01")
    told = point(azure, "2026-07-01")
    assert told["threatStatus"] == "Warning"
    assert told["threatInfo"] == [
        {
            "threatTitle": "Ransomware",
            "threatDescription": "It encrypts.",
            "threatState": "Active",
            "threatSeverity": "Critical",
        }
    ]


def test_the_newest_version_has_a_tier_and_sizes_that_others_do_not_know(azure: Caller) -> None:
    def told(version: str) -> tuple[list[str], set[str]]:
        properties = point(azure, version)
        (disk,) = properties["recoveryPointDiskConfiguration"]["includedDiskList"]
        return [tier["type"] for tier in properties["recoveryPointTierDetails"]], set(disk)

    assert told("2026-07-01") == (["InstantRP"], {"lun", "name"})
    assert told("2026-10-01") == (["InstantRP", "IASnapshotRP"], {"lun", "name", "diskSizeInGb"})


def test_what_a_version_does_not_know_of_a_request_it_ignores(azure: Caller) -> None:
    zones = azure.disks_body(index=1, zones=["1"])
    azure.version = "2020-10-01"
    assert azure.restore(zones).status == 202
    azure.version = "2020-12-01"
    assert azure.restore(zones).status == 400
