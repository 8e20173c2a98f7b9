"""Sentences about restores in Azure Backup, from the POST to what is left behind."""

import re
from typing import Any

import pytest

from simulated_azure import names, seed
from tests.contract.simulated_azure.caller import Caller, document, error, value


def test_a_restore_is_accepted_with_two_signed_urls_and_an_empty_body(azure: Caller) -> None:
    reply = azure.restore(azure.disks_body())
    assert (reply.status, reply.body) == (202, b"")
    for name, part in (("Azure-AsyncOperation", "operationsStatus"), ("Location", "Results")):
        url = reply.headers[name]
        assert url.startswith(azure.base)
        assert part in url
        assert ";" in url
        assert len(url) > 3700
        assert re.search(r"&t=\d+&c=[\w-]+&s=[\w-]+&h=[\w-]+$", url)
    assert "Retry-After" not in reply.headers


def test_retry_after_appears_when_the_service_gives_one(azure: Caller) -> None:
    azure.control("PUT", "/state", {"service": {"retry_after_s": 60}})
    assert azure.restore(azure.disks_body()).headers["Retry-After"] == "60"


def test_an_operation_runs_with_a_sentinel_end_and_then_yields_a_job(azure: Caller) -> None:
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    running = document(azure.get(url))
    assert running["status"] == "InProgress"
    assert running["endTime"] == "0001-01-01T00:00:00"
    assert "properties" not in running
    azure.clock.advance(1)
    done = document(azure.get(url))
    assert done["status"] == "Succeeded"
    assert done["properties"]["objectType"] == "OperationStatusJobExtendedInfo"
    assert done["properties"]["jobId"] != done["id"]


def test_the_job_id_can_be_the_operation_id_as_real_traffic_shows(azure: Caller) -> None:
    azure.control("PUT", "/state", {"jobs": {"job_id_is_operation_id": True}})
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    azure.clock.advance(1)
    done = document(azure.get(url))
    assert done["properties"]["jobId"] == done["id"]


def test_an_operation_can_be_read_below_the_vault_without_a_signature(azure: Caller) -> None:
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    operation = url.split("?")[0].rsplit("/", 1)[-1]
    azure.clock.advance(1)
    status = document(azure.get(f"{seed.VAULT_ID}/backupOperations/{operation}"))
    assert status == document(azure.get(url))
    result = azure.get(f"{seed.VAULT_ID}/backupOperationResults/{operation}")
    assert (result.status, result.body) == (204, b"")


def test_the_operation_result_is_202_with_headers_and_then_nothing(azure: Caller) -> None:
    url = azure.restore(azure.disks_body()).headers["Location"]
    running = azure.get(url)
    assert running.status == 202
    assert running.headers["Location"].split("?")[0] == url.split("?")[0]
    azure.clock.advance(1)
    assert azure.get(url).status == 204


def test_an_encoded_poll_url_is_served_and_a_tampered_one_is_not(azure: Caller) -> None:
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    path, query = url.split("?")
    assert azure.get(f"{path.replace(';', '%3B')}?{query}").status == 200
    assert azure.get(f"{path}?{query.split('&')[0]}").status == 200
    assert error(azure.get(url[:-1] + "!")) == (403, "AuthorizationFailed")
    assert error(azure.get(url.replace("&s=", "&s=A"))) == (403, "AuthorizationFailed")
    assert error(azure.get(f"{path}?{query.split('&s=')[0]}")) == (403, "AuthorizationFailed")


def test_a_poll_url_can_outlive_its_time(azure: Caller) -> None:
    azure.control("PUT", "/state", {"service": {"signed_url_life_s": 600}})
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    azure.clock.advance(601)
    assert azure.get(url).status == 404


def test_the_version_in_poll_urls_may_differ_from_the_one_sent(azure: Caller) -> None:
    azure.control("PUT", "/state", {"service": {"header_api_version": "2017-07-01"}})
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    assert "api-version=2017-07-01&" in url
    assert azure.get(url).status == 200


def test_a_restore_stays_at_one_percent_then_jumps_and_grows_to_its_end(azure: Caller) -> None:
    job = azure.start(azure.alternate_body())
    seen = []
    for _ in range(13):
        info = azure.job(job)["extendedInfo"]
        seen.append(info["progressPercentage"])
        azure.clock.advance(120)
    assert seen[:4] == [1.0] * 4
    assert seen == sorted(seen)
    assert 20 < seen[5] < 30
    assert azure.job(job)["status"] == "Completed"
    done = azure.job(job)["extendedInfo"]
    assert (done["progressPercentage"], done["estimatedRemainingDuration"]) == (100.0, "PT0S")
    assert {task["duration"] for task in done["tasksList"]} == {"PT0S"}


