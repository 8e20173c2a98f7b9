"""What a verdict says: for each end what happened and what to do next, and how parts are put.

For a person at 3 a.m. Which end it is, verdicts.py decides.
"""

from collections.abc import Sequence

from restore.messages.model import JobError, JobSnapshot

TEXT_MAX = 600
ERROR_TEXT_MAX = 1_500
ERRORS_SHOWN = 3
DISKS_SHOWN = 8
DONE = {
    "RestoreDisks": "The disks are restored.",
    "OriginalLocation": "The VM's disks are replaced.",
    "AlternateLocation": "The new VM is created.",
}
NEXT = {
    "RestoreDisks": (
        "Create a VM from them with the template that the job wrote to the staging storage account."
    ),
    "OriginalLocation": (
        "Check the VM. Then delete its old disks: they are still in the resource group."
    ),
    "AlternateLocation": (
        "Check the VM. Enable its extensions. Set a static IP address again: it is dynamic now. "
        "Configure its backup again if it has none."
    ),
}
WARNED = {
    "RestoreDisks": (
        "The disks are restored, with warnings.",
        "Check that all disks are there.",
    ),
    "OriginalLocation": (
        "The job ended with warnings, and the disks may NOT have been replaced.",
        "Check the VM's disks first. Then ask again with a new requestId.",
    ),
    "AlternateLocation": (
        "The restore ended with warnings.",
        "Check that the VM exists. If it does not, its disks are in the target resource group.",
    ),
}
FAILED_NEXT = {
    "RestoreDisks": "Fix the cause. Then ask again with a new requestId.",
    "OriginalLocation": (
        "Check the VM's disks first. Fix the cause. Then ask again with a new requestId."
    ),
    "AlternateLocation": (
        "Look in the target resource group for restored disks. Fix the cause. Then ask again with "
        "a new requestId."
    ),
}
CANCELLED_NEXT = "Look in the target: the job may have left restored disks there."
EXPIRED = "The deadline passed before the app sent the restore. Nothing was started."
UNKNOWN = "It is not known whether Azure started a restore."
LOST_SIGHT = "This app started the restore and lost sight of its job. The job may still run."
TO_DO = {
    "InvalidRequest": "Correct the request. Then send it with a new requestId.",
    "PolicyRefused": (
        "Change the request, or have the policy changed. Then ask again with a new requestId."
    ),
    "PlanChanged": "Make a new plan. Then send the request with its planHash and a new requestId.",
    "NotFound": "Correct the request. Then send it with a new requestId.",
    "Conflict": "Remove the conflict. Then ask again with a new requestId.",
    "AccessDenied": "Fix the cause. Then ask again with a new requestId.",
    "DeadlinePassed": "Fix what it waited for. Then ask again with a new requestId.",
}
TO_DO_ELSE = "Look at the vault's restore jobs. Then ask again with a new requestId."


def of_disks(disks: Sequence[str], *, is_replaced: bool) -> str:
    """Name the disks that the VM had before; those that were replaced are still there."""
    named = f"{', '.join(disks[:DISKS_SHOWN])}{' …' if len(disks) > DISKS_SHOWN else ''}"
    if is_replaced:
        return f" Until then they cost money{f': {named}' if disks else ''}."
    return f" Before the restore it had {named}." if disks else ""


def said(error: JobError) -> str:
    """Return an error of Azure's in one sentence."""
    code = f" {error.code}" if error.code is not None else ""
    texts = [full(text) for text in (error.title, error.text, *error.recommendations) if text]
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
    return text if text.endswith((".", "!", "?")) else text + "."
