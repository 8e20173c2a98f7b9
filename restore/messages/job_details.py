"""What a job tells beside its status: how its tasks ended, and what came out of it.

Both are display text of Azure's, in the language of whoever asks: shown, and never decided upon. A
task's status is no such text.
"""

from typing import Literal

from restore.values.structs import Model

JobRecoveryType = Literal["RestoreDisks", "OriginalLocation", "AlternateLocation"]

FAILED_TASKS = ("Failed", "Cancelled")
DONE_TASKS = ("Completed", "CompletedWithWarnings")


class JobTask(Model, frozen=True, kw_only=True):
    """One line of a job's task list."""

    name: str
    status: str
    """As Azure writes it; "other: …" for a word that is not known."""


def has_data(tasks: tuple[JobTask, ...]) -> bool | None:
    """Whether one of a job's tasks is done, of which the first brings the data; None: it tells of
    no tasks."""
    return any(task.status in DONE_TASKS for task in tasks) if tasks else None


class RestoreOutput(Model, frozen=True, kw_only=True):
    """What came out of a restore, and where it is: the job's property bag, without secrets."""

    target_vm: str | None = None
    resource_group: str | None = None
    """Where the VM, or the disks, are."""
    subscription: str | None = None
    storage_account: str | None = None
    """The staging storage account, in which the job leaves files."""
    container: str | None = None
    """The blob container with the VM's configuration and the template."""
    template_uri: str | None = None
    """The blob with a template that makes a VM of the disks; without a query."""
    config_uri: str | None = None
    more: dict[str, str] = {}
    """Whatever else the job says, by Azure's own names."""
