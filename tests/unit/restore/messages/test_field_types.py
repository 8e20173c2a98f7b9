"""What the types of a request's fields accept, up to their bounds."""

from typing import Any

import pytest

from restore.messages.errors import InvalidRequest
from restore.request import adopting
from tests.unit.restore.samples import DISKS, NEW_VM, VAULT, VM, parsed

_FORTY = "P00000W00000DT0000001H000000000M0000000S"
"""As long as a duration may be; one zero more is too long."""


def refused(fields: dict[str, Any]) -> set[str]:
    """Return the places of what is wrong."""
    try:
        parsed(fields)
    except InvalidRequest as error:
        return {problem.path for problem in error.problems}
    return set()


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("requestId", ["a", "x" * 128], ["", "x" * 129]),
        ("region", ["x", "x" * 2048], ["", "x" * 2049]),
        ("planHash", ["a" * 64], ["a" * 63, "a" * 65, "a" * 64 + "\n", "A" * 64]),
        ("deadline", ["PT10S", "P7D", _FORTY], ["PT9S", "P7DT1S", f"{_FORTY[:-1]}0S"]),
        ("sourceResourceId", [VM, VM.ljust(2048)], [VM.ljust(2049), f"{VM}\0"]),
        ("incidentAt", ["2026-11-01T12:00:00Z"], ["2026-11-01T12:00:00", "2026-11-01"]),
    ],
)
def test_a_field_is_taken_up_to_its_bounds(field: str, good: list[str], bad: list[str]) -> None:
    for value in good:
        assert refused(DISKS | {field: value}) == set()
    for value in bad:
        assert refused(DISKS | {field: value}) == {f"$.{field}"}


@pytest.mark.parametrize(
    ("field", "inner", "good", "bad"),
    [
        ("recoveryPoint", "maxAge", ["PT1M", "P3650D"], ["PT59S", "P3650DT1S"]),
        ("verify", "runningWithin", ["PT10S", "PT6H"], ["PT9S", "PT6H1S"]),
        ("extendedLocation", "name", ["x"], [""]),
        ("encryptionDetails", "kekUrl", ["https://v/k"], ["http://v/k", "https://v", "https:///k"]),
    ],
)
def test_an_inner_field_is_taken_up_to_its_bounds(
    field: str, inner: str, good: list[str], bad: list[str]
) -> None:
    around = {"type": "EdgeZone"} if field == "extendedLocation" else {}
    for value in good:
        assert refused(NEW_VM | {field: around | {inner: value}}) == set()
    for value in bad:
        assert refused(NEW_VM | {field: around | {inner: value}}) == {f"$.{field}.{inner}"}


@pytest.mark.parametrize(("retention", "is_taken"), [
    ("P10D", True), ("P30D", True), ("P9D", False), ("P31D", False), ("PT240H", False),
])  # fmt: skip
def test_a_rehydrated_copy_is_kept_for_whole_days(retention: str, is_taken: bool) -> None:
    wanted = {"rehydrationPriority": "High", "rehydrationRetentionDuration": retention}
    found = refused(DISKS | {"recoveryPointRehydrationInfo": wanted})
    assert found == (
        set() if is_taken else {"$.recoveryPointRehydrationInfo.rehydrationRetentionDuration"}
    )


@pytest.mark.parametrize(("lun", "is_taken"), [(0, True), (999, True), (-1, False), (1000, False)])
def test_a_lun_is_from_0_to_999(lun: int, is_taken: bool) -> None:
    found = refused(DISKS | {"restoreDiskLunList": [lun]})
    assert found == (set() if is_taken else {"$.restoreDiskLunList[0]"})


def test_blanks_around_a_text_are_a_part_of_it_and_around_an_id_or_a_name_are_not() -> None:
    request = parsed(
        DISKS | {"region": " west ", "vaultId": f"{VAULT}\r", "recoveryPoint": {"id": " 1\r\n"}}
    )
    assert (request.region, request.vault_id, request.recovery_point.id) == (" west ", VAULT, "1")


def test_a_jobs_name_is_taken_without_the_blanks_around_it() -> None:
    adopt = adopting.parse(f'{{"jobId": " {"a" * 64}\\r", "vaultId": "{VAULT}"}}')
    assert (adopt.job_id, adopt.vault_id) == ("a" * 64, VAULT)
    for job_id in ("a" * 65, "a/b", ""):
        with pytest.raises(InvalidRequest) as caught:
            adopting.parse(f'{{"jobId": "{job_id}", "vaultId": "{VAULT}"}}')
        assert [problem.path for problem in caught.value.problems] == ["$.jobId"]
    with pytest.raises(InvalidRequest):
        adopting.parse("[]")
