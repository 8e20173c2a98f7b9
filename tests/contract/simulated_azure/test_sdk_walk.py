"""A walk over what the Azure CLI and restore tools ask of Microsoft's management libraries.

The list below is the promise: each of these operations is served. To extend the simulated Azure,
write the operation down here first.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.recoveryservices import RecoveryServicesClient
from azure.mgmt.recoveryservicesbackup import RecoveryServicesBackupClient, models

from devhost.clock import VirtualClock
from simulated_azure import names, seed
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator
from tests.contract.simulated_azure.sdk import GROUP, IN_VAULT, PLACE, VAULT, client_of

GUARD = f"{seed.VAULT_GROUP}/providers/Microsoft.DataProtection/resourceGuards/guard"
TARGET = seed.target_vm_id("walked")


class Walk(SimpleNamespace):
    """The clients, and what one restore has left for the others to look at."""

    backup: RecoveryServicesBackupClient
    vaults: RecoveryServicesClient
    compute: ComputeManagementClient
    point: str
    operation: str
    cancel: str
    job: str
    validation: str
    disk: str


def _ends(poller: Any) -> str:
    """Wait for a poller; what comes out of it is nothing, even in Azure."""
    poller.result(timeout=10)
    return str(poller.status())


def _restore(target: str = "") -> models.IaasVMRestoreRequest:
    request = models.IaasVMRestoreRequest(
        recovery_type="AlternateLocation" if target else "RestoreDisks",
        source_resource_id=seed.vm_id("web-01"),
        region=seed.REGION,
        storage_account_id=seed.STAGING_ID,
        target_resource_group_id=seed.TARGET_GROUP,
        create_new_cloud_service=False,
        original_storage_account_option=False,
        resource_guard_operation_requests=[f"{GUARD}/triggerRestoreRequests/default"],
    )
    if target:
        request.target_virtual_machine_id = target
        request.virtual_network_id, request.subnet_id = seed.NETWORK_ID, seed.SUBNET_ID
    return request


def _validation(walk: Walk) -> models.ValidateOperationRequestResource:
    request = _restore()
    request.recovery_point_id = walk.point
    path = f"{seed.VAULT_ID}/backupFabrics/Azure/protectionContainers/{PLACE['container_name']}"
    return models.ValidateOperationRequestResource(
        id=f"{path}/protectedItems/{PLACE['protected_item_name']}/recoveryPoints/{walk.point}",
        properties=models.ValidateIaasVMRestoreOperationRequest(restore_request=request),
    )


def _trigger(walk: Walk, target: str = "", **options: Any) -> Any:
    request = _restore(target)
    request.recovery_point_id = walk.point
    return walk.backup.restores.begin_trigger(
        **PLACE,
        recovery_point_id=walk.point,
        parameters=models.RestoreRequestResource(properties=request),
        **options,
    )


OPERATIONS: dict[str, Callable[[Walk], object]] = {
    "Vaults_ListBySubscriptionId": lambda w: list(w.vaults.vaults.list_by_subscription_id()),
    "Vaults_ListByResourceGroup": lambda w: list(w.vaults.vaults.list_by_resource_group(GROUP)),
    "Vaults_Get": lambda w: w.vaults.vaults.get(GROUP, VAULT),
    "BackupProtectionContainers_List": lambda w: list(
        w.backup.backup_protection_containers.list(
            **IN_VAULT, filter="backupManagementType eq 'AzureIaasVM'"
        )
    ),
    "ProtectionContainers_Get": lambda w: w.backup.protection_containers.get(
        **IN_VAULT, fabric_name="Azure", container_name=PLACE["container_name"]
    ),
    "BackupProtectedItems_List": lambda w: list(w.backup.backup_protected_items.list(**IN_VAULT)),
    "ProtectedItems_Get": lambda w: w.backup.protected_items.get(**PLACE),
    "BackupStatus_Get": lambda w: w.backup.backup_status.get(
        seed.REGION,
        models.BackupStatusRequest(resource_type="VM", resource_id=seed.vm_id("web-01")),
    ),
    "RecoveryPoints_List": lambda w: list(w.backup.recovery_points.list(**PLACE)),
    "RecoveryPoints_Get": lambda w: w.backup.recovery_points.get(
        **PLACE, recovery_point_id=w.point
    ),
    "RecoveryPointsRecommendedForMove_List": lambda w: [
        "asked",
        *w.backup.recovery_points_recommended_for_move.list(
            **PLACE, parameters=models.ListRecoveryPointsRecommendedForMoveRequest()
        ),
    ],
    "BackupPolicies_List": lambda w: list(w.backup.backup_policies.list(**IN_VAULT)),
    "ProtectionPolicies_Get": lambda w: w.backup.protection_policies.get(
        **IN_VAULT, policy_name="daily-30-days"
    ),
    "BackupResourceStorageConfigsNonCRR_Get": lambda w: (
        w.backup.backup_resource_storage_configs_non_crr.get(**IN_VAULT)
    ),
    "BackupResourceVaultConfigs_Get": lambda w: w.backup.backup_resource_vault_configs.get(
        **IN_VAULT
    ),
    "BackupResourceEncryptionConfigs_Get": lambda w: (
        w.backup.backup_resource_encryption_configs.get(**IN_VAULT)
    ),
    "ResourceGuardProxies_Get": lambda w: list(w.backup.resource_guard_proxies.get(**IN_VAULT)),
    "ResourceGuardProxy_Get": lambda w: w.backup.resource_guard_proxy.get(
        **IN_VAULT, resource_guard_proxy_name="VaultProxy"
    ),
    "Operation_Validate": lambda w: w.backup.operation.validate(
        **IN_VAULT, parameters=_validation(w)
    ),
    "ValidateOperation_Trigger": lambda w: _ends(
        w.backup.validate_operation.begin_trigger(
            **IN_VAULT, parameters=_validation(w), polling_interval=0
        )
    ),
    "ValidateOperationStatuses_Get": lambda w: w.backup.validate_operation_statuses.get(
        **IN_VAULT, operation_id=w.validation
    ),
    "ValidateOperationResults_Get": lambda w: w.backup.validate_operation_results.get(
        **IN_VAULT, operation_id=w.validation
    ),
    "Restores_Trigger": lambda w: _ends(_trigger(w, polling_interval=0)),
    "BackupOperationStatuses_Get": lambda w: w.backup.backup_operation_statuses.get(
        **IN_VAULT, operation_id=w.operation
    ),
    "BackupOperationResults_Get": lambda w: (
        w.backup.backup_operation_results.get(**IN_VAULT, operation_id=w.operation) is None
    ),
    "ProtectedItemOperationStatuses_Get": lambda w: w.backup.protected_item_operation_statuses.get(
        **PLACE, operation_id=w.operation
    ),
    "ProtectedItemOperationResults_Get": lambda w: (
        w.backup.protected_item_operation_results.get(**PLACE, operation_id=w.operation) is None
    ),
    "BackupJobs_List": lambda w: list(
        w.backup.backup_jobs.list(**IN_VAULT, filter="operation eq 'Restore'")
    ),
    "JobDetails_Get": lambda w: w.backup.job_details.get(**IN_VAULT, job_name=w.job),
    "JobCancellations_Trigger": lambda w: (
        w.backup.job_cancellations.trigger(**IN_VAULT, job_name=w.cancel) is None
    ),
    "JobOperationResults_Get": lambda w: _cancelled(w) is None,
    "VirtualMachines_Get": lambda w: w.compute.virtual_machines.get(
        "rg-restored", "walked", expand="instanceView"
    ),
    "VirtualMachines_InstanceView": lambda w: w.compute.virtual_machines.instance_view(
        "rg-restored", "walked"
    ),
    "VirtualMachines_List": lambda w: list(w.compute.virtual_machines.list("rg-restored")),
    "VirtualMachines_ListAll": lambda w: list(w.compute.virtual_machines.list_all()),
    "Disks_ListByResourceGroup": lambda w: list(
        w.compute.disks.list_by_resource_group("rg-restored")
    ),
    "Disks_List": lambda w: list(w.compute.disks.list()),
    "Disks_Get": lambda w: w.compute.disks.get("rg-restored", w.disk),
}
"""The operations by the ids that Microsoft's OpenAPI files give them; each gives something."""


