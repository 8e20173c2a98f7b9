"""Whose recovery point an ARM id names. The name alone would not tell: it is a number, and a choice
by name would take a point of the same name that is another VM's."""

from restore.messages.errors import NotFound
from restore.messages.model import ProtectedItem
from restore.values import arm_ids

_VAULT_SEGMENTS = 9
"""Of `/subscriptions/…/vaults/…`, the empty one before the first slash included."""


def require_own(wanted: str, item: ProtectedItem) -> None:
    """Check that a point asked for by its ARM id is one of this item. A name alone is not checked
    here. Raises NotFound, which says whose it is."""
    if arm_ids.kind_problem(wanted, "recovery point") is not None:
        return
    segments = wanted.split("/")
    vault_id, name = "/".join(segments[:_VAULT_SEGMENTS]), segments[-3]
    if arm_ids.same(vault_id, item.vault_id) and arm_ids.same(_bare(name), _bare(item.name)):
        return
    raise NotFound(
        f"The requested recovery point is one of {_told(name, vault_id)}, not of this VM's backup, "
        f"{_told(item.name, item.vault_id)}.",
        code="NoRestorablePoint",
    )


def _bare(item_name: str) -> str:
    """Return an item's name without its type, which some of Azure's answers leave out."""
    head, _, rest = item_name.partition(";")
    return rest if arm_ids.same(head, "VM") else item_name


def _told(item_name: str, vault_id: str) -> str:
    """Say an item as people know it: `VM;iaasvmcontainerv2;group;name` has both names."""
    vault, parts = arm_ids.name_of(vault_id), item_name.split(";")
    if len(parts) < 3:
        return f"{item_name} in the vault {vault}"
    return f"the VM {parts[-1]} of the group {parts[-2]} in the vault {vault}"
