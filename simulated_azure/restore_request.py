"""The restore body, typed: every property of the request in ARM's spelling.

Decoding is strict in types and generous otherwise: properties may be absent or null, and what the
service does not know it ignores. Which of them must or must not be there is in restore_checks.py.
"""

from typing import Annotated, Literal

import msgspec

INSTANT_TYPE = "IaasVMRestoreRequest"
REHYDRATION_TYPE = "IaasVMRestoreWithRehydrationRequest"


RecoveryType = Literal[
    "Invalid", "OriginalLocation", "AlternateLocation", "RestoreDisks", "Offline"
]

Lun = int | Annotated[str, msgspec.Meta(pattern=r"^\d+$")]
"""The Azure CLI writes `"restoreDiskLunList": ["0"]`; both are taken as numbers."""


class Part(msgspec.Struct, kw_only=True, rename="camel"):
    """A JSON object in camel case."""


class IdentityInfo(Part):
    is_system_assigned_identity: bool | None = None
    managed_identity_resource_id: str | None = None


class IdentityBasedRestoreDetails(Part):
    object_type: str | None = None
    target_storage_account_id: str | None = None


class EncryptionDetails(Part):
    encryption_enabled: bool | None = None
    kek_url: str | None = None
    secret_key_url: str | None = None
    kek_vault_id: str | None = None
    secret_key_vault_id: str | None = None


class ExtendedLocation(Part):
    name: str | None = None
    type: Literal["EdgeZone"] | None = None


class DiskEncryptionSet(Part):
    lun: int | None = None
    disk_encryption_set_id: str | None = None


class DataDiskEncryptionSettings(Part):
    per_disk_encryption_set_ids: list[DiskEncryptionSet] | None = None
    data_disk_encryption_set_id: str | None = None
    data_disk_encryption_identity: str | None = None


class SecuredVMDetails(Part):
    secured_vm_os_disk_encryption_set_id: str | None = msgspec.field(
        default=None, name="securedVMOsDiskEncryptionSetId"
    )
    data_disk_encryption_settings: DataDiskEncryptionSettings | None = None


class TargetDiskNetworkAccessSettings(Part):
    target_disk_network_access_option: (
        Literal[
            "SameAsOnSourceDisks",
            "EnablePrivateAccessForAllDisks",
            "EnablePublicAccessForAllDisks",
        ]
        | None
    ) = None
    target_disk_access_id: str | None = None


class RehydrationInfo(Part):
    rehydration_retention_duration: str | None = None
    rehydration_priority: Literal["Standard", "High"] | None = None


class RestoreRequest(Part):
    """`properties` of the POST."""

    object_type: Literal["IaasVMRestoreRequest", "IaasVMRestoreWithRehydrationRequest"]
    recovery_point_id: str | None = None
    recovery_type: RecoveryType | None = None
    source_resource_id: str | None = None
    region: str | None = None
    storage_account_id: str | None = None
    identity_info: IdentityInfo | None = None
    identity_based_restore_details: IdentityBasedRestoreDetails | None = None
    target_resource_group_id: str | None = None
    target_virtual_machine_id: str | None = None
    virtual_network_id: str | None = None
    subnet_id: str | None = None
    zones: list[str] | None = None
    restore_disk_lun_list: list[Lun] | None = None
    restore_with_managed_disks: bool | None = None
    disk_encryption_set_id: str | None = None
    encryption_details: EncryptionDetails | None = None
    original_storage_account_option: bool | None = None
    create_new_cloud_service: bool | None = None
    affinity_group: str | None = None
    target_domain_name_id: str | None = None
    extended_location: ExtendedLocation | None = None
    secured_vm_details: SecuredVMDetails | None = msgspec.field(
        default=None, name="securedVMDetails"
    )
    target_disk_network_access_settings: TargetDiskNetworkAccessSettings | None = None
    resource_guard_operation_requests: list[str] | None = None
    recovery_point_rehydration_info: RehydrationInfo | None = None


class RestoreBody(Part):
    """The whole body: an envelope around `properties`."""

    properties: RestoreRequest


def decode(value: object) -> RestoreRequest:
    """The request inside a body; raises msgspec.ValidationError that names the path."""
    request = msgspec.convert(value, RestoreBody).properties
    if request.restore_disk_lun_list is not None:
        request.restore_disk_lun_list = [int(lun) for lun in request.restore_disk_lun_list]
    return request
