"""Which vault protects a VM, when the request does not say: asked of Azure Backup itself.

Needs the VM to exist, for its region is part of the question, and a permission at the scope of its
subscription. A request that names its vault needs neither, so every refusal here says so.
"""

from __future__ import annotations

from arm import compute, resource_ids, texts
from arm.client import Client
from restore.messages import errors

_DOING = "find the vault that protects the VM"
_ACTION = "Microsoft.RecoveryServices/Locations/backupStatus/action"


def find_vault_id(client: Client, api_version: str, vm_id: str) -> str:
    """The id of the vault that protects this VM."""
    subscription = resource_ids.subscription_id(vm_id)
    region = compute.read_vm_region(client, vm_id)
    path = resource_ids.path(
        f"{subscription}/providers/Microsoft.RecoveryServices/locations/{region}/backupStatus"
    )
    body = {"resourceType": "VM", "resourceId": vm_id}
    try:
        answer = client.ask(f"{path}?api-version={api_version}", body, _DOING)
    except errors.AccessDenied as error:
        raise errors.AccessDenied(
            f"{error.message} Give the app's identity {_ACTION} on the VM's subscription, or give "
            "the request a vaultId.",
            code=error.code,
            doing=_DOING,
        ) from None
    vault_id = _vault_id(answer.body.get("vaultId"))
    if vault_id is None:
        raise errors.NotFound(
            "Azure Backup knows of no vault that protects this VM. If there is one, give the "
            "request its vaultId; if the VM was moved since its backup, also the id that it had.",
            code="ProtectedItemNotFound",
            doing=_DOING,
        )
    return vault_id


def _vault_id(said: object) -> str | None:
    try:
        known = texts.resource_id(said)
        return resource_ids.vault_id(known) if known else None
    except ValueError:
        return None
