"""What the simulated Azure is made of: resources, settings, and records of work.

Plain mutable structs with snake_case fields and units last; this is also the JSON of
`/simulator/state`, so that its schema is the code. Maps are keyed by lower-cased ARM id. How jobs
move is in jobs.py, what requests do to the state is in the route modules.
"""

from typing import Annotated, Any, Literal

import msgspec

from simulated_azure.parts import Guest, JobError, Moment, Part, Text, Threat

Tier = Literal["Invalid", "InstantRP", "HardenedRP", "ArchivedRP", "IASnapshotRP"]
TierStatus = Literal["Invalid", "Valid", "Disabled", "Deleted", "Rehydrated"]
Tiers = dict[Tier, TierStatus]
Outcome = Literal["Completed", "CompletedWithWarnings", "Failed"]


def _usable_tiers() -> Tiers:
    return {"InstantRP": "Valid", "HardenedRP": "Valid"}


class Disk(Part, kw_only=True, omit_defaults=True):
    """One disk of a VM, or one that a restore has made."""

    lun: int | None = None
    name: str
    size_gb: int = 32
    restored_by_job: str | None = None


class Vm(Part, kw_only=True, omit_defaults=True):
    """A virtual machine that exists now."""

    id: str = ""
    location: str = "westeurope"
    size: str = "Standard_D2s_v5"
    os_type: str = "Linux"
    tags: dict[str, str] = {}
    zones: list[str] = []
    data_luns: list[int] = []
    created_by_job: str | None = None
    disks_replaced_by_job: str | None = None
    kept_luns: list[int] = []  # of the data disks, those that the replacement left alone
    created: Moment | None = None
    started: Moment | None = None
    """When a restore has created or changed it; None: it was always there, and is up."""
    guest: Guest = msgspec.field(default_factory=Guest)


class Point(Part, kw_only=True, omit_defaults=True):
    """One recovery point; `tiers` maps the tier's type to its status."""

    name: str = ""
    time: Moment
    consistency: str = "AppConsistent"
    tiers: Tiers = msgspec.field(default_factory=_usable_tiers)
    soft_deleted: bool = False
    managed: bool = True
    encrypted: bool = False
    original_storage_account_option: bool = False
    zones: list[str] = []
    private_access: bool = False
    extended_location: str | None = None
    security_type: str = "None"
    threat_status: str | None = None
    threats: list[Threat] = []
    expiry_time: Moment | None = None
    os_type: str = "Linux"
    size: str = "Standard_D2s_v5"
    storage_type: str = "PremiumVMOnPartialPremiumStorage"
    disks: list[Disk] = []
    """What the point holds; none means that nobody is told."""
    excluded_disks: list[Disk] = []
    """What else the VM had when it was backed up."""


class Item(Part, kw_only=True, omit_defaults=True):
    """One protected item: a VM's backups in a vault; the VM may be gone."""

    vm_id: str = ""
    protection_state: str = "Protected"
    health_status: str = "Passed"
    soft_deleted: bool = False
    policy: str = "daily-30-days"
    points: dict[str, Point] = {}


class Vault(Part, kw_only=True, omit_defaults=True):
    """A Recovery Services vault."""

    id: str = ""
    location: str = "westeurope"
    storage_type: str = "GeoRedundant"
    cross_region_restore: bool = False
    cross_subscription_restore: str | None = None
    customer_managed_key: bool = False
    system_identity: bool = False
    """Whether the vault has an identity of its own, as identity-based restores need."""
    resource_guard: str | None = None
    """The id of the Resource Guard that protects restores from this vault."""
    items: dict[str, Item] = {}


class StorageAccount(Part, kw_only=True, omit_defaults=True):
    """A storage account that restores can stage through."""

    id: str = ""
    location: str = "westeurope"
    sku: str = "Standard_LRS"
    kind: str = "StorageV2"


class Network(Part, kw_only=True, omit_defaults=True):
    """A virtual network and the names of its subnets."""

    id: str = ""
    location: str = "westeurope"
    subnets: list[str] = msgspec.field(default_factory=lambda: ["default"])


