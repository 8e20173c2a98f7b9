"""A verdict is right about success, and tells a person what happened and what to do next."""

from typing import Any

import msgspec
import pytest

from restore.messages.adoption import UNKNOWN_TYPE
from restore.messages.job_details import JobTask, RestoreOutput
from restore.messages.model import Failure, JobError, JobSnapshot
from restore.messages.request import REQUEST_TYPES
from restore.result import verdict_texts, verdicts

_ERROR = JobError(
    code=400_094,
    title="The VM was not found",
    text="It may have been deleted.",
    recommendations=("Restore as a new VM", "Look at the portal."),
)


def _poll(status: str, **fields: Any) -> JobSnapshot:
    return JobSnapshot(job_id="job-1", status=status, **fields)


@pytest.mark.parametrize(
    ("status", "request_type", "verdict", "succeeded"),
    [
        ("Completed", "RestoreDisks", "Completed", True),
        ("Completed", "OriginalLocation", "Completed", True),
        ("Completed", "AlternateLocation", "Completed", True),
        ("CompletedWithWarnings", "RestoreDisks", "CompletedWithWarnings", True),
        ("CompletedWithWarnings", "OriginalLocation", "CompletedWithWarnings", False),
        ("CompletedWithWarnings", "AlternateLocation", "CompletedWithWarnings", False),
        ("Failed", "RestoreDisks", "Failed", False),
        ("Cancelled", "OriginalLocation", "Cancelled", False),
    ],
)
def test_a_job_is_judged_by_its_status(
    status: str, request_type: str, verdict: str, succeeded: bool
) -> None:
    judged = verdicts.judge_job(request_type, _poll(status), recovery_point="123")
    assert (judged.verdict, judged.succeeded) == (verdict, succeeded)
    assert judged.text.endswith("(job job-1, recovery point 123)")
    assert (judged.job_id, judged.recovery_point) == ("job-1", "123")
    assert (judged.error is None) == (succeeded or verdict == "Cancelled")


_TRANSFER, _CREATE = "Transfer data from vault", "Create the restored virtual machine"


def _tasks(*statuses: str) -> tuple[JobTask, ...]:
    names = (_TRANSFER, _CREATE)
    return tuple(
        JobTask(name=name, status=status) for name, status in zip(names, statuses, strict=False)
    )


@pytest.mark.parametrize(
    ("status", "tasks", "must"),
    [
        ("CompletedWithWarnings", (), True),
        ("CompletedWithWarnings", ("Completed", "Completed"), True),
        ("CompletedWithWarnings", ("Completed", "Failed"), False),
        ("Completed", (), False),
        ("Failed", (), False),
    ],
)
def test_a_vm_is_looked_at_where_the_job_does_not_say_whether_it_is_there(
    status: str, tasks: tuple[str, ...], must: bool
) -> None:
    assert verdicts.must_see_vm(_poll(status, tasks=_tasks(*tasks))) is must


@pytest.mark.parametrize(
    ("request_type", "status", "tasks", "has_vm", "succeeded"),
    [
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "Failed"), None, False),
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "Failed"), True, False),
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "Completed"), None, True),
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "Completed"), True, True),
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "Completed"), False, False),
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "NotStarted"), None, False),
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "other: Odd"), None, False),
        ("AlternateLocation", "CompletedWithWarnings", ("Completed", "other: Odd"), True, True),
        ("AlternateLocation", "CompletedWithWarnings", (), True, True),
        ("AlternateLocation", "CompletedWithWarnings", (), None, False),
        ("AlternateLocation", "Completed", ("Completed", "Failed"), None, False),
        ("AlternateLocation", "Completed", ("Completed", "InProgress"), None, True),
        ("RestoreDisks", "CompletedWithWarnings", ("Failed",), None, False),
        ("RestoreDisks", "CompletedWithWarnings", ("Completed",), None, True),
        ("RestoreDisks", "CompletedWithWarnings", ("InProgress",), None, False),
        ("RestoreDisks", "Completed", ("Cancelled",), None, False),
        ("OriginalLocation", "Completed", ("Completed", "Failed"), None, False),
        ("OriginalLocation", "CompletedWithWarnings", ("Completed", "Completed"), None, False),
    ],
)
def test_success_is_that_what_was_asked_for_came_to_be(
    request_type: str, status: str, tasks: tuple[str, ...], has_vm: bool | None, succeeded: bool
) -> None:
    snapshot = _poll(status, tasks=_tasks(*tasks), has_target_vm=has_vm)
    judged = verdicts.judge_job(request_type, snapshot, disks=["os"])
    assert (judged.verdict, judged.succeeded) == (status, succeeded)
    assert (judged.error is None) is succeeded
    assert ("NOT" in judged.text or "could not be seen" in judged.text) is not succeeded
    assert bool(judged.replaced_disks) is False


