"""Handlers for jobs: read one, list them, cancel one and follow the cancelling."""

from datetime import timedelta

from simulated_azure import names, store
from simulated_azure.bodies import is_after
from simulated_azure.filters import list_reply, page, parse_filter, time_term
from simulated_azure.job_bodies import job_list_entry, job_resource
from simulated_azure.jobs import look
from simulated_azure.restore_routes import check_signature, poll_url, retry_after
from simulated_azure.routing import Call
from simulated_azure.state import JobRecord, OperationRecord
from simulated_azure.wire import ArmError, Reply, json_reply

JOB_FILTERS = ("status", "backupManagementType", "operation", "jobId", "startTime", "endTime")
NOT_CANCELLABLE = "BMSUserErrorJobNotInCancellableState"


def read_job(call: Call) -> Reply:
    """GET one job."""
    job = store.job(call)
    body = job_resource(job, call.now, call.version, call.state.jobs.job_type)
    return json_reply(200, body)


def list_jobs(call: Call) -> Reply:
    """GET the vault's jobs, newest first."""
    vault = store.vault(call)
    terms = parse_filter(call.query.get("$filter", ""), JOB_FILTERS)
    start, end = time_term(terms, "startTime"), time_term(terms, "endTime")
    jobs = [
        job
        for job in call.state.job_records.values()
        if names.key(job.vault_id) == names.key(vault.id)
        and (call.now - job.start).total_seconds() >= call.state.jobs.list_lag_s
        and is_after(start, job.start)
        and (end is None or job.start <= end)
        and _fits(call, job, terms)
    ]
    jobs.sort(key=lambda job: job.start, reverse=True)
    if call.version.is_passive:
        jobs = []
    shown, token = page(jobs, call.query.get("$skiptoken", ""), call.page_size)
    kind = call.state.jobs.job_type
    return list_reply(call, [job_list_entry(j, call.now, call.version, kind) for j in shown], token)


def cancel_job(call: Call) -> Reply:
    """POST a cancel: accepted while data is transferred, refused later."""
    job = store.job(call)
    if not look(job, call.now).is_cancellable:
        raise ArmError(
            400,
            NOT_CANCELLABLE,
            "The job is not in a cancellable state. Please wait until the job finishes.",
        )
    job.cancelled = call.now
    operation = OperationRecord(
        id=call.new_id(),
        kind="cancel",
        vault_id=job.vault_id,
        start=call.now,
        done=call.now + timedelta(seconds=job.cancel_s),
        job_id=job.id,
    )
    call.state.operation_records[operation.id] = operation
    return Reply(202, _headers(call, job, operation))


def read_cancel_result(call: Call) -> Reply:
    """GET what became of a cancel: 202 while it runs, then nothing."""
    check_signature(call)
    job, operation = store.job(call), store.operation(call)
    if call.now < operation.done:
        return Reply(202, _headers(call, job, operation))
    return Reply(204, {})


def _headers(call: Call, job: JobRecord, operation: OperationRecord) -> dict[str, str]:
    path = f"{job.vault_id}/backupJobs/{job.id}/operationResults/{operation.id}"
    return {"Location": poll_url(call, path)} | retry_after(call)


def _fits(call: Call, job: JobRecord, terms: dict[str, str]) -> bool:
    actual = {
        "backupManagementType": "AzureIaasVM",
        "operation": "Restore",
        "jobId": job.id,
        "status": look(job, call.now).status,
    }
    return all(
        actual[name].lower() == value.lower() for name, value in terms.items() if name in actual
    )
