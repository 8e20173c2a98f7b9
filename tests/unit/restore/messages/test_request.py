"""How much the lists of a request hold, and what a request asks for."""

from typing import Any

import pytest

from restore.messages.request import probe_of
from tests.unit.restore.samples import (
    DISKS,
    GROUP,
    GUARD_REQUEST,
    NEW_VM,
    REPLACE,
    parsed,
    problems_of,
)

SET = f"{GROUP}/providers/Microsoft.Compute/diskEncryptionSets/set"


def encrypted(count: int) -> dict[str, Any]:
    per_disk = [{"lun": lun, "diskEncryptionSetId": SET} for lun in range(count)]
    return {
        "securedVMDetails": {"dataDiskEncryptionSettings": {"perDiskEncryptionSetIds": per_disk}}
    }


def guarded(count: int) -> dict[str, Any]:
    return {"resourceGuardOperationRequests": [GUARD_REQUEST] * count}


def luns(count: int) -> dict[str, Any]:
    return {"restoreDiskLunList": list(range(count))}


@pytest.mark.parametrize(
    ("fields", "most", "path"),
    [
        (encrypted, 64,
         "$.securedVMDetails.dataDiskEncryptionSettings.perDiskEncryptionSetIds"),
        (guarded, 16, "$.resourceGuardOperationRequests"),
        (luns, 64, "$.restoreDiskLunList"),
    ],
)  # fmt: skip
def test_a_list_holds_so_many(fields: Any, most: int, path: str) -> None:
    parsed(NEW_VM | fields(most))
    assert problems_of(NEW_VM | fields(most + 1)) == {path: f"must have at most {most} entries"}


@pytest.mark.parametrize("whole", [DISKS, NEW_VM])
def test_a_target_lies_in_one_zone(whole: dict[str, Any]) -> None:
    assert parsed(whole | {"zones": ["2"]}).zones == ("2",)
    for zones in ([], ["1", "2"]):
        assert problems_of(whole | {"zones": zones}) == {"$.zones": "must have exactly 1 entry"}


@pytest.mark.parametrize("whole", [NEW_VM, REPLACE])
def test_a_vm_is_probed_only_where_that_is_asked_for(whole: dict[str, Any]) -> None:
    assert probe_of(parsed(whole)) is None
    assert probe_of(parsed(whole | {"verify": {}})) is None
    asked = parsed(whole | {"verify": {"probe": "tcp://10.2.0.4:22"}})
    assert probe_of(asked) == "tcp://10.2.0.4:22"
    assert probe_of(parsed(DISKS)) is None


def test_what_is_not_said_is_told_by_its_default() -> None:
    request = parsed(DISKS)
    assert (request.recovery_type, request.deadline_s) == ("RestoreDisks", 86_400)