def test_a_task_that_failed_is_named_and_is_the_error_where_azure_gives_none() -> None:
    snapshot = _poll("CompletedWithWarnings", tasks=_tasks("Completed", "Failed"))
    judged = verdicts.judge_job("AlternateLocation", snapshot)
    assert judged.text.startswith(
        "The job ended with warnings, and the VM was NOT created. Failed: "
        "'Create the restored virtual machine'. Look in the target resource group:"
    )
    assert judged.error is not None
    assert judged.error.message == "Failed: 'Create the restored virtual machine'."
    told = verdicts.judge_job("AlternateLocation", _poll("Completed", tasks=snapshot.tasks))
    assert told.text.startswith("The job says Completed, and the VM was NOT created.")


def test_the_group_in_which_the_disks_are_left_is_named() -> None:
    output = RestoreOutput(resource_group="rg-new")
    snapshot = _poll("CompletedWithWarnings", tasks=_tasks("Completed", "Failed"), output=output)
    judged = verdicts.judge_job("AlternateLocation", snapshot)
    assert "Look in the target resource group rg-new:" in judged.text
    assert judged.output == output


def test_a_known_code_in_a_jobs_error_brings_its_advice() -> None:
    error = JobError(code=1, title="UserErrorSkuNotAvailable", text="No such size.")
    judged = verdicts.judge_job("AlternateLocation", _poll("Failed", errors=(error,)))
    assert "The VM size is not available there: restore the disks instead." in judged.text


@pytest.mark.parametrize("status", ["InProgress", "Cancelling", "Invalid", "other: Odd"])
def test_a_running_job_cannot_be_judged(status: str) -> None:
    with pytest.raises(AssertionError):
        verdicts.judge_job("RestoreDisks", _poll(status))


@pytest.mark.parametrize("request_type", REQUEST_TYPES)
def test_a_success_says_what_to_look_at(request_type: str) -> None:
    text = verdicts.judge_job(request_type, _poll("Completed")).text
    expected = {
        "RestoreDisks": "Create a VM from them",
        "OriginalLocation": "delete its old disks",
        "AlternateLocation": "Enable its extensions",
    }
    assert expected[request_type] in text


def test_warnings_where_disks_were_to_be_replaced_are_called_what_they_are() -> None:
    text = verdicts.judge_job("OriginalLocation", _poll("CompletedWithWarnings")).text
    assert "the disks may NOT have been replaced" in text


def test_a_failed_job_carries_azures_words_and_advice() -> None:
    judged = verdicts.judge_job("AlternateLocation", _poll("Failed", errors=(_ERROR,)))
    assert judged.text == (
        "The restore failed. Azure's error 400094: The VM was not found. It may have been "
        "deleted. Restore as a new VM. Look at the portal. Look in the target resource group for "
        "restored disks. Fix the cause. Then ask again with a new requestId. "
        "(job job-1)"
    )
    assert judged.job_errors == (_ERROR,)
    assert judged.error == Failure(
        code="400094",
        message="The VM was not found. It may have been deleted.",
        category="JobFailed",
        details=("Restore as a new VM", "Look at the portal."),
    )


def test_a_failed_job_without_errors_says_what_else_azure_said() -> None:
    judged = verdicts.judge_job("RestoreDisks", _poll("Failed", message="Disk quota\n reached"))
    assert "Azure says: Disk quota reached." in judged.text
    assert judged.error is not None
    assert (judged.error.code, judged.error.message) == ("Failed", "Disk quota reached.")
    silent = verdicts.judge_job("RestoreDisks", _poll("Failed"))
    assert silent.error is not None
    assert silent.error.message == "Azure gave no reason."


def test_a_verdict_is_of_bounded_length() -> None:
    long = JobError(title="t" * 9_000, text="x" * 9_000, recommendations=("r" * 9_000,) * 3)
    judged = verdicts.judge_job("RestoreDisks", _poll("Failed", errors=(long,) * 90))
    assert len(judged.text) < 10_000


