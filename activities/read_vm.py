"""Look once how a restored VM runs, and what its agent reports."""

from typing import Any

from activities import activity_result
from arm import connection as arm_connection
from restore.messages.verification import VmState
from restore.messages.verification_io import ReadVm


def read_vm(order: dict[str, Any]) -> dict[str, Any]:
    """Input: ReadVm. Done with a VmState, also of a VM that does not exist."""
    return activity_result.outcome(order, lambda order: _read(ReadVm.from_json(order)))


def _read(order: ReadVm) -> VmState:
    return arm_connection.backup().vms.state(order.vm_id)
