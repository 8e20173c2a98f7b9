"""Which of a vault's protected items is a VM, and what is said when none is.

An item is known by the id of its VM alone: names are not unique. A VM that was moved to another
group has another id than its backup, and nobody but a person can say that both are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arm import arm_json
from restore.messages import errors
from restore.messages.model import JobSnapshot
from restore.start import job_search
from restore.values import arm_ids

_NAMED_MAX = 5


def find(items: Sequence[object], vm_id: str, doing: str) -> Any:
    """The first of the VM's items that is not deleted. Raises Conflict when all of them are, and
    NotFound when there are none."""
    found = [item for item in items if arm_json.is_of_vm(item, vm_id)]
    usable = [item for item in found if not arm_json.is_soft_deleted_item(item)]
    if usable:
        return usable[0]
    if found:
        raise errors.Conflict(
            "The VM's backup is deleted and awaits its end: undelete it in the vault first.",
            code="ProtectedItemSoftDeleted",
            doing=doing,
        )
    raise _absent(items, vm_id, doing)


def find_of_job(items: Sequence[object], job: JobSnapshot, doing: str) -> Any:
    """The item that a job is about, deleted or not: known by its container, for a VM's name is not
    unique. Raises NotFound."""
    found = [item for item in items if _is_of_job(item, job)]
    if len(found) == 1:
        return found[0]
    said = (
        f"The vault holds no backup of the VM that the job is about ({job.entity_name or 'none'})."
        if not found
        else "Which VM the job is about cannot be told: several of the vault have its name."
    )
    raise errors.NotFound(said, code="ProtectedItemNotFound", doing=doing)


def _is_of_job(item: object, job: JobSnapshot) -> bool:
    container = arm_json.container_of(item)
    return container is not None and job_search.is_of_item(job, container)


def unnamed(doing: str) -> errors.NotFound:
    """An item whose id is none."""
    said = "The vault has a backup of this VM, but its id names no container and item."
    return errors.NotFound(said, code="ProtectedItemNotFound", doing=doing)


def _absent(items: Sequence[object], vm_id: str, doing: str) -> errors.NotFound:
    """The vault holds no backup of a VM: with what it holds instead of it."""
    sources = [arm_json.source_id(item) for item in items]
    namesakes = [source for source in sources if source and _is_namesake(source, vm_id)]
    unread = sources.count(None)
    said = "The vault holds no backup of this VM."
    if namesakes:
        others = ", ".join(namesakes[:_NAMED_MAX])
        said += (
            f" It holds one of a VM of that name: {others}. If the VM was moved, ask with that id."
        )
    else:
        said += " Check vaultId and sourceResourceId."
    if unread:
        said += f" Of {unread} of its {len(sources)} items it could not be read which VM they are."
    return errors.NotFound(said, code="ProtectedItemNotFound", doing=doing)


def _is_namesake(source: str, vm_id: str) -> bool:
    return arm_ids.same(arm_ids.name_of(source), arm_ids.name_of(vm_id))
