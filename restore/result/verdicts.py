"""How it ended, in words for a person at 3 a.m.: what happened, why, and what to do next.

CompletedWithWarnings is not success where disks were to be replaced: there Azure says so too when
nothing was replaced at all (OlrBackupFailed).
"""

from collections.abc import Sequence

from restore.messages.model import Failure, JobError, JobLook, Verdict, VerdictKind
from restore.values.times import text_of

_TEXT_MAX = 600
_ERROR_TEXT_MAX = 1_500
_ERRORS_SHOWN = 3
_DISKS_SHOWN = 8

_DONE = {
    "RestoreDisks": "The disks are restored.",
    "OriginalLocation": "The VM's disks are replaced.",
    "AlternateLocation": "The new VM is created.",
}
_NEXT = {
    "RestoreDisks": (
        "Create a VM from them with the template that the job wrote to the staging storage account."
    ),
    "OriginalLocation": (
        "Check the VM, then delete its old disks: they are still in the resource group."
    ),
    "AlternateLocation": (
        "Check the VM: its extensions are not enabled, a static IP address is dynamic now, and "
        "backup may have to be configured anew."
    ),
}
_WARNED = {
    "RestoreDisks": (
        "The disks are restored, with warnings.",
        "Check that all disks are there.",
    ),
    "OriginalLocation": (
        "The job ended with warnings, and the disks may NOT have been replaced.",
        "Check the VM's disks before anything else; then ask again with a new requestId.",
    ),
    "AlternateLocation": (
        "The restore ended with warnings.",
        "Check that the VM exists: if creating it failed, its disks are in the target group.",
    ),
}
_FAILED_NEXT = {
    "RestoreDisks": "Remove what the failure says, then ask again with a new requestId.",
    "OriginalLocation": (
        "Check the VM's disks first; remove what the failure says, then ask again with a new "
        "requestId."
    ),
    "AlternateLocation": (
        "Look in the target resource group for restored disks, remove what the failure says, then "
        "ask again with a new requestId."
    ),
}
_CANCELLED_NEXT = "What had been restored so far may be left in the target: look there."
_EXPIRED = "The request's deadline passed before the restore could be started. Nothing was started."
_UNKNOWN = "It is not known whether Azure started a restore."
_LOST_SIGHT = "The restore was started, but this app lost sight of it: it may go on in Azure."
_TO_DO = {
    "InvalidRequest": "Correct the request and send it with a new requestId.",
    "PolicyRefused": (
        "Ask for what the policy allows, or have the policy changed; then ask with a new requestId."
    ),
    "PlanChanged": "Look at a new plan, then ask with its planHash and a new requestId.",
    "NotFound": "Correct the request and send it with a new requestId.",
    "Conflict": "Look at what stands in the way, then ask again with a new requestId.",
    "AccessDenied": "Set that right, then ask again with a new requestId.",
    "DeadlinePassed": "Set right what it waited for, then ask again with a new requestId.",
}
_TO_DO_ELSE = "Look at the vault's restore jobs, then ask again with a new requestId."
_REJECTING = ("InvalidRequest", "PolicyRefused", "PlanChanged", "NotFound", "Conflict")
_KINDS: dict[str, VerdictKind] = {
    "Completed": "Completed",
    "CompletedWithWarnings": "CompletedWithWarnings",
    "Cancelled": "Cancelled",
}


def judge_job(
    request_type: str,
    look: JobLook,
    *,
    recovery_point: str | None = None,
    disks: Sequence[str] | None = None,
) -> Verdict:
    """Judge a job that has ended, by its status; never by its texts, which are localised.

    `disks` are those that were to be replaced, as far as they could be read; None: nobody looked.
    """
    assert look.is_terminal, "a job is judged when it is over"
    kind = _KINDS.get(look.status, "Failed")
    said = [_said(error) for error in look.errors[:_ERRORS_SHOWN]]
    if not said and look.message and kind != "Completed":
        said = [f"Azure says: {_full(look.message)}"]
    happened, next_step = {
        "Completed": (_DONE[request_type], _NEXT[request_type]),
        "CompletedWithWarnings": _WARNED[request_type],
        "Cancelled": ("The restore was cancelled.", _CANCELLED_NEXT),
        "Failed": ("The restore failed.", _FAILED_NEXT[request_type]),
    }[kind]
    is_replacing = request_type == "OriginalLocation"
    is_replaced = kind == "Completed" or not is_replacing
    succeeded = kind in ("Completed", "CompletedWithWarnings") and is_replaced
    if is_replacing and disks is not None:
        next_step += _of_disks(disks, is_replaced=is_replaced)
    return Verdict(
        verdict=kind,
        succeeded=succeeded,
        text=" ".join([happened, *said, next_step, _where(look.job_id, recovery_point)]),
        job_id=look.job_id,
        recovery_point=recovery_point,
        error=None if succeeded or kind == "Cancelled" else _job_failure(look),
        job_errors=look.errors,
        replaced_disks=tuple(disks or ()) if is_replacing and is_replaced else (),
    )


