"""The table of what is served: every path, its handler, its quota and its provider."""

from simulated_azure import job_routes, resource_routes, restore_routes, validate_routes
from simulated_azure.routing import Route

_GROUP = "/subscriptions/{sub}/resourceGroups/{rg}/providers"
_VAULT = _GROUP + "/Microsoft.RecoveryServices/vaults/{vault}"
_ITEM = _VAULT + "/backupFabrics/{fabric}/protectionContainers/{container}/protectedItems/{item}"
_POINT = _ITEM + "/recoveryPoints/{point}"
_REGION = "/subscriptions/{sub}/providers/Microsoft.RecoveryServices/locations/{region}"

ROUTES = (
    Route(
        "vm",
        "GET",
        _GROUP + "/Microsoft.Compute/virtualMachines/{vm}",
        resource_routes.read_vm,
        provider="compute",
    ),
    Route("vault", "GET", _VAULT, resource_routes.read_vault, provider="vaults"),
    Route(
        "backup_status",
        "POST",
        _REGION + "/backupStatus",
        resource_routes.read_backup_status,
        "writes",
    ),
    Route(
        "protected_items",
        "GET",
        _VAULT + "/backupProtectedItems",
        resource_routes.list_protected_items,
        "job_reads",
    ),
    Route("protected_item", "GET", _ITEM, resource_routes.read_protected_item, "job_reads"),
    Route(
        "recovery_points",
        "GET",
        _ITEM + "/recoveryPoints",
        resource_routes.list_recovery_points,
        "operation_reads",
    ),
    Route("recovery_point", "GET", _POINT, resource_routes.read_recovery_point, "operation_reads"),
    Route("restore", "POST", _POINT + "/restore", restore_routes.trigger_restore, "writes"),
    Route(
        "operation_status",
        "GET",
        _ITEM + "/operationsStatus/{op}",
        restore_routes.read_operation,
        "operation_reads",
    ),
    Route(
        "operation_result",
        "GET",
        _ITEM + "/operationResults/{op}",
        restore_routes.read_operation_result,
        "operation_reads",
    ),
    Route(
        "backup_operation",
        "GET",
        _VAULT + "/backupOperations/{op}",
        restore_routes.read_operation,
        "operation_reads",
    ),
    Route(
        "backup_operation_result",
        "GET",
        _VAULT + "/backupOperationResults/{op}",
        restore_routes.read_operation_result,
        "operation_reads",
    ),
    Route("jobs", "GET", _VAULT + "/backupJobs", job_routes.list_jobs, "job_reads"),
    Route("job", "GET", _VAULT + "/backupJobs/{job}", job_routes.read_job, "job_reads"),
    Route("cancel", "POST", _VAULT + "/backupJobs/{job}/cancel", job_routes.cancel_job, "writes"),
    Route(
        "cancel_result",
        "GET",
        _VAULT + "/backupJobs/{job}/operationResults/{op}",
        job_routes.read_cancel_result,
        "operation_reads",
    ),
    Route(
        "validate", "POST", _VAULT + "/backupValidateOperation", validate_routes.validate, "writes"
    ),
    Route(
        "trigger_validate",
        "POST",
        _VAULT + "/backupTriggerValidateOperation",
        validate_routes.trigger_validate,
        "writes",
    ),
    Route(
        "validate_status",
        "GET",
        _VAULT + "/backupValidateOperationsStatuses/{op}",
        restore_routes.read_operation,
        "operation_reads",
    ),
    Route(
        "validate_result",
        "GET",
        _VAULT + "/backupValidateOperationResults/{op}",
        validate_routes.read_validate_result,
        "operation_reads",
    ),
    Route(
        "guard_proxies",
        "GET",
        _VAULT + "/backupResourceGuardProxies",
        resource_routes.list_guard_proxies,
        "operation_reads",
    ),
    Route(
        "storage_config",
        "GET",
        _VAULT + "/backupstorageconfig/vaultstorageconfig",
        resource_routes.read_storage_config,
        "operation_reads",
    ),
)
