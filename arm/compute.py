"""What we ask Microsoft.Compute: whether a VM exists, and in which region."""

from __future__ import annotations

from arm import resource_ids
from arm.client import Client
from restore import errors

API_VERSION = "2024-07-01"

_DOING = "find the VM's region"
_ADVICE = "Give the request a vaultId: then the VM need not exist any more."


def read_vm_region(client: Client, vm_id: str) -> str:
    """The VM's location; a VM that is not there is NotFound, with the way out."""
    try:
        answer = client.get(f"{resource_ids.path(vm_id)}?api-version={API_VERSION}", _DOING)
    except errors.NotFound as error:
        raise errors.NotFound(
            f"The VM does not exist, so Azure cannot say which vault holds its backup. {_ADVICE}",
            code="VirtualMachineNotFound",
            details=(f"{error.code}: {error.message}",),
            doing=_DOING,
        ) from None
    except errors.AccessDenied as error:
        raise errors.AccessDenied(
            f"{error.message} To look up a VM's vault, its identity must be allowed to read the "
            f"VM. {_ADVICE}",
            code=error.code,
            doing=_DOING,
        ) from None
    region = answer.body.get("location")
    if not isinstance(region, str) or not resource_ids.is_name(region):
        raise errors.ServiceUnavailable(
            "Azure does not say where the VM is.", code="MalformedReply", doing=_DOING
        )
    return region


def has_vm(client: Client, vm_id: str) -> bool:
    """Whether the VM exists."""
    path = f"{resource_ids.path(vm_id)}?api-version={API_VERSION}"
    try:
        client.get(path, "look whether the VM exists")
    except errors.NotFound:
        return False
    return True