@pytest.mark.parametrize(
    ("category", "verdict"),
    [
        ("InvalidRequest", "Rejected"),
        ("NotFound", "Rejected"),
        ("Conflict", "Rejected"),
        ("AccessDenied", "Failed"),
        ("ServiceUnavailable", "Failed"),
        ("Throttled", "Failed"),
    ],
)
def test_before_the_start_a_request_is_rejected_only_if_it_is_to_blame(
    category: str, verdict: str
) -> None:
    failure = Failure(code="SomeCode", message="No such vault", category=category)
    judged = verdicts.before_start(failure)
    assert (judged.verdict, judged.succeeded) == (verdict, False)
    assert "SomeCode: No such vault." in judged.text
    assert judged.error == failure


def test_a_failure_after_the_start_names_the_job() -> None:
    failure = Failure(code="GaveUp", message="The job is not to be seen.", category="NotFound")
    judged = verdicts.failed(failure, job_id="job-1", recovery_point="123")
    assert judged.text.startswith("The restore failed. GaveUp:")
    assert judged.text.endswith("(job job-1, recovery point 123)")


def test_a_cancellation_before_the_start_says_that_nothing_has_changed() -> None:
    judged = verdicts.cancelled_before_start()
    assert (judged.verdict, judged.succeeded, judged.job_id) == ("Cancelled", False, None)
    assert "nothing was started" in judged.text


def test_at_the_deadline_it_is_said_that_the_job_goes_on() -> None:
    snapshot = _poll("InProgress", percent=42.0)
    judged = verdicts.deadline_passed(86_400, snapshot, recovery_point="123")
    assert judged.verdict == "DeadlinePassed"
    assert judged.text == (
        "The restore did not end within 1 d. This app no longer follows it. Its last status is "
        "InProgress at 42 %. A job that runs in Azure continues. Look at the vault's jobs before "
        "you start another restore. (job job-1, recovery point 123)"
    )


def test_at_the_deadline_without_a_job_that_is_said() -> None:
    judged = verdicts.deadline_passed(7_200)
    assert judged.text.endswith("(no job known)")
    assert judged.error is not None
    assert judged.error.category == "DeadlinePassed"


def test_a_replacement_names_the_old_disks_that_still_cost_money() -> None:
    judged = verdicts.judge_job("OriginalLocation", _poll("Completed"), disks=["os", "data0"])
    assert judged.replaced_disks == ("os", "data0")
    assert "Until then they cost money: os, data0." in judged.text


def test_disks_that_could_not_be_read_cost_money_too() -> None:
    judged = verdicts.judge_job("OriginalLocation", _poll("Completed"), disks=())
    assert "Until then they cost money." in judged.text


@pytest.mark.parametrize("status", ["CompletedWithWarnings", "Failed"])
def test_where_it_is_not_certain_that_disks_were_replaced_the_old_names_help_to_see(
    status: str,
) -> None:
    judged = verdicts.judge_job("OriginalLocation", _poll(status), disks=["os"])
    assert not judged.succeeded
    assert judged.replaced_disks == ()
    assert "Before the restore it had os." in judged.text


@pytest.mark.parametrize("code", verdict_texts.TO_DO_ABOUT)
def test_what_to_do_is_said_by_the_code_where_its_category_says_less(code: str) -> None:
    refused = Failure(code=code, message="No", category="PolicyRefused")
    assert verdicts.rejected(refused).text.endswith(verdict_texts.TO_DO_ABOUT[code])
    other = msgspec.structs.replace(refused, code="PolicyRefused")
    assert verdicts.rejected(other).text.endswith(verdict_texts.TO_DO["PolicyRefused"])


