"""A job as the service writes it: the resource's JSON from a record and a look at it.

The property bag's odd keys (one ends in a blank, its value may be null) are what real traffic has;
they are display text and nothing may be decided on them. Those of restored disks are from the
tutorial "Restore a disk" in Azure Backup's documentation.
"""

from datetime import datetime, timedelta

from simulated_azure import names
from simulated_azure.jobs import JobView, Task, look
from simulated_azure.parts import JobError
from simulated_azure.state import JobRecord
from simulated_azure.times import dotnet_duration, iso_duration, wire_time
from simulated_azure.versions import Version

JSON = dict[str, object]
_DISK_GB = 127
LAST_WITH_ACTION_NUMBERS = "2022-02-01"
"""The newest api-version with which a job's actions were recorded as numbers."""
_JOB_TYPES = {
    "AlternateLocation": "Recover VM to an alternate location",
    "OriginalLocation": "Replace disks",
    "RestoreDisks": "Recover disks",
}


def job_resource(job: JobRecord, now: datetime, version: Version, job_type: str) -> JSON:
    """The job as GET shows it."""
    view = look(job, now)
    resource = job_list_entry(job, now, version, job_type)
    properties = resource["properties"]
    assert isinstance(properties, dict)
    properties["extendedInfo"] = _extended_info(job, view, version)
    return resource


def job_list_entry(job: JobRecord, now: datetime, version: Version, job_type: str) -> JSON:
    """The job as lists show it: without its extended info."""
    return {
        "id": f"{job.vault_id}/backupJobs/{job.id}",
        "name": job.id,
        "type": "Microsoft.RecoveryServices/vaults/backupJobs",
        "properties": _properties(job, look(job, now), version, job_type),
    }


def _properties(job: JobRecord, view: JobView, version: Version, job_type: str) -> JSON:
    # A finished job goes on saying Cancellable, as real ones do: only the status tells.
    action: object = 1 if version.text <= LAST_WITH_ACTION_NUMBERS else "Cancellable"
    properties: JSON = {
        "jobType": "AzureIaaSVMJob" if version.has_numbers else job_type,
        "actionsInfo": [action],
        "duration": _duration(view.elapsed, version),
        "virtualMachineVersion": "ClassicCompute" if names.is_classic(job.vm_id) else "Compute",
        "entityFriendlyName": names.last(job.vm_id),
        "backupManagementType": "AzureIaasVM",
        "operation": "Restore",
        "status": view.status,
        "startTime": wire_time(job.start),
        "activityId": job.activity_id,
    }
    if view.end is not None:
        properties["endTime"] = wire_time(view.end)
    if view.status in ("Failed", "CompletedWithWarnings") and job.error is not None:
        properties["errorDetails"] = [_error(job.error)]
    properties["containerName"] = names.short_container(job.vm_id)
    return version.visible("AzureIaaSVMJob", properties)


def _extended_info(job: JobRecord, view: JobView, version: Version) -> JSON:
    info: JSON = {
        "tasksList": [_task(task, view, version) for task in view.tasks],
        "propertyBag": _property_bag(job, view),
        "internalPropertyBag": {"restoreLocationType": job.recovery_type},
        "dynamicErrorMessage": "",
    }
    if view.percent is not None:
        info["progressPercentage"] = view.percent
    if view.remaining is not None:
        info["estimatedRemainingDuration"] = iso_duration(view.remaining)
    if view.status == "Failed" and job.error is not None:
        info["dynamicErrorMessage"] = job.error.text
    return info


def _task(task: Task, view: JobView, version: Version) -> JSON:
    body: JSON = {
        "taskId": task.name,
        # At zero while the task runs and when it is over: that is what traffic shows.
        "duration": _duration(timedelta(), version),
        "status": task.status,
        "taskType": "Normal",
    }
    share = view.transferred_share
    if task is view.tasks[0] and share is not None and task.status == "InProgress":
        body["taskExecutionDetails"] = f"{share * _DISK_GB:.1f} GBs / {_DISK_GB} GBs Transferred"
    return body


def _property_bag(job: JobRecord, view: JobView) -> JSON:
    asked = job.request
    identity = asked.get("identityBasedRestoreDetails")
    account = asked.get("storageAccountId")
    if isinstance(identity, dict):
        account = identity.get("targetStorageAccountId")
    vm = names.parse(job.vm_id)
    assert vm is not None, job.vm_id
    bag: JSON = {
        "Job Type": _JOB_TYPES[job.recovery_type],
        "Target Storage Account Name": _name(account),
        "Recovery point time ": None,
        "VM Subscription ID": vm.subscription,
    }
    if job.recovery_type == "RestoreDisks":
        if view.status in ("Completed", "CompletedWithWarnings"):
            bag |= _files(job, vm.name, _name(account))
    else:
        bag["Original VM Name"] = vm.name
        bag["Target VM Name"] = _name(asked.get("targetVirtualMachineId")) or vm.name
    if job.recovery_type == "AlternateLocation":
        bag["Target VNet Name"] = _network(asked.get("virtualNetworkId"))
    if job.recovery_type == "OriginalLocation":
        bag["Target resource group"] = vm.group
    elif asked.get("targetResourceGroupId"):
        bag["Target resource group"] = _name(asked["targetResourceGroupId"])
    return bag


def _files(job: JobRecord, vm: str, account: str) -> JSON:
    """The VM's configuration and a template for it, in a container of the staging account."""
    name = vm.replace("-", "").lower()
    container = f"{name}-{job.activity_id.replace('-', '')}"
    config = f"config-{name}-{job.id}.json"
    url = f"https://{account}.blob.core.windows.net/{container}"
    return {
        "Config Blob Container Name": container,
        "Config Blob Name": config,
        "Config Blob Uri": f"{url}/{config}",
        "Template Blob Uri": f"{url}/azuredeploy{job.id}.json",
    }


def _error(error: JobError) -> JSON:
    return {
        "errorCode": error.code,
        "errorTitle": error.title,
        "errorString": error.text,
        "recommendations": error.recommendations,
    }


def _duration(length: timedelta, version: Version) -> str:
    return dotnet_duration(length) if version.has_numbers else iso_duration(length)


def _network(network_id: object) -> str:
    parts = names.parse(str(network_id))
    return f"Group {parts.group} {parts.name}" if parts else ""


def _name(arm_id: object) -> str:
    return names.last(str(arm_id or ""))
