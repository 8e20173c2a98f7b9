"""How what crosses a boundary is told to people, and what its words mean."""

import pytest

from restore.messages.disks import VmDisk
from restore.messages.job_details import JobTask
from restore.messages.model import Caller, Failure, JobSnapshot, Outcome
from restore.messages.poll_policy import PollPolicy
from restore.messages.request import RehydrationInfo
from restore.messages.threats import Threat

FAILURE = Failure(code="Busy", message="Later.", category="ServiceUnavailable")


@pytest.mark.parametrize(
    ("caller", "told"),
    [
        (Caller(name="ann", id="1"), "ann (1)"),
        (Caller(name="ann"), "ann"),
        (Caller(id="1"), "1"),
        (Caller(), ""),
    ],
)
def test_a_caller_is_told_by_name_and_id(caller: Caller, told: str) -> None:
    assert str(caller) == told


@pytest.mark.parametrize(
    ("disk", "told"),
    [
        (VmDisk(name="os-1"), "OS disk (os-1)"),
        (VmDisk(name=""), "OS disk"),
        (VmDisk(name="data", lun=0), "LUN 0 (data)"),
        (VmDisk(name="", lun=3), "LUN 3"),
    ],
)
def test_a_disk_is_told_by_its_place_and_its_name(disk: VmDisk, told: str) -> None:
    assert str(disk) == told


@pytest.mark.parametrize(
    ("threat", "told"),
    [
        (Threat(title="Ransomware", severity="High", state="Active"), "Ransomware (High, Active)"),
        (Threat(title="Ransomware", state="Active"), "Ransomware (Active)"),
        (Threat(title="Ransomware", severity="High"), "Ransomware (High)"),
        (Threat(title="Ransomware"), "Ransomware"),
    ],
)
def test_a_threat_is_told_by_how_grave_it_is_and_how_it_stands(threat: Threat, told: str) -> None:
    assert str(threat) == told


def test_an_activity_answers_in_one_of_three_ways() -> None:
    assert Outcome.done({"a": 1}) == Outcome(kind="done", value={"a": 1})
    assert Outcome.retry_later(5) == Outcome(kind="retryLater", retry_after_s=5)
    assert Outcome.retry_later(None, FAILURE) == Outcome(kind="retryLater", error=FAILURE)
    assert Outcome.failed(FAILURE) == Outcome(kind="failed", error=FAILURE)


@pytest.mark.parametrize(
    ("status", "is_terminal"),
    [
        ("Completed", True),
        ("CompletedWithWarnings", True),
        ("Failed", True),
        ("Cancelled", True),
        ("Cancelling", False),
        ("InProgress", False),
        ("Invalid", False),
        ("other: Odd", False),
    ],
)
def test_only_its_status_ends_a_job(status: str, is_terminal: bool) -> None:
    assert JobSnapshot(job_id="j", status=status).is_terminal is is_terminal


def test_the_tasks_that_failed_are_named() -> None:
    statuses = ("Completed", "Failed", "Cancelled", "InProgress")
    tasks = tuple(JobTask(name=status.lower(), status=status) for status in statuses)
    job = JobSnapshot(job_id="j", status="Failed", tasks=tasks)
    assert job.failed_tasks == ("failed", "cancelled")


def test_what_must_not_change_on_its_way_is_written_with_its_defaults() -> None:
    assert set(PollPolicy().as_json()) == {
        "pollSFirst", "pollSMin", "pollSMax", "jobSearchS", "armTimeoutS", "retrySMin",
        "retrySMax", "pollsPerGeneration",
    }  # fmt: skip
    assert RehydrationInfo(rehydration_priority="High").as_json() == {
        "rehydrationPriority": "High",
        "rehydrationRetentionDuration": "P15D",
    }