@pytest.mark.parametrize(
    ("request_type", "status", "tasks", "has_vm", "begins"),
    [
        ("RestoreDisks", "Completed", (), None, "The disks are restored. Create"),
        (
            "RestoreDisks", "CompletedWithWarnings", (), None,
            "The disks are restored, with warnings: check them. Create",
        ),
        ("OriginalLocation", "Completed", (), None, "The VM's disks are replaced. Check the VM."),
        ("AlternateLocation", "Completed", (), None, "The new VM is created. Check the VM."),
        (
            "AlternateLocation", "CompletedWithWarnings", (), True,
            "The new VM is created, with warnings. Check the VM.",
        ),
        (UNKNOWN_TYPE, "Completed", (), None, "The restore is done. Check what was restored."),
        (
            "RestoreDisks", "CompletedWithWarnings", ("InProgress",), None,
            "The job ended with warnings, and some disks may NOT have been restored. Check",
        ),
        (
            "AlternateLocation", "CompletedWithWarnings", (), None,
            "The job ended with warnings, and it could not be seen whether the VM was created.",
        ),
        (
            "AlternateLocation", "CompletedWithWarnings", ("Completed", "Completed"), False,
            "The job ended with warnings, and the VM was NOT created. Look in",
        ),
        (
            UNKNOWN_TYPE, "CompletedWithWarnings", ("Completed",), True,
            "The job ended with warnings, and what it was to restore may NOT be there. Check",
        ),
        (
            UNKNOWN_TYPE, "Completed", ("Failed",), None,
            "The job says Completed, and what it was to restore may NOT be there. Failed: ",
        ),
        (UNKNOWN_TYPE, "Failed", (), None, "The restore failed. Check what the job was to"),
        (UNKNOWN_TYPE, "Cancelled", (), None, "The restore was cancelled. What had been restored"),
    ],
)  # fmt: skip
def test_what_happened_is_told_first(
    request_type: str, status: str, tasks: tuple[str, ...], has_vm: bool | None, begins: str
) -> None:
    snapshot = _poll(status, tasks=_tasks(*tasks), has_target_vm=has_vm)
    text = verdicts.judge_job(request_type, snapshot).text
    assert text.startswith(begins)


def test_the_first_of_azures_errors_counts_and_three_are_told() -> None:
    errors = tuple(JobError(code=code, title=f"E{code}") for code in (11, 22, 33, 44))
    judged = verdicts.judge_job("RestoreDisks", _poll("Failed", errors=errors))
    assert "Azure's error 11: E11. Azure's error 22: E22. Azure's error 33: E33. " in judged.text
    assert "44" not in judged.text
    assert judged.job_errors == errors
    assert judged.error is not None
    assert (judged.error.code, judged.error.message) == ("11", "E11.")


@pytest.mark.parametrize(
    ("status", "is_told"), [("Cancelled", True), ("Failed", True), ("Completed", False)]
)
def test_what_else_azure_says_is_told_unless_all_is_well(status: str, is_told: bool) -> None:
    judged = verdicts.judge_job("RestoreDisks", _poll(status, message="Stopped by ann"))
    assert ("Azure says: Stopped by ann." in judged.text) is is_told


@pytest.mark.parametrize("status", ["Completed", "Failed"])
@pytest.mark.parametrize("request_type", ["RestoreDisks", "AlternateLocation"])
def test_only_a_replacement_has_old_disks(request_type: str, status: str) -> None:
    judged = verdicts.judge_job(request_type, _poll(status), disks=["os-7"])
    assert judged.replaced_disks == ()
    assert "os-7" not in judged.text


def test_nothing_was_started_whose_deadline_passed_before() -> None:
    late = Failure(code="NoSlot", message="It waited", category="DeadlinePassed")
    judged = verdicts.before_start(late)
    assert (judged.verdict, judged.succeeded, judged.error) == ("DeadlinePassed", False, late)
    assert judged.text == (
        "The request's deadline passed before the restore could be started. Nothing was started. "
        "NoSlot: It waited. Set right what it waited for, then ask again with a new requestId."
    )
    assert verdicts.deadline_passed(60).succeeded is False


@pytest.mark.parametrize(
    ("category", "kind"), [("AccessDenied", "Failed"), ("DeadlinePassed", "DeadlinePassed")]
)
def test_of_what_may_run_the_vaults_jobs_are_looked_at_whatever_failed(
    category: str, kind: str
) -> None:
    failure = Failure(code="Odd", message="No", category=category)
    look = "Look at the vault's restore jobs. Then ask again with a new requestId."
    lost = verdicts.lost(failure, job_id="j", recovery_point=None)
    assert lost.verdict == kind
    assert lost.text == (
        f"This app lost sight of the restore's job. The job may still run. Odd: No. {look} (job j)"
    )
    unknown = verdicts.unknown(failure, recovery_point="p1")
    assert unknown.verdict == kind
    assert unknown.text == (
        f"It is not known whether Azure started a restore. Odd: No. {look} (recovery point p1)"
    )
    assert verdicts.unknown(failure).text.endswith(look)
