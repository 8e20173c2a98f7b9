"""A job as the service writes it: the resource's JSON from a record and a look at it.

The property bag's odd keys (one ends in a blank, its value may be null) are what real traffic has;
they are display text and nothing may be decided on them.
"""

from datetime import datetime, timedelta

from simulated_azure import names
from simulated_azure.jobs import JobView, Task, look
from simulated_azure.state import JobError, JobRecord
from simulated_azure.times import dotnet_duration, iso_duration, wire_time
from simulated_azure.versions import Version

JSON = dict[str, object]
_DISK_GB = 127
_JOB_TYPES = {
    "AlternateLocation": "Recover VM to an alternate location",
    "OriginalLocation": "Replace disks",
    "RestoreDisks": "RestoreDisks",
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
    action: object = 1 if version.has_numbers else "Cancellable"
    properties: JSON = {
        "jobType": "AzureIaaSVMJob" if version.has_numbers else job_type,
        "actionsInfo": [action],
        "containerName": names.short_container(job.vm_id),
        "duration": _duration(view.elapsed, version),
        "virtualMachineVersion": "ClassicCompute" if names.is_classic(job.vm_id) else "Compute",
        "entityFriendlyName": _name(job.vm_id),
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
    if properties["jobType"] == "AzureIaaSVMJob":
        properties["isUserTriggered"] = True
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
    # A task's own duration stays at zero while it runs; that is what traffic shows.
    length = task.end - task.start if task.start and task.end else timedelta()
    body: JSON = {
        "taskId": task.name,
        "duration": _duration(length, version),
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
    bag: JSON = {
        "Job Type": _JOB_TYPES[job.recovery_type],
        "Original VM Name": _name(job.vm_id),
        "Target Storage Account Name": _name(account),
        "Recovery point time ": None,
        "VM Subscription ID": vm.subscription if vm else None,
    }
    if job.recovery_type == "AlternateLocation":
        bag["Target VM Name"] = _name(asked.get("targetVirtualMachineId"))
        bag["Target VNet Name"] = _network(asked.get("virtualNetworkId"))
    if job.recovery_type != "OriginalLocation" and asked.get("targetResourceGroupId"):
        bag["Target resource group"] = _name(asked["targetResourceGroupId"])
    if job.recovery_type == "RestoreDisks" and view.status == "Completed":
        bag["Target Blob Container Name"] = f"vhds-{job.id[:8]}"
        bag["Config Blob Name"] = f"vmconfig-{job.id}.json"
        bag["Template Blob Uri"] = (
            f"https://{_name(account)}.blob.core.windows.net/vhds-{job.id[:8]}/azuredeploy.json"
        )
    return bag


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
    return str(arm_id or "").rstrip("/").rsplit("/", 1)[-1]
