"""Which of some protected items is a VM, and what is said when none is.

An item is known by the id of its VM alone: names are not unique. A VM that was moved to another
group has another id than its backup, and nobody but a person can say that both are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arm import arm_json, resource_ids, texts
from restore.messages import errors
from restore.messages.model import JobSnapshot
from restore.start import lost_reply
from restore.values import arm_ids

_NAMED_MAX = 5


def find(items: Sequence[object], vm_id: str, doing: str) -> Any:
    """The first of the VM's items that is not deleted. Raises Conflict when all of them are, and
    NotFound when there are none."""
    usable, deleted = _of_vm(items, vm_id)
    if usable:
        return usable[0]
    if deleted:
        raise _soft_deleted("it in the vault", doing)
    raise _absent(items, vm_id, doing)


def vault_of(items: Sequence[object], vm_id: str, doing: str) -> str | None:
    """The vault that has the VM's item, among items of many vaults; None where none has. Raises
    Conflict where several have, or it is deleted."""
    usable, deleted = _of_vm(items, vm_id)
    vaults = _vaults(usable)
    if len(vaults) > 1:
        named = ", ".join(vaults[:_NAMED_MAX])
        raise errors.Conflict(
            f"{len(vaults)} vaults have a backup of this VM: {named}. Give the request the vaultId "
            "of the one that is meant.",
            code="VaultAmbiguous",
            doing=doing,
        )
    if vaults:
        return vaults.pop()
    gone = ", ".join(_vaults(deleted)[:_NAMED_MAX])
    if gone:
        raise _soft_deleted(f"it in {gone}", doing)
    return None


def namesakes(items: Sequence[object], vm_id: str) -> str:
    """A sentence that names the backups of other VMs of that name; empty if there are none."""
    sources = [arm_json.source_id(item) for item in items]
    found = [source for source in sources if source and _is_namesake(source, vm_id)]
    if not found:
        return ""
    others = ", ".join(dict.fromkeys(found[:_NAMED_MAX]))
    return f" There is one of a VM of that name: {others}. If the VM was moved, ask with that id."


def _of_vm(items: Sequence[object], vm_id: str) -> tuple[list[object], list[object]]:
    """Return the VM's items that can be used, and those that are deleted."""
    found = [item for item in items if arm_json.is_of_vm(item, vm_id)]
    usable = [item for item in found if not arm_json.is_soft_deleted_item(item)]
    return usable, [item for item in found if arm_json.is_soft_deleted_item(item)]


def _vaults(items: Sequence[object]) -> list[str]:
    """Return the vaults of some items, each once."""
    found: dict[str, str] = {}
    for item in items:
        item_id = texts.resource_id(item.get("id") if isinstance(item, dict) else None)
        if item_id is not None and resource_ids.find_segment(item_id, "vaults") is not None:
            vault_id = resource_ids.vault_id(item_id)
            found.setdefault(arm_ids.lower_as_azure(vault_id), vault_id)
    return list(found.values())


def _soft_deleted(what: str, doing: str) -> errors.Conflict:
    return errors.Conflict(
        f"The VM's backup is deleted and awaits its end: undelete {what} first.",
        code="ProtectedItemSoftDeleted",
        doing=doing,
    )


def find_of_job(items: Sequence[object], job: JobSnapshot, doing: str) -> Any:
    """The item that a job is about, deleted or not: known by its container, for a VM's name is not
    unique. Raises NotFound."""
    found = [item for item in items if _is_of_job(item, job)]
    if len(found) == 1:
        return found.pop()
    said = (
        f"The vault holds no backup of the VM that the job is about ({job.entity_name or 'none'})."
        if not found
        else "Which VM the job is about cannot be told: several of the vault have its name."
    )
    raise errors.NotFound(said, code="ProtectedItemNotFound", doing=doing)


def _is_of_job(item: object, job: JobSnapshot) -> bool:
    container = arm_json.container_of(item)
    return container is not None and lost_reply.is_of_item(job, container)


def unnamed(doing: str) -> errors.NotFound:
    """An item whose id is none."""
    said = "The vault has a backup of this VM, but its id names no container and item."
    return errors.NotFound(said, code="ProtectedItemNotFound", doing=doing)


def _absent(items: Sequence[object], vm_id: str, doing: str) -> errors.NotFound:
    """The vault holds no backup of a VM: with what it holds instead of it."""
    unread = [arm_json.source_id(item) for item in items].count(None)
    said = "The vault holds no backup of this VM."
    said += namesakes(items, vm_id) or " Check vaultId and sourceResourceId."
    if unread:
        said += f" Of {unread} of its {len(items)} items it could not be read which VM they are."
    return errors.NotFound(said, code="ProtectedItemNotFound", doing=doing)


def _is_namesake(source: str, vm_id: str) -> bool:
    return arm_ids.same(arm_ids.name_of(source), arm_ids.name_of(vm_id))
