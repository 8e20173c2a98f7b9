"""What accepted requests and finished jobs do to the state.

Jobs are settled when someone looks: every request first applies the effects of the jobs that have
ended by then, in the order in which they ended.
"""

from datetime import datetime, timedelta

from simulated_azure import names
from simulated_azure.jobs import TRANSFER, end_of, transfer_end_of
from simulated_azure.parts import JobError
from simulated_azure.restore_checks import Case
from simulated_azure.restore_request import REHYDRATION_TYPE
from simulated_azure.state import (
    Disk,
    Item,
    JobPlan,
    JobRecord,
    OperationRecord,
    Point,
    State,
    Vault,
    Vm,
)

FAILED = JobError(
    code=320001,
    title="ResourceNotFound",
    text="A resource that the restore needs was not found.",
    recommendations=["Check the target resources and start the restore again."],
)
WARNED = JobError(
    code=500001,
    title="OlrBackupFailed",
    text="The backup that precedes the replacement of disks failed; nothing was replaced.",
    recommendations=["Wait for running backups of the VM to end and start the restore again."],
)
TASK_FAILED = JobError(
    code=400238,
    title="A task of the restore failed",
    text="The restore went on without it.",
    recommendations=["Look at the tasks of the job."],
)
TARGET_EXISTS = JobError(
    code=500002,
    title="The target virtual machine exists",
    text="Another restore has created a virtual machine with this name meanwhile.",
)


def begin_restore(
    case: Case, body: dict[str, object], now: datetime, ids: tuple[str, str, str]
) -> OperationRecord:
    """Record the operation, and its job unless the plan says that it never gets one."""
    operation_id, job_id, activity_id = ids
    settings = case.state.jobs
    plan = plan_for(case)
    operation = OperationRecord(
        id=operation_id,
        kind="restore",
        vault_id=case.vault.id,
        start=now,
        done=now + timedelta(seconds=settings.operation_s),
        error=plan.operation_error,
    )
    case.state.operation_records[operation_id] = operation
    if plan.operation_error is not None:
        return operation
    operation.job_id = operation_id if settings.job_id_is_operation_id else job_id
    outcome = plan.outcome or settings.outcome
    failed_task = plan.failed_task or settings.failed_task
    default = FAILED if outcome == "Failed" else TASK_FAILED if failed_task else WARNED
    share = plan.fails_at_share
    case.state.job_records[operation.job_id] = JobRecord(
        id=operation.job_id,
        operation_id=operation_id,
        activity_id=activity_id,
        vault_id=case.vault.id,
        vm_id=case.item.vm_id,
        point=case.point.name,
        recovery_type=str(case.request.recovery_type),
        request=body,
        start=now,
        duration_s=settings.duration_s if plan.duration_s is None else plan.duration_s,
        transfer_share=settings.transfer_share,
        rehydration_s=_rehydration_s(case),
        outcome=outcome,
        error=None if outcome == "Completed" else plan.error or settings.error or default,
        fails_at_share=settings.fails_at_share if share is None else share,
        failed_task=failed_task,
        guest=plan.guest or settings.guest,
        cancel_s=settings.cancel_s,
    )
    return operation


def plan_for(case: Case) -> JobPlan:
    """The first plan that fits the request, or one that changes nothing."""
    vm = names.key(case.item.vm_id)
    for plan in case.state.jobs.plans:
        wanted = names.key(plan.vm or "")
        fits_vm = wanted in ("", vm, vm.rsplit("/", 1)[-1])
        if fits_vm and plan.recovery_type in (None, case.request.recovery_type):
            return plan
    return JobPlan()


def settle(state: State, now: datetime) -> None:
    """Apply what the jobs that have ended by now have done."""
    due = [job for job in state.job_records.values() if not job.settled and end_of(job) <= now]
    for job in sorted(due, key=end_of):
        job.settled = True
        _apply(state, job)


def _apply(state: State, job: JobRecord) -> None:
    if job.cancelled is not None:
        return
    if job.recovery_type == "OriginalLocation":
        vm = state.vms.get(names.key(job.vm_id))
        if vm is not None and job.outcome == "Completed" and job.failed_task is None:
            vm.disks_replaced_by_job = job.id
            vm.started, vm.guest = end_of(job), job.guest
            _, point = _source(state, job)
            restored = {disk.lun for disk in _disks(point, job)}
            vm.kept_luns = [lun for lun in vm.data_luns if point.disks and lun not in restored]
        return
    target = str(job.request.get("targetVirtualMachineId") or "")
    is_new_vm = job.recovery_type == "AlternateLocation"
    if is_new_vm and job.outcome != "Failed" and names.key(target) in state.vms:
        job.outcome, job.error, job.fails_at_share = "Failed", TARGET_EXISTS, 1.0
    if job.failed_task == TRANSFER:
        return
    if job.outcome == "Failed" and not (is_new_vm and end_of(job) >= transfer_end_of(job)):
        return
    # When only the VM could not be made, its disks are there all the same.
    vault, point = _source(state, job)
    place = job.request.get("targetResourceGroupId") or job.request.get("storageAccountId") or ""
    state.restored_disks.setdefault(names.key(str(place)), []).extend(_disks(point, job))
    if is_new_vm and job.outcome != "Failed" and job.failed_task is None:
        state.vms[names.key(target)] = Vm(
            id=target,
            location=vault.location,
            size=point.size,
            os_type=point.os_type,
            created_by_job=job.id,
            created=transfer_end_of(job),
            started=end_of(job),
            guest=job.guest,
        )


def _source(state: State, job: JobRecord) -> tuple[Vault, Point]:
    """What the job restores from; plain stand-ins if someone has removed it meanwhile."""
    vault = state.vaults.get(names.key(job.vault_id)) or Vault(id=job.vault_id)
    item = vault.items.get(names.key(job.vm_id)) or Item(vm_id=job.vm_id)
    return vault, item.points.get(job.point) or Point(name=job.point, time=job.start)


def _disks(point: Point, job: JobRecord) -> list[Disk]:
    wanted = job.request.get("restoreDiskLunList")
    name = job.vm_id.rsplit("/", 1)[-1].lower()
    disks = point.disks or [Disk(name=f"{name}-osdisk", size_gb=127)]
    return [
        Disk(
            lun=disk.lun,
            name=f"{disk.name}-{job.id[:8]}",
            size_gb=disk.size_gb,
            restored_by_job=job.id,
        )
        for disk in disks
        # The OS disk always comes along; an absent list means every disk.
        if disk.lun is None or not isinstance(wanted, list) or disk.lun in wanted
    ]


def _rehydration_s(case: Case) -> float:
    return case.state.jobs.rehydration_s if case.request.object_type == REHYDRATION_TYPE else 0.0