def test_progress_is_as_recorded_in_the_transfer_and_after_it(azure: Caller) -> None:
    """54 % at 115 of 127 GB and 64 % while the VM is created: recorded traffic of a restore."""
    job = azure.start(azure.alternate_body())
    azure.clock.advance(1500 * 0.9 * 115 / 127 - 1)
    info = azure.job(job)["extendedInfo"]
    assert info["tasksList"][0]["taskExecutionDetails"] == "115.0 GBs / 127 GBs Transferred"
    assert info["progressPercentage"] == pytest.approx(54, abs=0.5)
    azure.clock.advance(150)
    info = azure.job(job)["extendedInfo"]
    assert [task["status"] for task in info["tasksList"]] == ["Completed", "InProgress"]
    assert info["progressPercentage"] == 64.0


def test_a_finished_job_has_an_end_and_may_still_say_cancellable(azure: Caller) -> None:
    job = azure.start(azure.disks_body())
    assert "endTime" not in azure.job(job)
    azure.clock.advance(1500)
    done = azure.job(job)
    assert (done["status"], done["duration"]) == ("Completed", "PT25M")
    assert done["endTime"] > done["startTime"]
    assert done["actionsInfo"] == ["Cancellable"]


@pytest.mark.parametrize(
    ("kind", "tasks", "job_type"),
    [
        ("disks", ["Transfer data from vault"], "Recover disks"),
        ("original", ["Transfer data from vault", "Update the virtual machine"], "Replace disks"),
        (
            "alternate",
            ["Transfer data from vault", "Create the restored virtual machine"],
            "Recover VM to an alternate location",
        ),
    ],
)
def test_each_recovery_type_has_its_tasks_and_its_property_bag(
    azure: Caller, kind: str, tasks: list[str], job_type: str
) -> None:
    body = getattr(azure, f"{kind}_body")()
    info = azure.job(azure.start(body))["extendedInfo"]
    assert [task["taskId"] for task in info["tasksList"]] == tasks
    assert info["propertyBag"]["Job Type"] == job_type
    assert info["propertyBag"]["Recovery point time "] is None
    kept = info["internalPropertyBag"]["restoreLocationType"]
    assert kept == body["properties"]["recoveryType"]


def test_restored_disks_come_with_a_config_and_a_template_at_their_end(azure: Caller) -> None:
    job = azure.start(azure.disks_body())
    before = azure.job(job)["extendedInfo"]["propertyBag"]
    azure.clock.advance(1500)
    done = azure.job(job)["extendedInfo"]["propertyBag"]
    new = {
        *("Config Blob Container Name", "Config Blob Name", "Config Blob Uri"),
        "Template Blob Uri",
    }
    assert set(done) - set(before) == new
    container = f"https://stagingwest.blob.core.windows.net/{done['Config Blob Container Name']}"
    assert done["Config Blob Uri"] == f"{container}/{done['Config Blob Name']}"
    assert done["Template Blob Uri"].startswith(f"{container}/azuredeploy")
    assert done["Target resource group"] == "rg-restored"


def test_replaced_disks_name_the_vm_and_its_group_as_the_target(azure: Caller) -> None:
    bag = azure.job(azure.start(azure.original_body()))["extendedInfo"]["propertyBag"]
    assert (bag["Target VM Name"], bag["Target resource group"]) == ("web-01", "rg-app")


def test_an_alternate_location_restore_creates_the_vm_at_its_end(azure: Caller) -> None:
    azure.start(azure.alternate_body())
    target = seed.target_vm_id("web-01-new")
    assert azure.get(target).status == 404
    azure.clock.advance(1500)
    assert document(azure.get(target))["location"] == seed.REGION
    assert error(azure.restore(azure.alternate_body())) == (400, "BMSUserErrorInvalidInput")


def test_the_second_of_two_restores_to_one_name_fails(azure: Caller) -> None:
    first, second = azure.start(azure.alternate_body()), azure.start(azure.alternate_body())
    azure.clock.advance(1500)
    assert azure.job(first)["status"] == "Completed"
    failed = azure.job(second)
    assert failed["status"] == "Failed"
    assert "exists" in failed["errorDetails"][0]["errorTitle"]


def test_restored_disks_appear_in_the_target_group_once_per_restore(azure: Caller) -> None:
    for _ in range(2):
        azure.start(azure.disks_body())
    azure.clock.advance(1500)
    azure.get(azure.item())
    disks = azure.simulator.state.restored_disks[names.key(seed.TARGET_GROUP)]
    assert len(disks) == 6
    assert len({disk.name for disk in disks}) == 6