def _cancelled(walk: Walk) -> object:
    """What became of a cancel, whose operation id only the raw reply has."""
    jobs: list[Any] = list(walk.backup.backup_jobs.list(**IN_VAULT))
    running = next(job for job in jobs if job.properties.status == "InProgress")
    raw: Any = walk.backup.job_cancellations.trigger(
        **IN_VAULT, job_name=running.name, cls=lambda raw, _body, _headers: raw
    )
    url = raw.http_response.headers["Location"]
    operation = url.split("?")[0].rsplit("/", 1)[-1]
    return walk.backup.job_operation_results.get(
        **IN_VAULT, job_name=running.name, operation_id=operation
    )


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    simulator = Simulator(VirtualClock())
    simulator.state.jobs.operation_s = 0
    simulator.state.vaults[names.key(seed.VAULT_ID)].resource_guard = GUARD
    return simulator


@pytest.fixture(scope="module")
def walk(simulator: Simulator) -> Iterator[Walk]:
    with ThreadedVaultServer(simulator) as url:
        walk = Walk(
            backup=client_of(RecoveryServicesBackupClient, url),
            vaults=client_of(RecoveryServicesClient, url),
            compute=client_of(ComputeManagementClient, url),
        )
        with walk.backup, walk.vaults, walk.compute:
            points: list[Any] = list(walk.backup.recovery_points.list(**PLACE))
            walk.point = points[1].name
            _leave_traces(walk, simulator)
            yield walk


def _leave_traces(walk: Walk, simulator: Simulator) -> None:
    """One VM restored, two restores that run, and a validation that is over."""
    _ends(_trigger(walk, TARGET, polling_interval=0))
    assert isinstance(simulator.clock, VirtualClock)
    simulator.clock.advance(1500)
    for _ in range(2):
        _ends(_trigger(walk, polling_interval=0))
    jobs: list[Any] = list(walk.backup.backup_jobs.list(**IN_VAULT))
    walk.cancel, walk.job = jobs[0].name, jobs[-1].name
    record = simulator.state.job_records[walk.job]
    walk.operation = record.operation_id
    walk.disk = simulator.state.restored_disks[names.key(seed.TARGET_GROUP)][0].name
    walk.backup.validate_operation.begin_trigger(
        **IN_VAULT, parameters=_validation(walk), polling=False
    )
    *_, validation = simulator.state.operation_records
    walk.validation = validation


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_is_served_and_gives_something(
    walk: Walk, simulator: Simulator, operation: str
) -> None:
    before = simulator.log.seen
    assert OPERATIONS[operation](walk), operation
    assert [one["path"] for one in simulator.log.select()[before:] if not one["operation"]] == []
    assert simulator.log.seen > before


def test_the_walk_notices_what_is_not_served(walk: Walk, simulator: Simulator) -> None:
    with pytest.raises(Exception, match="InvalidResourceType"):
        list(walk.backup.backup_engines.list(**IN_VAULT))
    assert not simulator.log.select()[-1]["operation"]
