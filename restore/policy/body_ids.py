"""Every ARM id in a restore body: where it stands, and what it is there for.

The body is walked as it will be sent, so no field can be overlooked. A table says what the ids at
each known place are for; anything elsewhere that could be an ARM id, whatever its spelling, is of
no known use, and the policy refuses it. Judging is restore/policy/judging.py's work.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from restore.messages.model import RecoveryPoint

Use = Literal["source", "target", "network", "beside", "exempt", "unknown"]
"""source: the VM whose backup is read. target: what is created, filled or overwritten. network:
what a new VM is put into. beside: serves what is restored, and keeps none of it. exempt: needs no
scope, see EXEMPT. unknown: a place of which nobody has said what an id there does."""


class Place(NamedTuple):
    """An ARM id in a body, where it stands in the request, and what it is there for."""

    path: str
    id: str
    use: Use


USES: dict[str, Use] = {
    "sourceResourceId": "source",
    "targetResourceGroupId": "target",
    "targetVirtualMachineId": "target",
    "virtualNetworkId": "network",
    "subnetId": "network",
    # Managed disks pass through it, and nothing of them stays; where VHDs stay it is a target.
    "storageAccountId": "beside",
    "identityBasedRestoreDetails.targetStorageAccountId": "beside",
    # Who owns the key can lock the disks, but cannot read them.
    "diskEncryptionSetId": "beside",
    "securedVMDetails.securedVMOsDiskEncryptionSetId": "beside",
    "securedVMDetails.dataDiskEncryptionSettings.dataDiskEncryptionSetId": "beside",
    "securedVMDetails.dataDiskEncryptionSettings.perDiskEncryptionSetIds[].diskEncryptionSetId": (
        "beside"
    ),
    # Whose network the disks can be exported through, by whoever has rights on the disks.
    "targetDiskNetworkAccessSettings.targetDiskAccessId": "beside",
}

EXEMPT: dict[str, str] = {
    "identityInfo.managedIdentityResourceId": (
        "Only an identity that its owner has attached to the vault works. It is given nothing: it "
        "reaches the staging account, which is judged itself."
    ),
    "securedVMDetails.dataDiskEncryptionSettings.dataDiskEncryptionIdentity": (
        "The disks use it to read their key; it gets no rights on them."
    ),
    "encryptionDetails.kekVaultId": "Keys are read from it; nothing of the VM is written there.",
    "encryptionDetails.secretKeyVaultId": "As kekVaultId.",
    "encryptionDetails.kekUrl": "As kekVaultId; it is the URL of a key.",
    "encryptionDetails.secretKeyUrl": "As kekVaultId; it is the URL of a secret.",
    "resourceGuardOperationRequests[]": (
        "It asks the guard's owner for permission, and is mostly in a subscription of theirs. It "
        "can only forbid."
    ),
}
"""What no scope has to cover, and why not."""

_ACCOUNTS = ("storageAccountId", "identityBasedRestoreDetails.targetStorageAccountId")
_IN_PLACE = "OriginalLocation"
_COULD_BE_ID = re.compile(r"[/\\%\u2044\u2215\uff0f\uff3c]")
"""No field but those above has any business with a slash, encoded or not."""
_INDEX = re.compile(r"\[\d+\]")


def places(body: Mapping[str, Any], point: RecoveryPoint) -> Iterator[Place]:
    """Find the ARM ids of a body, and what it implies: the source VM is a target as well where its
    disks are replaced or its own storage account is filled, the staging account where VHDs stay."""
    properties = body["properties"]
    fills_source = properties.get("originalStorageAccountOption") is True
    is_source_target = fills_source or properties.get("recoveryType") == _IN_PLACE
    is_account_target = not is_source_target and _leaves_vhds(properties, point)
    for path, text in _texts(properties, ""):
        known = _INDEX.sub("[]", path)
        use = USES.get(known) or ("exempt" if known in EXEMPT else "unknown")
        if use == "unknown" and not _COULD_BE_ID.search(text):
            continue
        if known in _ACCOUNTS and is_account_target:
            use = "target"
        yield Place(f"$.{path}", text, use)
        if use == "source" and is_source_target:
            yield Place(f"$.{path}", text, "target")


def _leaves_vhds(properties: Mapping[str, Any], point: RecoveryPoint) -> bool:
    """Whether disks may stay in the storage account, unless it is certain that they become managed
    ones in a resource group."""
    choice = properties.get("restoreWithManagedDisks")
    is_managed = choice is True or (choice is None and point.is_managed_vm)
    return not (is_managed and properties.get("targetResourceGroupId"))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Walk through a value, to every text in it and where that stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{number}]")
