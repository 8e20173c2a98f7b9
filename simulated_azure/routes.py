"""The table of what is served: every path, its handler, its quota and its provider.

A row is a name, which faults and the request log use, the method and path, and the handler.
"""

from collections.abc import Iterator
from typing import Any

from simulated_azure import graph_routes
from simulated_azure.job_routes import cancel_job, list_jobs, read_cancel_result, read_job
from simulated_azure.resource_routes import (
    list_protected_items,
    list_recommended_for_move,
    list_recovery_points,
    read_backup_status,
    read_protected_item,
    read_recovery_point,
)
from simulated_azure.resources import (
    CLASSIC_STORAGE_ACCOUNTS,
    DISKS,
    NETWORKS,
    STORAGE_ACCOUNTS,
    VAULTS,
    VMS,
    Kind,
    read_instance_view,
    read_vm,
)
from simulated_azure.restore_routes import read_operation, read_operation_result, trigger_restore
from simulated_azure.routing import Handler, Provider, Quota, Route
from simulated_azure.scope_routes import (
    has_group,
    list_groups,
    list_resources,
    list_subnets,
    list_subscriptions,
    list_tenants,
    read_group,
    read_provider,
    read_subnet,
    read_subscription,
)
from simulated_azure.validate_routes import read_validate_result, trigger_validate, validate
from simulated_azure.vault_bodies import (
    encryption_config,
    guard_proxies,
    policies,
    storage_config,
    vault_config,
    vault_resource,
)
from simulated_azure.vault_routes import (
    list_containers,
    lists,
    read_container,
    reads,
    reads_one_of,
)

_SUB = "/subscriptions/{sub}"
_GROUPS = f"{_SUB}/resourceGroups"
_GROUP = _GROUPS + "/{rg}"
_LOCATION = _SUB + "/providers/Microsoft.RecoveryServices/locations/{region}"
_VAULT = _GROUP + "/providers/Microsoft.RecoveryServices/vaults/{vault}"
_CONTAINER = _VAULT + "/backupFabrics/{fabric}/protectionContainers/{container}"
_ITEM = _CONTAINER + "/protectedItems/{item}"
_POINT = _ITEM + "/recoveryPoints/{point}"
_JOB = _VAULT + "/backupJobs/{job}"
_OP = "{op}"
_NAME = "{name}"
_VM = f"{_GROUP}/providers/{VMS.type}/{_NAME}"
_SUBNETS = f"{_GROUP}/providers/{NETWORKS.type}/{_NAME}/subnets"


def _routes(provider: Provider, quota: Quota, *rows: tuple[str, str, Handler]) -> Iterator[Route]:
    """Routes with provider and quota in common."""
    for name, place, handler in rows:
        method, path = place.split(" ", 1)
        yield Route(name, method, path, handler, quota, provider)


def _lists(provider: Provider, name: str, kind: Kind[Any]) -> Iterator[Route]:
    """The lists of one type: of a resource group, and of a subscription."""
    return _routes(
        provider,
        "reads",
        (f"{name}_of_group", f"GET {_GROUP}/providers/{kind.type}", kind.list),
        (name, f"GET {_SUB}/providers/{kind.type}", kind.list),
    )


def _kind(provider: Provider, name: str, kind: Kind[Any]) -> Iterator[Route]:
    """One type: a resource by its name, and the lists."""
    place = f"GET {_GROUP}/providers/{kind.type}/{_NAME}"
    yield from _routes(provider, "reads", (name, place, kind.read))
    yield from _lists(provider, f"{name}s", kind)


