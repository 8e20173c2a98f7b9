"""Rules between the fields of a request, each a small generator of (path, message).

A rule looks at what is there and sound; that a field is missing or malformed is said elsewhere.
Rules that need the recovery point or the vault stand in start/arm_body.py.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from restore.request.sender_habits import texts
from restore.values import arm_ids
from restore.values.decoding import decode

Found = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Given:
    """A request's fields as JSON, and which of them are malformed."""

    recovery_type: str | None
    fields: dict[str, Any]
    broken: frozenset[str]

    def get(self, *path: str) -> Any:
        """Return a value, None if it is absent or anything around it is malformed."""
        value: Any = None if path[0] in self.broken else self.fields
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def has(self, name: str) -> bool:
        """Whether a field is there, sound or not."""
        return name in self.fields


def problems_between(given: Given) -> Found:
    """Say everything that does not go together."""
    for rule in _RULES:
        yield from rule(given)


def _one_storage_account(given: Given) -> Found:
    has_id, has_details = given.has("storageAccountId"), given.has("identityBasedRestoreDetails")
    if has_id and has_details:
        yield (
            "$.storageAccountId",
            "does not apply: identityBasedRestoreDetails names the storage account; leave it out",
        )
    if not has_id and not has_details:
        yield (
            "$.storageAccountId",
            "is required (or identityBasedRestoreDetails with identityInfo)",
        )


def _identity(given: Given) -> Found:
    if given.has("identityBasedRestoreDetails") and not given.has("identityInfo"):
        yield "$.identityInfo", "is required with identityBasedRestoreDetails"
    info = given.get("identityInfo")
    if info is None:
        return
    is_system, managed = info.get("isSystemAssignedIdentity"), info.get("managedIdentityResourceId")
    path = "$.identityInfo.managedIdentityResourceId"
    if is_system and managed is not None:
        yield path, "does not apply when isSystemAssignedIdentity is true; leave it out"
    if not is_system and managed is None:
        yield path, "is required unless isSystemAssignedIdentity is true"


def _subnet_in_network(given: Given) -> Found:
    network, subnet = given.get("virtualNetworkId"), given.get("subnetId")
    if network and subnet and not arm_ids.is_below(subnet, network):
        yield "$.subnetId", "must be a subnet of virtualNetworkId"


def _target_vm_in_target_group(given: Given) -> Found:
    group, target = given.get("targetResourceGroupId"), given.get("targetVirtualMachineId")
    if group and target and not arm_ids.is_below(target, group):
        yield "$.targetVirtualMachineId", "must lie in targetResourceGroupId"


def _subscriptions(given: Given) -> Found:
    account, path = given.get("storageAccountId"), "$.storageAccountId"
    if account is None:
        account = given.get("identityBasedRestoreDetails", "targetStorageAccountId")
        path = "$.identityBasedRestoreDetails.targetStorageAccountId"
    is_original = given.recovery_type == "OriginalLocation"
    beside = "sourceResourceId" if is_original else "targetResourceGroupId"
    other = given.get(beside)
    if account and other and arm_ids.subscription_of(account) != arm_ids.subscription_of(other):
        yield path, f"must be in the subscription of {beside}"


def _confirmation(given: Given) -> Found:
    confirm, source = given.get("confirm"), given.get("sourceResourceId")
    if given.recovery_type != "OriginalLocation" or confirm is None or source is None:
        return
    if not arm_ids.same(confirm, arm_ids.name_of(source)):
        yield (
            "$.confirm",
            "must be the VM's name, as in sourceResourceId: OriginalLocation overwrites its disks",
        )


def _recovery_point_id(given: Given) -> Found:
    choice = given.get("recoveryPoint") or {}
    wanted, path = choice.get("id"), "$.recoveryPoint.id"
    if wanted is None:
        return
    others = [name for name in choice if name != "id"]
    if others:
        yield path, f"names the point already; leave out {', '.join(sorted(others))}"
    if not arm_ids.is_name(wanted) and (problem := arm_ids.kind_problem(wanted, "recovery point")):
        hint = texts.id_hint(wanted)
        said = f"{problem}; {hint}" if hint else problem
        yield path, f"{said}; or give the point's name alone"
    elif (
        "/" in wanted
        and given.get("vaultId")
        and not arm_ids.is_below(wanted, given.get("vaultId"))
    ):
        yield path, "must be a recovery point of vaultId"


def _recovery_point_times(given: Given) -> Found:
    choice = given.get("recoveryPoint") or {}
    if "notBefore" in choice and "notAfter" in choice:
        earliest, latest = (_time(choice[name]) for name in ("notBefore", "notAfter"))
        if earliest > latest:
            yield "$.recoveryPoint.notBefore", "must not be later than notAfter"


def _disk_access(given: Given) -> Found:
    access = given.get("targetDiskNetworkAccessSettings")
    if access is None:
        return
    is_private = access["targetDiskNetworkAccessOption"] == "EnablePrivateAccessForAllDisks"
    path = "$.targetDiskNetworkAccessSettings.targetDiskAccessId"
    if is_private and "targetDiskAccessId" not in access:
        yield path, "is required for EnablePrivateAccessForAllDisks"
    if not is_private and "targetDiskAccessId" in access:
        yield path, "applies to EnablePrivateAccessForAllDisks only"


def _cloud_service(given: Given) -> Found:
    is_disks = given.recovery_type in (None, "RestoreDisks")
    if given.get("createNewCloudService") and not is_disks:
        yield "$.createNewCloudService", "belongs to classic VMs; leave it out"


def _luns_once(given: Given) -> Found:
    luns = given.get("restoreDiskLunList") or []
    if twice := _twice(luns):
        yield "$.restoreDiskLunList", f"names LUN {twice[0]} more than once"
    per_disk = given.get(
        "securedVMDetails", "dataDiskEncryptionSettings", "perDiskEncryptionSetIds"
    )
    if twice := _twice([disk["lun"] for disk in per_disk or []]):
        yield (
            "$.securedVMDetails.dataDiskEncryptionSettings.perDiskEncryptionSetIds",
            f"names LUN {twice[0]} more than once",
        )


_RULES: tuple[Callable[[Given], Found], ...] = (
    _one_storage_account,
    _identity,
    _subnet_in_network,
    _target_vm_in_target_group,
    _subscriptions,
    _confirmation,
    _recovery_point_id,
    _recovery_point_times,
    _disk_access,
    _cloud_service,
    _luns_once,
)


def _twice(luns: list[int]) -> list[int]:
    return [lun for lun, count in Counter(luns).items() if count > 1]


def _time(text: str) -> datetime:
    return decode(text, datetime)
