"""What Azure says of a point's disks by lists or by counts, and what it leaves open."""

from typing import Any

import pytest

from restore.messages.disks import NAME_CHARS_MAX, PointDisks, VmDisk
from restore.messages.job_details import JobTask, has_data
from restore.messages.model import JobSnapshot
from restore.messages.watch_io import Watched, WatchEnd

OS, DATA = VmDisk(name="os"), VmDisk(name="data", lun=1)


@pytest.mark.parametrize(
    ("known", "count"),
    [
        ({}, 0),
        ({"attached_count": 3}, 0),
        ({"attached_count": 3, "included_count": 1}, 2),
        ({"included_count": 1}, 0),
        ({"included_count": 0}, 0),
        ({"included_count": 0, "attached_count": 1}, 1),
        ({"included": (OS,), "attached_count": 3}, 2),
        ({"included": (OS, DATA), "included_count": 1, "attached_count": 2}, 1),
        ({"excluded": (DATA,)}, 1),
        ({"excluded": (DATA,), "included_count": 1, "attached_count": 4}, 3),
        ({"excluded": (DATA,), "included_count": 4, "attached_count": 1}, 1),
    ],
)
def test_what_a_point_does_not_hold_is_listed_or_counted(known: dict[str, Any], count: int) -> None:
    assert PointDisks(**known).excluded_count == count


def test_a_disk_is_named_by_its_lun() -> None:
    held = PointDisks(included=(OS, DATA, VmDisk(name="", lun=2)))
    assert [held.name_at(lun) for lun in (None, 1, 2, 3)] == ["os", "data", None, None]
    assert PointDisks().name_at(1) is None


def far() -> int:
    """A LUN beyond the numbers of which Python keeps one object each."""
    return int("300")


@pytest.mark.parametrize(
    ("known", "held"),
    [
        ({}, [True, None, None, None]),
        ({"included": (OS, DATA)}, [True, True, False, False]),
        ({"included": (OS, VmDisk(name="", lun=far()))}, [True, False, False, True]),
        ({"excluded": (DATA,)}, [True, False, None, None]),
        ({"excluded": (VmDisk(name="", lun=far()),)}, [True, None, None, False]),
    ],
)
def test_what_a_point_holds_is_known_of_a_disk_that_is_listed(
    known: dict[str, Any], held: list[bool | None]
) -> None:
    disks = PointDisks(**known)
    assert [disks.holds(lun) for lun in (None, 1, 2, far())] == held
    assert disks.are_listed is ("included" in known)


def test_a_disk_is_found_by_any_lun() -> None:
    assert PointDisks(included=(OS, VmDisk(name="far", lun=far()))).name_at(far()) == "far"


@pytest.mark.parametrize(
    ("end", "is_over"),
    [("job", True), ("operation_failed", True), ("deadline", False), ("lost", False)],
)
def test_azures_work_is_over_with_the_job_or_where_none_came_to_be(
    end: WatchEnd, is_over: bool
) -> None:
    assert Watched(end=end).is_over is is_over


def test_a_disks_name_has_eighty_characters_at_most() -> None:
    assert NAME_CHARS_MAX == 80, "as many as Azure gives one"


def task(status: str) -> JobTask:
    return JobTask(name="t", status=status)


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        ((), None),
        (("Completed",), True),
        (("InProgress", "Completed"), True),
        (("InProgress", "Failed"), False),
    ],
)
def test_a_job_has_brought_data_once_one_of_its_tasks_is_done(
    tasks: tuple[str, ...], expected: bool | None
) -> None:
    made = tuple(task(each) for each in tasks)
    assert has_data(made) is expected
    job = JobSnapshot(job_id="j", status="InProgress", tasks=made).as_json()
    assert Watched(end="job", job=job).has_data is expected


def test_without_a_job_nothing_is_known_of_its_data() -> None:
    assert Watched(end="lost").has_data is None
