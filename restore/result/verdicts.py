"""How it ended: the verdict of a job, of a failure, of a deadline. Its words: verdict_texts.py.

`succeeded` says whether what was asked for came to be, and Azure's status alone does not: it says
CompletedWithWarnings too when nothing was replaced at all (OlrBackupFailed), or when the disks are
there and the VM could not be created.
"""

from collections.abc import Sequence

from restore.messages.disks import VmDisk
from restore.messages.job_details import DONE_TASKS
from restore.messages.model import Failure, JobError, JobSnapshot, Verdict, VerdictKind
from restore.result import verdict_texts as texts
from restore.values.times import text_of

_REJECTING = (
    *("InvalidRequest", "NotSupported", "PolicyRefused", "PlanChanged", "NotFound", "Conflict"),
)
_KINDS: dict[str, VerdictKind] = {
    "Completed": "Completed",
    "CompletedWithWarnings": "CompletedWithWarnings",
    "Cancelled": "Cancelled",
}


def judge_job(
    request_type: str,
    snapshot: JobSnapshot,
    *,
    recovery_point: str | None = None,
    disks: Sequence[str] | None = None,
    kept_disks: Sequence[VmDisk] = (),
    remarks: Sequence[str] = (),
) -> Verdict:
    """Judge a job that has ended, by its status; never by its texts, which are localised.

    `disks` are those that were to be replaced, as far as they could be read; None: nobody looked.
    `kept_disks` are the VM's others, `remarks` what else is to be known before the next step.
    """
    kind = kind_of(snapshot)
    said = [texts.said(error) for error in snapshot.errors[: texts.ERRORS_SHOWN]]
    if not said and snapshot.message and kind != "Completed":
        said = [f"Azure says: {texts.full(snapshot.message)}"]
    succeeded = _is_done(request_type, snapshot)
    happened, next_step = texts.of_job(request_type, snapshot, is_done=succeeded)
    is_replacing = request_type == "OriginalLocation"
    where = texts.where(snapshot.job_id, recovery_point)
    if is_replacing and disks is not None:
        next_step += texts.of_disks(disks, is_replaced=succeeded)
    return Verdict(
        verdict=kind,
        succeeded=succeeded,
        text=" ".join([happened, *said, *remarks, next_step, where]),
        job_id=snapshot.job_id,
        recovery_point=recovery_point,
        error=None if succeeded or kind == "Cancelled" else _job_failure(snapshot),
        job_errors=snapshot.errors,
        replaced_disks=tuple(disks or ()) if is_replacing and succeeded else (),
        output=snapshot.output,
        kept_disks=tuple(disk.name for disk in kept_disks),
    )


def kind_of(snapshot: JobSnapshot) -> VerdictKind:
    """Return how a job has ended."""
    assert snapshot.is_terminal, "a job is judged when it is over"
    return _KINDS.get(snapshot.status, "Failed")


def must_see_vm(snapshot: JobSnapshot) -> bool:
    """Whether only a look at the new VM tells if it came to be (the row "… Warnings" below)."""
    return snapshot.status == "CompletedWithWarnings" and not snapshot.failed_tasks


def rejected(failure: Failure) -> Verdict:
    """The request could never work; nothing was sent."""
    return _of_failure("Rejected", "The app rejected the request: nothing was started.", failure)


def failed(
    failure: Failure, *, job_id: str | None = None, recovery_point: str | None = None
) -> Verdict:
    """It could not be done."""
    happened = "The restore failed." if job_id else "The restore could not be started."
    return _of_failure("Failed", happened, failure, job_id, recovery_point)


def lost(failure: Failure, *, job_id: str | None, recovery_point: str | None) -> Verdict:
    """The restore was started, and the app cannot see any more what becomes of it."""
    return _of_failure(
        _end_of(failure), texts.LOST_SIGHT, failure, job_id, recovery_point, texts.TO_DO_ELSE
    )


def unknown(failure: Failure, *, recovery_point: str | None = None) -> Verdict:
    """It ended while nobody could say whether it was started."""
    return _of_failure(
        _end_of(failure), texts.UNKNOWN, failure, None, recovery_point, texts.TO_DO_ELSE
    )


