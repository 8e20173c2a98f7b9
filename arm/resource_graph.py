"""Azure Resource Graph: the protected items of a VM's name in all vaults that the app may see, in
one call. It also knows those of VMs that are gone.

It may be minutes behind, so what it says is looked up where it is before it is believed. The api-
version and the table are those of Microsoft Learn, "Azure Resource Graph sample queries for Azure
Backup".
"""

from __future__ import annotations

from typing import Any

from arm.client import Client
from restore.messages import errors
from restore.values.arm_ids import is_name, name_of

API_VERSION = "2021-03-01"
_ITEMS = "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems"
_PAGES_MAX = 10
"""Of up to 1,000 rows; who has more backups of one name must name the vault."""
_DOING = "ask Azure Resource Graph for the VM's backup"


def items_called(client: Client, vm_id: str) -> list[Any]:
    """Return the protected items of all VMs of this VM's name, as `id` and `properties`. Raises
    RestoreError; AccessDenied where the app may not ask."""
    found: list[Any] = []
    options: dict[str, Any] = {"resultFormat": "objectArray"}
    path = f"/providers/Microsoft.ResourceGraph/resources?api-version={API_VERSION}"
    for _ in range(_PAGES_MAX):
        body = {"query": _query(name_of(vm_id)), "options": options}
        answer = client.ask(path, body, _DOING).body
        rows = answer.get("data")
        found += [_item(row) for row in rows] if isinstance(rows, list) else []
        token = answer.get("$skipToken")
        if not isinstance(token, str) or not token:
            return found
        options = options | {"$skipToken": token}
    raise errors.ServiceUnavailable(
        f"Azure Resource Graph lists more than {_PAGES_MAX} pages of backups of VMs of this name.",
        code="ListTooLong",
        doing=_DOING,
    )


def _item(row: Any) -> Any:
    """Return a row as the vault would list it: the VM's id may stand in a part of its own."""
    known = row.get("properties") if isinstance(row, dict) else None
    if not isinstance(known, dict) or known.get("sourceResourceId"):
        return row
    source = known.get("dataSourceInfo")
    vm_id = source.get("resourceID") if isinstance(source, dict) else None
    return row | {"properties": known | {"sourceResourceId": vm_id}}


def _query(name: str) -> str:
    """A name of an ARM id has no quote, no backslash and no line end: it can end no text."""
    assert is_name(name), "it is the last name of an id"
    assert not set(name) & set("'\"\\\r\n"), "no name has these"
    return (
        f"recoveryservicesresources | where type =~ '{_ITEMS}'"
        f" | where properties.friendlyName =~ '{name}' | project id, properties"
    )
