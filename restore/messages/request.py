"""The request to restore one VM: a union of three structs, told apart by `recoveryType`.

A field that a struct does not have is forbidden for that recovery type, a field without a default
is required, and an id's type says what it is the id of: parsing.py and validation.py read their
tables off these classes. Names and meanings are ARM's own (IaasVMRestoreRequest), except those that
are ours: requestId, vaultId, recoveryPoint, incidentAt, confirm, deadline, planHash, planOnly and
verify. Rules between fields live in cross_field_rules.py, those that need the recovery point in
arm_body.py.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

from restore.messages.field_types import (
    Age,
    Consistency,
    Deadline,
    DiskAccess,
    DiskAccessId,
    DiskEncryptionSetId,
    GroupId,
    GuardRequestId,
    IdentityId,
    KeyVaultId,
    Lun,
    Name,
    NetworkId,
    PlanHash,
    RequestId,
    Retention,
    StorageAccountId,
    SubnetId,
    Text,
    Tier,
    Time,
    Url,
    VaultId,
    VmId,
    Zone,
)
from restore.messages.verification import Verify
from restore.values.structs import StrictModel
from restore.values.times import seconds_of


class RecoveryPointChoice(StrictModel, frozen=True, kw_only=True):
    """Which recovery point to restore. Absent: the newest that Azure can restore."""

    id: Name | None = None
    """The point's name or its ARM id; then nothing else may be said."""
    not_after: Time | None = None
    not_before: Time | None = None
    max_age: Age | None = None
    """Counted back from now."""
    consistency: Consistency | None = None
    """The least that is acceptable."""
    preferred_consistency: Consistency | None = None
    """A newer point of less is taken only when no acceptable point has this."""
    tier: Tier | None = None
    """Preferred: another one is taken when no acceptable point has it."""


class ItemQuery(StrictModel, frozen=True, kw_only=True):
    """Whose recovery points are to be shown."""

    source_resource_id: VmId
    vault_id: VaultId | None = None
    incident_at: Time | None = None
    """As a restore's: which point would be chosen, and what would be lost."""
    continuation_token: Text | None = None
    """Of the page before; absent: the first page."""


class IdentityInfo(StrictModel, frozen=True, kw_only=True):
    """The vault's identity that reaches the staging storage account."""

    is_system_assigned_identity: bool | None = None
    managed_identity_resource_id: IdentityId | None = None


class IdentityBasedRestoreDetails(StrictModel, frozen=True, kw_only=True):
    """The staging storage account, reached by identity; replaces storageAccountId."""

    target_storage_account_id: StorageAccountId
    object_type: Text | None = None


class EncryptionDetails(StrictModel, frozen=True, kw_only=True):
    """Keys of a VM encrypted with Azure Disk Encryption."""

    encryption_enabled: bool | None = None
    kek_url: Url | None = None
    secret_key_url: Url | None = None
    kek_vault_id: KeyVaultId | None = None
    secret_key_vault_id: KeyVaultId | None = None


class ExtendedLocation(StrictModel, frozen=True, kw_only=True):
    """An edge zone."""

    name: Text
    type: Text


class PerDiskEncryptionSetId(StrictModel, frozen=True, kw_only=True):
    """The disk encryption set of one data disk."""

    lun: Lun
    disk_encryption_set_id: DiskEncryptionSetId


class DataDiskEncryptionSettings(StrictModel, frozen=True, kw_only=True):
    """Encryption of a confidential VM's data disks; the list wins over the single id."""

    per_disk_encryption_set_ids: (
        Annotated[tuple[PerDiskEncryptionSetId, ...], Meta(max_length=64)] | None
    ) = None
    data_disk_encryption_set_id: DiskEncryptionSetId | None = None
    data_disk_encryption_identity: IdentityId | None = None


class SecuredVmDetails(StrictModel, frozen=True, kw_only=True):
    """Encryption of a confidential VM."""

    os_disk_encryption_set_id: DiskEncryptionSetId | None = field(
        default=None, name="securedVMOsDiskEncryptionSetId"
    )
    data_disk_encryption_settings: DataDiskEncryptionSettings | None = None