def before_start(failure: Failure) -> Verdict:
    """Nothing was sent: rejected if the request is to blame, expired if its time was over, else
    failed."""
    if _end_of(failure) == "DeadlinePassed":
        return _of_failure("DeadlinePassed", texts.EXPIRED, failure)
    return rejected(failure) if failure.category in _REJECTING else failed(failure)


def cancelled_before_start(recovery_point: str | None = None) -> Verdict:
    """The cancellation came first: nothing was sent, and nothing will be."""
    return Verdict(
        verdict="Cancelled",
        succeeded=False,
        text="The request was cancelled before the app sent it: nothing was started.",
        recovery_point=recovery_point,
    )


def deadline_passed(
    deadline_s: float,
    snapshot: JobSnapshot | None = None,
    *,
    job_id: str | None = None,
    recovery_point: str | None = None,
) -> Verdict:
    """The app stops following; whatever runs in Azure goes on."""
    job_id = snapshot.job_id if snapshot else job_id
    seen = f" Its last status is {snapshot.status}{texts.progress(snapshot)}." if snapshot else ""
    text = (
        f"The restore did not end within {text_of(deadline_s)}. This app no longer follows it."
        f"{seen} A job that runs in Azure continues. Look at the vault's jobs before you start "
        "another restore."
    )
    return Verdict(
        verdict="DeadlinePassed",
        succeeded=False,
        text=f"{text} {texts.where(job_id, recovery_point)}",
        job_id=job_id,
        recovery_point=recovery_point,
        error=Failure(code="DeadlinePassed", message=text, category="DeadlinePassed"),
    )


def _is_done(request_type: str, snapshot: JobSnapshot) -> bool:
    """Whether what was asked for came to be: by status, tasks and a look at the new VM. Where
    nothing tells, it did not.

    | status     | what was asked    | done                                                |
    |------------|-------------------|-----------------------------------------------------|
    | any        | any               | no, where a task failed                             |
    | Completed  | any               | yes                                                 |
    | … Warnings | RestoreDisks      | unless a task is not completed                      |
    | … Warnings | AlternateLocation | if the VM is there; not seen: if all tasks are done |
    | … Warnings | OriginalLocation  | no                                                  |
    | … Warnings | it is not known   | no                                                  |
    """
    if snapshot.failed_tasks or snapshot.status not in ("Completed", "CompletedWithWarnings"):
        return False
    if snapshot.status == "Completed":
        return True
    are_done = all(task.status in DONE_TASKS for task in snapshot.tasks)
    if request_type == "AlternateLocation":
        seen = snapshot.has_target_vm
        return bool(snapshot.tasks) and are_done if seen is None else seen
    return request_type == "RestoreDisks" and are_done


def _end_of(failure: Failure) -> VerdictKind:
    return "DeadlinePassed" if failure.category == "DeadlinePassed" else "Failed"


def _of_failure(
    kind: VerdictKind,
    happened: str,
    failure: Failure,
    job_id: str | None = None,
    recovery_point: str | None = None,
    next_step: str | None = None,
) -> Verdict:
    by_code = texts.TO_DO_ABOUT.get(failure.code)
    next_step = next_step or by_code or texts.TO_DO.get(failure.category, texts.TO_DO_ELSE)
    parts = [happened, f"{failure.code}: {texts.full(failure.message)}", next_step]
    if job_id or recovery_point:
        parts.append(texts.where(job_id, recovery_point))
    return Verdict(
        verdict=kind,
        succeeded=False,
        text=" ".join(parts),
        job_id=job_id,
        recovery_point=recovery_point,
        error=failure,
    )


def _job_failure(snapshot: JobSnapshot) -> Failure:
    failed = texts.failed_tasks(snapshot)
    unsaid = JobError(text=snapshot.message or failed or "Azure gave no reason.")
    first = snapshot.errors[0] if snapshot.errors else unsaid
    return Failure(
        code=snapshot.status if first.code is None else str(first.code),
        message=" ".join(texts.full(text) for text in (first.title, first.text) if text),
        category="JobFailed",
        details=first.recommendations,
    )
