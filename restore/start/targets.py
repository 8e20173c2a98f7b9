"""Where a restore puts what it restores."""

from restore.messages.request import OriginalLocation, RestoreRequest


def target_of(request: RestoreRequest) -> str | None:
    """Return the id of the group that takes the disks, or of the storage account where they stay as
    VHDs; None where they replace those of the VM."""
    if isinstance(request, OriginalLocation):
        return None
    details = request.identity_based_restore_details
    account = details.target_storage_account_id if details else request.storage_account_id
    return request.target_resource_group_id or account
