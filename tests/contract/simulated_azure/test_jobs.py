"""Sentences about Azure Backup's jobs: reading, listing, cancelling."""

from datetime import datetime

import pytest

from simulated_azure import seed
from tests.contract.simulated_azure.caller import Caller, document, error, value

JOBS = f"{seed.VAULT_ID}/backupJobs"


def _filter_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %I:%M:%S %p")


def test_jobs_are_listed_newest_first_and_without_extended_info(azure: Caller) -> None:
    paths = []
    for _ in range(3):
        paths.append(azure.start(azure.disks_body()))
        azure.clock.advance(60)
    listed = value(azure.get(JOBS))
    assert [job["name"] for job in listed] == [path.rsplit("/", 1)[-1] for path in paths[::-1]]
    assert all("extendedInfo" not in job["properties"] for job in listed)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("operation eq 'Restore' and backupManagementType eq 'AzureIaasVM'", 2),
        ("OPERATION eq 'restore' and status eq 'InProgress'", 1),
        ("status eq 'Completed'", 1),
        ("operation eq 'Backup'", 0),
    ],
)
def test_jobs_are_filtered_by_operation_status_and_management_type(
    azure: Caller, text: str, count: int
) -> None:
    azure.start(azure.disks_body())
    azure.clock.advance(1500)
    azure.start(azure.disks_body())
    assert len(value(azure.get(JOBS, filter=text))) == count


def test_jobs_are_filtered_by_the_time_they_started(azure: Caller) -> None:
    azure.start(azure.disks_body())
    azure.clock.advance(7200)
    since = _filter_time(azure.clock.now())
    second = azure.start(azure.disks_body())
    azure.clock.advance(60)
    until = _filter_time(azure.clock.now())
    found = value(azure.get(JOBS, filter=f"startTime eq '{since}' and endTime eq '{until}'"))
    assert [job["name"] for job in found] == [second.rsplit("/", 1)[-1]]


def test_lists_of_jobs_come_in_pages(azure: Caller) -> None:
    azure.control("PUT", "/state", {"service": {"page_size": 2}})
    names = {azure.start(azure.disks_body("web-02"), "web-02") for _ in range(5)}
    sizes, url = [], azure.url(JOBS, filter="operation eq 'Restore'")
    while url:
        page = document(azure.get(url))
        sizes.append(len(page["value"]))
        names -= {job["id"] for job in page["value"]}
        url = page.get("nextLink", "")
    assert (sizes, names) == ([2, 2, 1], set())


def test_a_job_may_appear_late_by_its_id_and_in_lists(azure: Caller) -> None:
    azure.control("PUT", "/state", {"jobs": {"read_lag_s": 30, "list_lag_s": 90}})
    job = azure.start(azure.disks_body())
    assert error(azure.get(job)) == (404, "ResourceNotFound")
    azure.clock.advance(30)
    assert azure.get(job).status == 200
    assert value(azure.get(JOBS)) == []
    azure.clock.advance(60)
    assert len(value(azure.get(JOBS))) == 1


def test_a_job_is_cancelled_while_it_transfers_data(azure: Caller) -> None:
    job = azure.start(azure.alternate_body())
    azure.clock.advance(600)
    reply = azure.post(f"{job}/cancel")
    assert (reply.status, reply.body) == (202, b"")
    result = reply.headers["Location"]
    assert azure.job(job)["status"] == "Cancelling"
    assert azure.get(result).status == 202
    azure.clock.advance(10)
    assert azure.job(job)["status"] == "Cancelled"
    assert azure.get(result).status == 204
    azure.clock.advance(3600)
    assert azure.get(seed.target_vm_id("web-01-new")).status == 404


def test_a_job_is_too_late_to_cancel_once_the_vm_is_being_created(azure: Caller) -> None:
    job = azure.start(azure.alternate_body())
    azure.clock.advance(1400)
    status, code = error(azure.post(f"{job}/cancel"))
    assert (status, "Cancellable" in code) == (400, True)
    azure.clock.advance(200)
    assert azure.job(job)["status"] == "Completed"
    assert azure.post(f"{job}/cancel").status == 400


def test_a_job_is_cancelled_once(azure: Caller) -> None:
    job = azure.start(azure.disks_body())
    assert azure.post(f"{job}/cancel").status == 202
    assert azure.post(f"{job}/cancel").status == 400


def test_old_versions_have_numbers_and_dotnet_durations_and_no_container(azure: Caller) -> None:
    job = azure.start(azure.disks_body())
    azure.version = "2019-05-13"
    old = azure.job(job)
    assert old["actionsInfo"] == [1]
    assert old["duration"] == "00:00:01.0000000"
    assert old["jobType"] == "AzureIaaSVMJob"
    assert "containerName" not in old
    azure.control("PUT", "/state", {"jobs": {"job_type": "AzureIaaSVMJobV2"}})
    azure.version = "2025-02-01"
    new = azure.job(job)
    assert new["actionsInfo"] == ["Cancellable"]
    assert new["duration"] == "PT1S"
    assert new["jobType"] == "AzureIaaSVMJobV2"
    assert new["containerName"] == "iaasvmcontainerv2;rg-app;web-01"


@pytest.mark.parametrize("version", ["2021-10-01", "2025-02-01", "2026-10-01"])
def test_no_job_says_that_it_was_triggered_by_a_user(azure: Caller, version: str) -> None:
    """The file declares it, but no recorded restore has it."""
    azure.version = version
    assert "isUserTriggered" not in azure.job(azure.start(azure.disks_body()))
