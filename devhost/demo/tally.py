"""Counting what the simulated vault saw: ARM calls by method and kind, and restore POSTs."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from simulated_azure import names

_KINDS = {
    "backup_status": "which vault protects this VM",
    "graph": "which vaults have this VM's backup",
    "vm": "read the VM",
    "vault": "read the vault",
    "protected_items": "list protected items",
    "recovery_points": "list recovery points",
    "jobs": "list jobs",
    "restore": "trigger the restore",
    "operation_status": "read the operation",
    "backup_operation": "read the operation",
    "operation_result": "read the operation",
    "job": "read the job",
    "cancel": "cancel the job",
}

Calls = Sequence[dict[str, Any]]


def by_kind(calls: Calls) -> list[tuple[str, str, int]]:
    """Method, kind in plain words, and number; in the order in which each kind came first."""
    counts = Counter((str(call["method"]), _kind(call)) for call in calls)
    return [(method, kind, count) for (method, kind), count in counts.items()]


def restore_posts(calls: Calls, vm_id: str) -> int:
    """How many restores of this VM the vault was asked for."""
    item = f"/protecteditems/{names.protected_item_name(vm_id)}/".lower()
    return sum(
        call["method"] == "POST"
        and call["operation"] == "restore"
        and item in str(call["path"]).lower()
        for call in calls
    )


def _kind(call: dict[str, Any]) -> str:
    operation = str(call["operation"] or "something unknown")
    return _KINDS.get(operation, operation.replace("_", " "))
