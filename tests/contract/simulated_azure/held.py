"""Holds each answer of the simulated Azure to the model that Microsoft's libraries have of it.

The tables below name a library's operation for each route; which model an answer must be is read
off that operation. So every sentence of this suite also shows that what it got has no key and no
type that Azure would not send.
"""

from collections.abc import Mapping
from functools import cache
from inspect import signature
from typing import Any, get_args, get_origin

from azure.core.paging import ItemPaged
from azure.core.polling import LROPoller
from azure.mgmt.compute import operations as compute
from azure.mgmt.recoveryservices import operations as vaults
from azure.mgmt.recoveryservicesbackup import models, operations

from simulated_azure.job_bodies import LAST_WITH_ACTION_NUMBERS
from simulated_azure.routes import ROUTES
from simulated_azure.routing import Found, find, split
from simulated_azure.simulator import Simulator
from simulated_azure.versions import STRINGS_SINCE
from simulated_azure.wire import Reply
from tests.contract.simulated_azure.caller import Send
from tests.sdk_models import models_beside, page_problems, problems

OPERATIONS: dict[str, Any] = {
    "backup_status": operations.BackupStatusOperations.get,
    "protected_items": operations.BackupProtectedItemsOperations.list,
    "protected_item": operations.ProtectedItemsOperations.get,
    "recovery_points": operations.RecoveryPointsOperations.list,
    "recovery_point": operations.RecoveryPointsOperations.get,
    "restore": operations.RestoresOperations.begin_trigger,
    "operation_status": operations.ProtectedItemOperationStatusesOperations.get,
    "operation_result": operations.ProtectedItemOperationResultsOperations.get,
    "backup_operation": operations.BackupOperationStatusesOperations.get,
    "backup_operation_result": operations.BackupOperationResultsOperations.get,
    "jobs": operations.BackupJobsOperations.list,
    "job": operations.JobDetailsOperations.get,
    "cancel": operations.JobCancellationsOperations.trigger,
    "cancel_result": operations.JobOperationResultsOperations.get,
    "validate": operations.OperationOperations.validate,
    "trigger_validate": operations.ValidateOperationOperations.begin_trigger,
    "validate_status": operations.ValidateOperationStatusesOperations.get,
    "validate_result": operations.ValidateOperationResultsOperations.get,
    "recommended_for_move": operations.RecoveryPointsRecommendedForMoveOperations.list,
    "containers": operations.BackupProtectionContainersOperations.list,
    "container": operations.ProtectionContainersOperations.get,
    "guard_proxies": operations.ResourceGuardProxiesOperations.get,
    "guard_proxy": operations.ResourceGuardProxyOperations.get,
    "policies": operations.BackupPoliciesOperations.list,
    "policy": operations.ProtectionPoliciesOperations.get,
    "storage_config": operations.BackupResourceStorageConfigsNonCRROperations.get,
    "vault_config": operations.BackupResourceVaultConfigsOperations.get,
    "encryption_config": operations.BackupResourceEncryptionConfigsOperations.get,
}
"""Azure Backup's, by route."""
OF_OTHER_LIBRARIES: dict[str, Any] = {
    "vault": vaults.VaultsOperations.get,
    "vaults": vaults.VaultsOperations.list_by_subscription_id,
    "vaults_of_group": vaults.VaultsOperations.list_by_resource_group,
    "vm": compute.VirtualMachinesOperations.get,
    "vms": compute.VirtualMachinesOperations.list_all,
    "vms_of_group": compute.VirtualMachinesOperations.list,
    "instance_view": compute.VirtualMachinesOperations.instance_view,
    "disk": compute.DisksOperations.get,
    "disks": compute.DisksOperations.list,
    "disks_of_group": compute.DisksOperations.list_by_resource_group,
}
"""Those of vaults, VMs and disks, by route. What is left is ARM's own, storage and networks."""
_ALL = OPERATIONS | OF_OTHER_LIBRARIES


class Held:
    """Sends as another does, and raises AssertionError when the answer is not as it must be."""

    def __init__(self, send: Send, simulator: Simulator) -> None:
        self._send, self._simulator = send, simulator
        self.answers: list[tuple[str, Reply]] = []
        """Those that were held, each with its route."""

    def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: float | None = 10,
    ) -> Reply:
        """One exchange."""
        before = self._simulator.log.seen
        reply = self._send(method, url, headers, body, timeout)
        target = split(url)
        is_broken_on_purpose = bool(self._simulator.faults.left())
        is_of_arm = self._simulator.log.seen > before and method != "HEAD"
        if is_broken_on_purpose or not is_of_arm:
            return reply
        route = find(ROUTES, method, target.path)
        name = route.route.name if isinstance(route, Found) else ""
        found = answer_problems(name, reply, target.query.get("api-version", ""))
        assert found == [], (method, target.path, reply.status, found)
        self.answers.append((name, reply))
        return reply


def answer_problems(route: str, reply: Reply, version: str) -> list[str]:
    """Say what in an answer of a route is not as the library's models have it."""
    document = reply.json()
    if reply.status >= 400:
        return problems(document, models.ErrorResponse)
    if route not in _ALL:
        return []
    model, is_page = answer_of(route)
    if reply.status != 200 or model is None:
        return [] if document is None else [f"$: HTTP {reply.status} has a body: {document!r}"]
    last_with_numbers = LAST_WITH_ACTION_NUMBERS if route in ("job", "jobs") else ""
    if version < STRINGS_SINCE or version <= last_with_numbers:
        return []  # enumerations were numbers; the models are of words
    return page_problems(document, model) if is_page else problems(document, model)


@cache
def answer_of(route: str) -> tuple[Any, bool]:
    """The model of a route's answer and whether it comes in pages; none for an empty body."""
    returned = signature(_ALL[route]).return_annotation
    if returned is None or get_origin(returned) is LROPoller:
        return None, False
    is_page = get_origin(returned) is ItemPaged
    model, *_ = get_args(returned) or (returned,)
    if isinstance(model, str):
        model = getattr(models_beside(_ALL[route]), model.removeprefix("_models."))
    return model, is_page