class TargetDiskNetworkAccessSettings(StrictModel, frozen=True, kw_only=True):
    """Who may reach the restored disks; needed when the source's disks have private access."""

    target_disk_network_access_option: DiskAccess
    target_disk_access_id: DiskAccessId | None = None


class RehydrationInfo(StrictModel, frozen=True, kw_only=True, omit_defaults=False):
    """Allows a point that is in the archive only; the restore then takes hours longer."""

    rehydration_priority: Literal["Standard", "High"]
    rehydration_retention_duration: Retention = "P15D"
    """How long the rehydrated copy is kept; the default is Azure CLI's."""


class _Restore(StrictModel, frozen=True, kw_only=True, tag_field="recoveryType"):
    """The fields of every recovery type."""

    request_id: RequestId
    source_resource_id: VmId
    vault_id: VaultId | None = None
    recovery_point: RecoveryPointChoice = RecoveryPointChoice()
    incident_at: Time | None = None
    """When that began which is to be undone: a point must be from before it, unless notAfter or an
    id says otherwise, and the data-loss window ends there."""
    deadline: Deadline = "PT24H"
    plan_hash: PlanHash | None = None
    """Of a plan that was looked at: whatever is otherwise by now is refused."""
    plan_only: bool = False
    """Answer with a plan; restore nothing."""
    region: Text | None = None
    storage_account_id: StorageAccountId | None = None
    identity_info: IdentityInfo | None = None
    identity_based_restore_details: IdentityBasedRestoreDetails | None = None
    restore_disk_lun_list: Annotated[tuple[Lun, ...], Meta(max_length=64)] | None = None
    """None: all disks. Empty: the OS disk only."""
    encryption_details: EncryptionDetails | None = None
    original_storage_account_option: bool = False
    create_new_cloud_service: bool = False
    extended_location: ExtendedLocation | None = None
    secured_vm_details: SecuredVmDetails | None = field(default=None, name="securedVMDetails")
    target_disk_network_access_settings: TargetDiskNetworkAccessSettings | None = None
    resource_guard_operation_requests: (
        Annotated[tuple[GuardRequestId, ...], Meta(max_length=16)] | None
    ) = None
    recovery_point_rehydration_info: RehydrationInfo | None = None

    @property
    def recovery_type(self) -> str:
        """ARM's name of the recovery type."""
        return type(self).__name__

    @property
    def deadline_s(self) -> float:
        """How long the job is followed."""
        return seconds_of(self.deadline)


class RestoreDisks(_Restore, frozen=True, kw_only=True, tag="RestoreDisks"):
    """New disks, no VM."""

    target_resource_group_id: GroupId | None = None
    """Needed for managed disks, unless restoreWithManagedDisks says false on purpose."""
    restore_with_managed_disks: bool | None = None
    zones: Annotated[tuple[Zone, ...], Meta(min_length=1, max_length=1)] | None = None
    disk_encryption_set_id: DiskEncryptionSetId | None = None


class OriginalLocation(_Restore, frozen=True, kw_only=True, tag="OriginalLocation"):
    """Azure replaces the disks of the existing VM."""

    confirm: Name
    """The VM's name, echoed, for this type destroys."""
    verify: Verify | None = None


class AlternateLocation(_Restore, frozen=True, kw_only=True, tag="AlternateLocation"):
    """A new VM."""

    target_resource_group_id: GroupId
    target_virtual_machine_id: VmId
    virtual_network_id: NetworkId
    subnet_id: SubnetId
    zones: Annotated[tuple[Zone, ...], Meta(min_length=1, max_length=1)] | None = None
    disk_encryption_set_id: DiskEncryptionSetId | None = None
    verify: Verify | None = None


RestoreRequest = RestoreDisks | OriginalLocation | AlternateLocation


def probe_of(request: RestoreRequest) -> str | None:
    """Return the address of the probe that a request asks for, if it asks for one."""
    verify = None if isinstance(request, RestoreDisks) else request.verify
    return verify.probe if verify else None


REQUEST_TYPES: dict[str, type[RestoreRequest]] = {
    kind.__name__: kind for kind in (RestoreDisks, OriginalLocation, AlternateLocation)
}
