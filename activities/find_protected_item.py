"""Find the protected item that is the request's VM: in its vault, or in the one Azure names."""

from typing import Any

from activities import activity_result
from arm import connection
from restore.messages.activity_io import FindItem
from restore.messages.model import ProtectedItem


def find_protected_item(order: dict[str, Any]) -> dict[str, Any]:
    """Input: FindItem. Done with a ProtectedItem."""
    return activity_result.outcome(order, _find)


def _find(order: dict[str, Any]) -> ProtectedItem:
    wanted, backup = FindItem.from_json(order), connection.backup()
    if wanted.vault_id is None:
        return backup.find_vault_item(wanted.source_resource_id)
    return backup.find_protected_item(wanted.vault_id, wanted.source_resource_id)
