"""What Azure says of a point's disks by lists or by counts, and what it leaves open."""

from typing import Any

import pytest

from restore.messages.disks import PointDisks, VmDisk
from restore.messages.job_details import JobTask, has_data
from restore.messages.model import JobSnapshot
from restore.messages.watch_io import Watched

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