@pytest.mark.parametrize(("luns", "disks"), [([], 1), ([1], 2), (["1"], 2), (None, 3)])
def test_an_empty_list_of_luns_means_the_os_disk_and_an_absent_one_all(
    azure: Caller, luns: list[Any] | None, disks: int
) -> None:
    azure.start(azure.disks_body(restoreDiskLunList=luns))
    azure.clock.advance(1500)
    azure.get(azure.item())
    assert len(azure.simulator.state.restored_disks[names.key(seed.TARGET_GROUP)]) == disks


def test_a_failed_vm_creation_leaves_the_disks(azure: Caller) -> None:
    plan = {"vm": "web-01", "outcome": "Failed", "fails_at_share": 1.0}
    azure.control("PUT", "/state", {"jobs": {"plans": [plan]}})
    job = azure.start(azure.alternate_body())
    azure.clock.advance(1500)
    assert azure.job(job)["status"] == "Failed"
    assert azure.get(seed.target_vm_id("web-01-new")).status == 404
    assert len(azure.simulator.state.restored_disks[names.key(seed.TARGET_GROUP)]) == 3


def test_replaced_disks_are_a_mark_on_the_source_vm(azure: Caller) -> None:
    job = azure.start(azure.original_body())
    azure.clock.advance(1500)
    assert azure.job(job)["status"] == "Completed"
    vm = azure.simulator.state.vms[names.key(seed.vm_id("web-01"))]
    assert vm.disks_replaced_by_job == job.rsplit("/", 1)[-1]


def test_warnings_on_original_location_mean_that_nothing_was_replaced(azure: Caller) -> None:
    azure.control("PUT", "/state", {"jobs": {"outcome": "CompletedWithWarnings"}})
    job = azure.start(azure.original_body())
    azure.clock.advance(1500)
    done = azure.job(job)
    assert done["status"] == "CompletedWithWarnings"
    assert done["errorDetails"][0]["errorTitle"] == "OlrBackupFailed"
    assert azure.simulator.state.vms[names.key(seed.vm_id("web-01"))].disks_replaced_by_job is None


def test_a_failed_job_says_why_with_a_number_and_texts(azure: Caller) -> None:
    error_details = {"code": 4711, "title": "A title", "text": "A text", "recommendations": ["Do"]}
    plan = {"recovery_type": "RestoreDisks", "outcome": "Failed", "error": error_details}
    azure.control("PUT", "/state", {"jobs": {"plans": [plan]}})
    job = azure.start(azure.disks_body())
    azure.clock.advance(700)
    assert azure.job(job)["status"] == "InProgress"
    azure.clock.advance(50)
    failed = azure.job(job)
    assert failed["status"] == "Failed"
    assert failed["errorDetails"] == [
        {
            "errorCode": 4711,
            "errorTitle": "A title",
            "errorString": "A text",
            "recommendations": ["Do"],
        }
    ]
    assert azure.simulator.state.restored_disks == {}


def test_a_failed_operation_has_an_error_and_never_a_job(azure: Caller) -> None:
    text = {"code": "CloudInvalidInputError", "message": "Something, later."}
    azure.control("PUT", "/state", {"jobs": {"plans": [{"operation_error": text}]}})
    headers = azure.restore(azure.disks_body()).headers
    azure.clock.advance(1)
    status = document(azure.get(headers["Azure-AsyncOperation"]))
    assert (status["status"], status["error"]) == ("Failed", text)
    assert error(azure.get(headers["Location"])) == (400, "CloudInvalidInputError")
    assert value(azure.get(f"{seed.VAULT_ID}/backupJobs")) == []


def test_an_archived_point_is_rehydrated_for_hours_first(azure: Caller) -> None:
    rehydration: dict[str, Any] = {
        "objectType": "IaasVMRestoreWithRehydrationRequest",
        "recoveryPointRehydrationInfo": {
            "rehydrationRetentionDuration": "P15D",
            "rehydrationPriority": "Standard",
        },
    }
    assert azure.restore(azure.disks_body(index=7)).status == 400
    job = azure.start(azure.disks_body(index=7, **rehydration))
    azure.clock.advance(10800)
    assert azure.job(job)["extendedInfo"]["progressPercentage"] == 1.0
    azure.clock.advance(1500)
    assert azure.job(job)["status"] == "Completed"


def test_a_vm_that_is_gone_or_no_longer_protected_can_be_restored(azure: Caller) -> None:
    for name in ("deleted-01", "stopped-01"):
        assert azure.restore(azure.disks_body(name), name).status == 202
    assert azure.get(seed.vm_id("deleted-01")).status == 404
    gone = azure.original_body("deleted-01")
    assert error(azure.restore(gone, "deleted-01")) == (400, "BMSUserErrorInvalidInput")
