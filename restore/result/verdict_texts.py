"""What a verdict says: for each end what happened and what to do next, and how parts are put.

For a person at 3 a.m. Which end it is, verdicts.py decides.
"""

from collections.abc import Sequence

from restore.messages import azure_codes
from restore.messages.adoption import UNKNOWN_TYPE
from restore.messages.model import JobError, JobSnapshot
from restore.result import commands
from restore.start import disks

TEXT_MAX = 600
ERROR_TEXT_MAX = 1_500
ERRORS_SHOWN = 3
_DONE = {
    "RestoreDisks": (
        "The disks are restored.",
        "The disks are restored, with warnings: check them.",
    ),
    "OriginalLocation": ("The VM's disks are replaced.", ""),
    "AlternateLocation": ("The new VM is created.", "The new VM is created, with warnings."),
    UNKNOWN_TYPE: ("The restore is done.", ""),
}
"""Without and with warnings."""
_NEXT = {
    UNKNOWN_TYPE: "Check what was restored.",
    "OriginalLocation": (
        "Check the VM. Then delete its old disks: they are still in the resource group."
    ),
    "AlternateLocation": (
        "Check the VM. Enable its extensions. Set a static IP address again: it is dynamic now. "
        "Configure its backup again if it has none."
    ),
}
_NOT_DONE = {
    UNKNOWN_TYPE: "and what it was to restore may NOT be there.",
    "RestoreDisks": "and some disks may NOT have been restored.",
    "OriginalLocation": "and the disks may NOT have been replaced.",
    "AlternateLocation": "and the VM was NOT created.",
}
_NOT_SEEN = "and it could not be seen whether the VM was created."
_NOT_DONE_NEXT = {
    UNKNOWN_TYPE: "Check what was restored before anything else.",
    "RestoreDisks": (
        "Check which disks are in the target resource group{group}; then ask again with a new "
        "requestId."
    ),
    "OriginalLocation": (
        "Check the VM's disks before anything else; then ask again with a new requestId."
    ),
    "AlternateLocation": (
        "Look in the target resource group{group}: the disks may be there without a VM. Remove "
        "what the job says, then create the VM from them, or ask again with a new requestId."
    ),
}
_FAILED_NEXT = {
    UNKNOWN_TYPE: "Check what the job was to restore. Fix the cause. Then restore again.",
    "RestoreDisks": "Remove what the failure says, then ask again with a new requestId.",
    "OriginalLocation": (
        "Check the VM's disks first. Fix the cause. Then ask again with a new requestId."
    ),
    "AlternateLocation": (
        "Look in the target resource group for restored disks. Fix the cause. Then ask again with "
        "a new requestId."
    ),
}
_CANCELLED_NEXT = "What had been restored so far may be left in the target: look there."
FROM_VAULT_TIER = (
    "If encrypted disks cannot be restored from a snapshot, restore them from the vault: ask by "
    "its id for a recovery point whose tier is VaultStandard."
)
EXPIRED = "The request's deadline passed before the restore could be started. Nothing was started."
UNKNOWN = "It is not known whether Azure started a restore."
LOST_SIGHT = "This app lost sight of the restore's job. The job may still run."
TO_DO = {
    "InvalidRequest": "Correct the request and send it with a new requestId.",
    "NotSupported": "Change the request as it says, then send it with a new requestId.",
    "PolicyRefused": (
        "Change the request, or have the policy changed. Then ask again with a new requestId."
    ),
    "PlanChanged": "Look at a new plan, then ask with its planHash and a new requestId.",
    "NotFound": "Correct the request and send it with a new requestId.",
    "Conflict": "Look at what stands in the way, then ask again with a new requestId.",
    "AccessDenied": "Set that right, then ask again with a new requestId.",
    "Untrusted": (
        "Ask whoever runs the network or a proxy between the app and Azure, then Microsoft's "
        "support; then ask again with a new requestId."
    ),
    "DeadlinePassed": "Set right what it waited for, then ask again with a new requestId.",
}
TO_DO_ABOUT = {
    "AlertsStopped": (
        "Let alerts restore again (POST /api/alerts/resume), or ask yourself, if it is still "
        "wanted."
    ),
    "ApprovalExpired": "Ask again with a new requestId, and have somebody decide in time.",
    "ApprovalMissing": "Ask again with a new requestId, and have somebody approve it.",
    "ApprovalOutdated": "Look at a new plan. Ask again with a new requestId; have it approved.",
    "ApprovalRefused": "Talk to that person before you ask again with a new requestId.",
    "QuotaSpent": "Wait, or have the quota raised. Then ask again with a new requestId.",
}
"""By the error's code; it goes before its category."""
TO_DO_ELSE = "Look at the vault's restore jobs. Then ask again with a new requestId."