ROUTES = (
    *_routes(
        "backup",
        "job_reads",
        ("jobs", f"GET {_VAULT}/backupJobs", list_jobs),
        ("job", f"GET {_JOB}", read_job),
        ("protected_items", f"GET {_VAULT}/backupProtectedItems", list_protected_items),
        ("protected_item", f"GET {_ITEM}", read_protected_item),
    ),
    *_routes(
        "backup",
        "operation_reads",
        ("operation_status", f"GET {_ITEM}/operationsStatus/{_OP}", read_operation),
        ("operation_result", f"GET {_ITEM}/operationResults/{_OP}", read_operation_result),
        ("backup_operation", f"GET {_VAULT}/backupOperations/{_OP}", read_operation),
        (
            "backup_operation_result",
            f"GET {_VAULT}/backupOperationResults/{_OP}",
            read_operation_result,
        ),
        ("recovery_points", f"GET {_ITEM}/recoveryPoints", list_recovery_points),
        ("recovery_point", f"GET {_POINT}", read_recovery_point),
        ("cancel_result", f"GET {_JOB}/operationResults/{_OP}", read_cancel_result),
        ("validate_status", f"GET {_VAULT}/backupValidateOperationsStatuses/{_OP}", read_operation),
        (
            "validate_result",
            f"GET {_VAULT}/backupValidateOperationResults/{_OP}",
            read_validate_result,
        ),
        ("containers", f"GET {_VAULT}/backupProtectionContainers", list_containers),
        ("container", f"GET {_CONTAINER}", read_container),
        ("guard_proxies", f"GET {_VAULT}/backupResourceGuardProxies", lists(guard_proxies)),
        (
            "guard_proxy",
            f"GET {_VAULT}/backupResourceGuardProxies/{_NAME}",
            reads_one_of("Resource Guard proxy", guard_proxies),
        ),
        ("policies", f"GET {_VAULT}/backupPolicies", lists(policies)),
        ("policy", f"GET {_VAULT}/backupPolicies/{_NAME}", reads_one_of("policy", policies)),
        (
            "storage_config",
            f"GET {_VAULT}/backupstorageconfig/vaultstorageconfig",
            reads(storage_config),
        ),
        ("vault_config", f"GET {_VAULT}/backupconfig/vaultconfig", reads(vault_config)),
        (
            "encryption_config",
            f"GET {_VAULT}/backupEncryptionConfigs/backupResourceEncryptionConfig",
            reads(encryption_config),
        ),
    ),
    *_routes(
        "backup",
        "writes",
        ("restore", f"POST {_POINT}/restore", trigger_restore),
        ("cancel", f"POST {_JOB}/cancel", cancel_job),
        ("validate", f"POST {_VAULT}/backupValidateOperation", validate),
        ("trigger_validate", f"POST {_VAULT}/backupTriggerValidateOperation", trigger_validate),
        ("backup_status", f"POST {_LOCATION}/backupStatus", read_backup_status),
        (
            "recommended_for_move",
            f"POST {_ITEM}/recoveryPointsRecommendedForMove",
            list_recommended_for_move,
        ),
    ),
    *_routes("vaults", "reads", ("vault", f"GET {_VAULT}", reads(vault_resource))),
    *_lists("vaults", "vaults", VAULTS),
    *_routes(
        "compute",
        "reads",
        ("vm", f"GET {_VM}", read_vm),
        ("instance_view", f"GET {_VM}/instanceView", read_instance_view),
    ),
    *_lists("compute", "vms", VMS),
    *_kind("compute", "disk", DISKS),
    *_kind("storage", "storage_account", STORAGE_ACCOUNTS),
    *_kind("storage", "classic_storage_account", CLASSIC_STORAGE_ACCOUNTS),
    *_kind("network", "network", NETWORKS),
    *_routes(
        "network",
        "reads",
        ("subnets", f"GET {_SUBNETS}", list_subnets),
        ("subnet", "GET " + _SUBNETS + "/{subnet}", read_subnet),
    ),
    *_routes(
        "resources",
        "reads",
        ("graph", "POST /providers/Microsoft.ResourceGraph/resources", graph_routes.ask),
        ("tenants", "GET /tenants", list_tenants),
        ("subscriptions", "GET /subscriptions", list_subscriptions),
        ("subscription", f"GET {_SUB}", read_subscription),
        ("groups", f"GET {_GROUPS}", list_groups),
        ("group", f"GET {_GROUP}", read_group),
        ("has_group", f"HEAD {_GROUP}", has_group),
        ("resources", f"GET {_SUB}/resources", list_resources),
        ("resources_of_group", f"GET {_GROUP}/resources", list_resources),
        ("provider", "GET " + _SUB + "/providers/{namespace}", read_provider),
    ),
)