def rejected(failure: Failure) -> Verdict:
    """The request could never work; nothing was sent."""
    return _of_failure("Rejected", "The request was rejected, nothing was started.", failure)


def failed(
    failure: Failure, *, job_id: str | None = None, recovery_point: str | None = None
) -> Verdict:
    """It could not be done."""
    happened = "The restore failed." if job_id else "The restore could not be started."
    return _of_failure("Failed", happened, failure, job_id, recovery_point)


def lost(failure: Failure, *, job_id: str | None, recovery_point: str | None) -> Verdict:
    """The restore was started, and the app cannot see any more what becomes of it."""
    return _of_failure(_end_of(failure), _LOST_SIGHT, failure, job_id, recovery_point, _TO_DO_ELSE)


def unknown(failure: Failure, *, recovery_point: str | None = None) -> Verdict:
    """It ended while nobody could say whether it was started."""
    return _of_failure(_end_of(failure), _UNKNOWN, failure, None, recovery_point, _TO_DO_ELSE)


def before_start(failure: Failure) -> Verdict:
    """Nothing was sent: rejected if the request is to blame, expired if its time was over, else
    failed."""
    if _end_of(failure) == "DeadlinePassed":
        return _of_failure("DeadlinePassed", _EXPIRED, failure)
    return rejected(failure) if failure.category in _REJECTING else failed(failure)


def cancelled_before_start(recovery_point: str | None = None) -> Verdict:
    """The cancellation came first: nothing was sent, and nothing will be."""
    return Verdict(
        verdict="Cancelled",
        succeeded=False,
        text="Cancelled before anything was sent: nothing was started, nothing has changed.",
        recovery_point=recovery_point,
    )


def deadline_passed(
    deadline_s: float,
    look: JobLook | None = None,
    *,
    job_id: str | None = None,
    recovery_point: str | None = None,
) -> Verdict:
    """The app stops following; whatever runs in Azure goes on."""
    job_id = look.job_id if look else job_id
    seen = f" It was last seen {look.status}{_progress(look)}." if look else ""
    text = (
        f"The restore did not end within {text_of(deadline_s)}; this app follows it no longer."
        f"{seen} What runs in Azure goes on: look at the vault's jobs before starting another "
        "restore."
    )
    return Verdict(
        verdict="DeadlinePassed",
        succeeded=False,
        text=f"{text} {_where(job_id, recovery_point)}",
        job_id=job_id,
        recovery_point=recovery_point,
        error=Failure(code="DeadlinePassed", message=text, category="DeadlinePassed"),
    )


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
    next_step = next_step or _TO_DO.get(failure.category, _TO_DO_ELSE)
    parts = [happened, f"{failure.code}: {_full(failure.message)}", next_step]
    if job_id or recovery_point:
        parts.append(_where(job_id, recovery_point))
    return Verdict(
        verdict=kind,
        succeeded=False,
        text=" ".join(parts),
        job_id=job_id,
        recovery_point=recovery_point,
        error=failure,
    )


def _of_disks(disks: Sequence[str], *, is_replaced: bool) -> str:
    """Name the disks that the VM had before; those that were replaced are still there."""
    named = f"{', '.join(disks[:_DISKS_SHOWN])}{' …' if len(disks) > _DISKS_SHOWN else ''}"
    if is_replaced:
        return f" Until then they cost money{f': {named}' if disks else ''}."
    return f" Before the restore it had {named}." if disks else ""


def _job_failure(look: JobLook) -> Failure:
    first = look.errors[0] if look.errors else JobError(text=look.message or "No reason was given.")
    return Failure(
        code=look.status if first.code is None else str(first.code),
        message=" ".join(_full(text) for text in (first.title, first.text) if text),
        category="JobFailed",
        details=first.recommendations,
    )


def _said(error: JobError) -> str:
    code = f" {error.code}" if error.code is not None else ""
    texts = [_full(text) for text in (error.title, error.text, *error.recommendations) if text]
    return f"Azure's error{code}: {_full(' '.join(texts) or 'no text', _ERROR_TEXT_MAX)}"


def _where(job_id: str | None, recovery_point: str | None) -> str:
    known = (("job", job_id), ("recovery point", recovery_point))
    return f"({', '.join(f'{what} {name}' for what, name in known if name) or 'no job known'})"


def _progress(look: JobLook) -> str:
    return "" if look.percent is None else f" at {look.percent:g} %"


def _full(text: str, chars_max: int = _TEXT_MAX) -> str:
    """Return a text of bounded length that ends like a sentence."""
    text = " ".join(text.split())
    if len(text) > chars_max:
        return text[:chars_max] + "…"
    return text if text.endswith((".", "!", "?")) else text + "."