def of_job(request_type: str, snapshot: JobSnapshot, *, is_done: bool) -> tuple[str, str]:
    """Return what happened and what to do next, for a job that has ended."""
    if snapshot.status == "Cancelled":
        return "The restore was cancelled.", _CANCELLED_NEXT
    if snapshot.status not in ("Completed", "CompletedWithWarnings"):
        return "The restore failed.", _FAILED_NEXT[request_type]
    is_warned = snapshot.status == "CompletedWithWarnings"
    if is_done:
        next_step = _NEXT.get(request_type) or commands.create_vm(snapshot.output)
        return _DONE[request_type][is_warned], next_step
    is_unseen = snapshot.has_target_vm is None and not snapshot.failed_tasks
    unseen = request_type == "AlternateLocation" and is_unseen
    happened = [
        "The job ended with warnings," if is_warned else "The job says Completed,",
        _NOT_SEEN if unseen else _NOT_DONE[request_type],
        failed_tasks(snapshot),
    ]
    group = snapshot.output.resource_group if snapshot.output else None
    next_step = _NOT_DONE_NEXT[request_type].format(group=f" {group}" if group else "")
    return " ".join(filter(None, happened)), next_step


def failed_tasks(snapshot: JobSnapshot) -> str:
    """Name the tasks of a job that failed."""
    names = ", ".join(f"'{name}'" for name in snapshot.failed_tasks[:ERRORS_SHOWN])
    return f"Failed: {names}." if names else ""


def of_disks(names: Sequence[str], *, is_replaced: bool) -> str:
    """Name the disks that the VM had before; those that were replaced are still there."""
    named = disks.shortened(names)
    if is_replaced:
        return f" Until then they cost money{f': {named}' if names else ''}."
    return f" Before the restore it had {named}." if names else ""


def said(error: JobError) -> str:
    """Return an error of Azure's in one sentence."""
    code = f" {error.code}" if error.code is not None else ""
    known = azure_codes.find(error.title)
    advice = known.advice if known else ""
    told = (error.title, error.text, *error.recommendations, advice)
    texts = [full(text) for text in told if text]
    return f"Azure's error{code}: {full(' '.join(texts) or 'no text', ERROR_TEXT_MAX)}"


def where(job_id: str | None, recovery_point: str | None) -> str:
    """Name the job and the recovery point, as far as they are known."""
    known = (("job", job_id), ("recovery point", recovery_point))
    return f"({', '.join(f'{what} {name}' for what, name in known if name) or 'no job known'})"


def progress(snapshot: JobSnapshot) -> str:
    """Say how far a job was, if it says so itself."""
    return "" if snapshot.percent is None else f" at {snapshot.percent:g} %"


def full(text: str, chars_max: int = TEXT_MAX) -> str:
    """Return a text of bounded length that ends like a sentence."""
    text = " ".join(text.split())
    if len(text) > chars_max:
        return text[:chars_max] + "…"
    return text if text.endswith((".", "!", "?", "…")) else text + "."
