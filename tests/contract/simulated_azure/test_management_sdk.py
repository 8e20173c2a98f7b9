"""Microsoft's own management library, unmodified, works against the simulated vault."""

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.recoveryservicesbackup import RecoveryServicesBackupClient, models

from devhost.clock import VirtualClock
from simulated_azure import seed
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator
from tests.contract.simulated_azure.sdk import GROUP, PLACE, VAULT, client_of


@pytest.fixture
def backup(simulator: Simulator) -> Iterator[RecoveryServicesBackupClient]:
    with (
        ThreadedVaultServer(simulator) as url,
        client_of(RecoveryServicesBackupClient, url) as client,
    ):
        yield client


def _points(backup: RecoveryServicesBackupClient) -> list[Any]:
    return list(backup.recovery_points.list(**PLACE))


def _request(point: Any) -> models.RestoreRequestResource:
    return models.RestoreRequestResource(
        properties=models.IaasVMRestoreRequest(
            recovery_point_id=point.name,
            recovery_type="AlternateLocation",
            source_resource_id=seed.vm_id("web-01"),
            region=seed.REGION,
            storage_account_id=seed.STAGING_ID,
            target_resource_group_id=seed.TARGET_GROUP,
            target_virtual_machine_id=seed.target_vm_id("by-sdk"),
            virtual_network_id=seed.NETWORK_ID,
            subnet_id=seed.SUBNET_ID,
            create_new_cloud_service=False,
            original_storage_account_option=False,
        )
    )


def _trigger(backup: RecoveryServicesBackupClient) -> dict[str, str]:
    """Start a restore and return the raw headers, as the Azure CLI does."""
    point = _points(backup)[0]
    poller: Any = backup.restores.begin_trigger(
        **PLACE,
        recovery_point_id=point.name,
        parameters=_request(point),
        polling=False,
        cls=lambda raw, _body, _headers: raw,
    )
    return dict(poller.result().http_response.headers)


def _status(backup: RecoveryServicesBackupClient, job_id: str) -> str:
    job: Any = backup.job_details.get(VAULT, GROUP, job_id)
    return str(job.properties.status)


def _advance(simulator: Simulator, seconds: float) -> None:
    assert isinstance(simulator.clock, VirtualClock)
    simulator.clock.advance(seconds)


def test_it_lists_items_and_recovery_points_over_pages(
    backup: RecoveryServicesBackupClient, simulator: Simulator
) -> None:
    simulator.state.service.page_size = 3
    items: list[Any] = list(
        backup.backup_protected_items.list(
            VAULT, GROUP, filter="backupManagementType eq 'AzureIaasVM' and itemType eq 'VM'"
        )
    )
    assert len(items) == 9
    # The library has no class for this type of its own list: fields go by their wire names.
    assert items[0].properties.protected_item_type == "Microsoft.Compute/virtualMachines"
    assert items[0].properties["friendlyName"] == "web-01"
    points: list[Any] = _points(backup)
    assert len(points) == 8
    newest: Any = points[0].properties
    assert type(newest).__name__ == "IaasVMRecoveryPoint"
    assert newest.recovery_point_tier_details[0].type == "InstantRP"
    assert newest.recovery_point_time < simulator.clock.now()


def test_it_triggers_a_restore_and_finds_the_job_by_the_raw_headers(
    backup: RecoveryServicesBackupClient, simulator: Simulator
) -> None:
    headers = {name.lower(): value for name, value in _trigger(backup).items()}
    operation = headers["azure-asyncoperation"].split("?")[0].rsplit("/", 1)[-1]
    running = backup.backup_operation_statuses.get(VAULT, GROUP, operation)
    assert running.status == "InProgress"
    _advance(simulator, 1)
    status = backup.protected_item_operation_statuses.get(**PLACE, operation_id=operation)
    assert status.status == "Succeeded"
    created: Any = status.properties
    assert type(created).__name__ == "OperationStatusJobExtendedInfo"
    job: Any = backup.job_details.get(VAULT, GROUP, created.job_id)
    assert type(job.properties).__name__ == "AzureIaaSVMJob"
    assert job.properties.status == "InProgress"
    assert job.properties.extended_info.internal_property_bag == {
        "restoreLocationType": "AlternateLocation"
    }
    _advance(simulator, 1500)
    jobs: list[Any] = list(backup.backup_jobs.list(VAULT, GROUP, filter="operation eq 'Restore'"))
    assert [(one.name, one.properties.status) for one in jobs] == [(job.name, "Completed")]


def test_its_poller_ends_without_a_result(
    backup: RecoveryServicesBackupClient, simulator: Simulator
) -> None:
    point = _points(backup)[0]
    simulator.state.jobs.operation_s = 0
    poller = backup.restores.begin_trigger(
        **PLACE, recovery_point_id=point.name, parameters=_request(point), polling_interval=0
    )
    assert poller.result(timeout=10) is None
    assert poller.status() == "Succeeded"


def test_it_cancels_a_job_and_is_told_when_it_is_too_late(
    backup: RecoveryServicesBackupClient, simulator: Simulator
) -> None:
    _trigger(backup)
    job: Any = next(iter(backup.backup_jobs.list(VAULT, GROUP)))
    backup.job_cancellations.trigger(VAULT, GROUP, job.name)
    assert _status(backup, job.name) == "Cancelling"
    _advance(simulator, 10)
    assert _status(backup, job.name) == "Cancelled"
    with pytest.raises(HttpResponseError, match="not in a cancellable state"):
        backup.job_cancellations.trigger(VAULT, GROUP, job.name)


def test_it_reads_backup_status_redundancy_and_guards(
    backup: RecoveryServicesBackupClient,
) -> None:
    question = models.BackupStatusRequest(resource_type="VM", resource_id=seed.vm_id("db-01"))
    status = backup.backup_status.get(seed.REGION, question)
    assert (status.protection_status, status.fabric_name) == ("Protected", "Azure")
    config: Any = backup.backup_resource_storage_configs_non_crr.get(VAULT, GROUP)
    assert config.properties.storage_type == "GeoRedundant"
    assert list(backup.resource_guard_proxies.get(VAULT, GROUP)) == []


def test_its_errors_carry_arms_code(backup: RecoveryServicesBackupClient) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        backup.job_details.get("no-vault", GROUP, "1")
    assert caught.value.error is not None
    assert caught.value.error.code == "ResourceNotFound"
    point = _points(backup)[0]
    request = _request(point)
    assert request.properties is not None
    request.properties["region"] = "northeurope"
    with pytest.raises(HttpResponseError, match="BMSUserErrorInvalidInput"):
        backup.restores.begin_trigger(
            **PLACE, recovery_point_id=point.name, parameters=request, polling=False
        )


def test_it_validates_a_restore_beforehand(backup: RecoveryServicesBackupClient) -> None:
    point = _points(backup)[0]
    asked = models.ValidateOperationRequestResource(
        id=point.id,
        properties=models.ValidateIaasVMRestoreOperationRequest(
            restore_request=_request(point).properties
        ),
    )
    answer = backup.operation.validate(VAULT, GROUP, asked)
    assert answer.validate_operation_response is not None
    assert answer.validate_operation_response.validation_results == []