class JobPlan(Part, kw_only=True, omit_defaults=True):
    """How some jobs differ from the rest; the first plan that matches a job counts."""

    vm: str | None = None
    """Source VM, by name or id; none means any."""
    recovery_type: str | None = None
    duration_s: float | None = None
    outcome: Outcome | None = None
    error: JobError | None = None
    fails_at_share: float | None = None
    failed_task: str | None = None
    operation_error: Text | None = None
    """The operation fails with this, and there is no job."""
    guest: Guest | None = None


class JobSettings(Part, kw_only=True):
    """How restores proceed."""

    duration_s: float = 1500
    """How long a job takes by the clock; 25 min is what was measured."""
    transfer_share: float = 0.9
    """The part of it that is data transfer, during which a job can be cancelled."""
    rehydration_s: float = 10800
    """How long a job waits for an archived point before it transfers anything."""
    outcome: Outcome = "Completed"
    error: JobError | None = None
    """For jobs that do not simply complete; none means a plausible one."""
    fails_at_share: float = 0.5
    """When in its duration a job fails."""
    failed_task: str | None = None
    """The name of a task that fails in a job which goes on to its end all the same."""
    cancel_s: float = 10
    operation_s: float = 1
    """From the accepted POST until the operation has succeeded."""
    read_lag_s: float = 0
    """How long after its start a job is still 404."""
    list_lag_s: float = 0
    """How long after its start a job is still missing from lists."""
    guest: Guest = msgspec.field(default_factory=Guest)
    """How the VMs come up."""
    job_id_is_operation_id: bool = False
    job_type: Literal["AzureIaaSVMJob", "AzureIaaSVMJobV2"] = "AzureIaaSVMJob"
    plans: list[JobPlan] = []


class ServiceSettings(Part, kw_only=True):
    """How the service answers."""

    page_size: Annotated[int, msgspec.Meta(ge=1)] = 200
    points_order: Literal["newest_first", "oldest_first", "shuffled"] = "newest_first"
    retry_after_s: int | None = None
    sign_urls: bool = True
    signed_url_life_s: float | None = None
    header_api_version: str | None = None
    """The api-version inside poll URLs; none means the one of the request."""
    refuse_fields_of_other_types: bool = True
    """Whether a target field that the recovery type does not take is an error, or ignored."""
    refuse_unknown_resources: bool = False
    """Whether staging accounts and networks must be in the state."""
    quota_enforced: bool = False
    """Whether reads past the quota get 429; it is counted in any case."""
    quota_job_reads: int = 250
    quota_operation_reads: int = 1100
    quota_window_s: float = 3600


class OperationRecord(Part, kw_only=True, omit_defaults=True):
    """One asynchronous operation that was accepted."""

    id: str
    kind: Literal["restore", "cancel", "validate"]
    vault_id: str
    item_path: str = ""
    start: Moment
    done: Moment
    job_id: str | None = None
    error: Text | None = None
    findings: list[Text] = []


class JobRecord(Part, kw_only=True, omit_defaults=True):
    """One restore job: what was asked and what is to become of it."""

    id: str
    operation_id: str
    activity_id: str
    vault_id: str
    vm_id: str
    point: str
    recovery_type: str
    request: dict[str, Any]
    start: Moment
    duration_s: float
    transfer_share: float
    rehydration_s: float = 0
    outcome: Outcome
    error: JobError | None = None
    fails_at_share: float = 1
    failed_task: str | None = None
    guest: Guest = msgspec.field(default_factory=Guest)
    cancel_s: float
    cancelled: Moment | None = None
    settled: bool = False
    """Whether its effects on VMs and disks have been applied."""


class State(Part, kw_only=True):
    """Everything; `restored_disks` is keyed by the target resource group."""

    groups: list[str] = []
    """Resource groups that hold nothing else; others are known by what is in them."""
    vaults: dict[str, Vault] = {}
    vms: dict[str, Vm] = {}
    storage_accounts: dict[str, StorageAccount] = {}
    networks: dict[str, Network] = {}
    restored_disks: dict[str, list[Disk]] = {}
    jobs: JobSettings = msgspec.field(default_factory=JobSettings)
    service: ServiceSettings = msgspec.field(default_factory=ServiceSettings)
    job_records: dict[str, JobRecord] = {}
    operation_records: dict[str, OperationRecord] = {}
