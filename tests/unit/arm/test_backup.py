"""The calls to Azure Backup: what goes out, byte for byte, and what comes back."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from arm import arm_json
from arm.backup import Backup, CancelReply
from arm.transport import Reply
from restore.messages import errors
from restore.messages.model import Triggered
from tests.unit.arm import samples
from tests.unit.arm.fakes import (
    CONTAINER,
    ENDPOINT,
    ITEM,
    ITEM_NAME,
    NOW,
    VAULT,
    VM,
    Script,
    backup,
    client,
    refusal,
    reply,
)

ITEMS = (
    f"{ENDPOINT}{VAULT}/backupProtectedItems?api-version=2025-02-01&$filter="
    "backupManagementType%20eq%20%27AzureIaasVM%27%20and%20itemType%20eq%20%27VM%27"
)
HERE = reply(200, {"location": "westeurope"})
GONE = refusal(404, "ResourceNotFound", "No vault.")


def _item(vm_id: str, **properties: Any) -> dict[str, Any]:
    known = {"sourceResourceId": vm_id, "protectionState": "Protected", **properties}
    return {"id": ITEM.id, "properties": known}


def test_the_protected_item_is_found_on_any_page_by_the_vms_id() -> None:
    link = f"{ENDPOINT}{VAULT}/backupProtectedItems?$skipToken=2"
    script = Script(
        reply(200, {"value": samples.ITEMS, "nextLink": link}),
        reply(200, {"value": [_item(VM.upper())], "nextLink": None}),
        HERE,
    )
    found = backup(script).find_protected_item(VAULT.replace("vaults", "Vaults"), VM)
    assert found.id == ITEM.id
    assert (found.vault_id, found.region) == (VAULT, "westeurope")
    assert (found.container_name, found.name) == (CONTAINER, ITEM_NAME)
    assert script.urls == [ITEMS, link, f"{ENDPOINT}{VAULT}?api-version=2024-04-01"]


def test_a_vaults_region_is_read_once() -> None:
    page = reply(200, {"value": [_item(VM)]})
    script = Script(page, HERE, page)
    known = backup(script)
    known.find_protected_item(VAULT, VM)
    assert known.find_protected_item(VAULT, VM).region == "westeurope"
    assert len(script.sent) == 3


@pytest.mark.parametrize("steps", [[GONE], [reply(200, {"value": [_item(VM)]}), GONE]])
def test_a_vault_that_is_not_there_is_named(steps: list[Reply]) -> None:
    with pytest.raises(errors.NotFound) as caught:
        backup(Script(*steps)).find_protected_item(VAULT, VM)
    assert caught.value.code == "VaultNotFound"
    assert caught.value.details[0].startswith("ResourceNotFound: No vault.")


@pytest.mark.parametrize("value", [[], samples.ITEMS, None, [None, {"properties": 7}]])
def test_a_vm_without_a_backup_is_named(value: object) -> None:
    with pytest.raises(errors.NotFound) as caught:
        backup(Script(reply(200, {"value": value}))).find_protected_item(VAULT, VM)
    assert caught.value.code == "ProtectedItemNotFound"


MOVED = VM.replace("/rg(1)/", "/rg-new/")


def test_a_vm_that_was_moved_is_told_the_id_that_its_backup_knows() -> None:
    others = [_item(VM.replace("web-01", "web-02")), _item(VM)]
    with pytest.raises(errors.NotFound) as caught:
        backup(Script(reply(200, {"value": others}))).find_protected_item(VAULT, MOVED)
    assert caught.value.code == "ProtectedItemNotFound"
    assert f"There is one of a VM of that name: {VM}. If the VM was moved" in caught.value.message
    assert "web-02" not in caught.value.message


def test_items_that_do_not_say_which_vm_they_are_are_counted() -> None:
    items = [{"id": ITEM.id, "properties": {}}, None, _item(VM.replace("web-01", "web-02"))]
    with pytest.raises(errors.NotFound) as caught:
        backup(Script(reply(200, {"value": items}))).find_protected_item(VAULT, VM)
    assert "Of 2 of its 3 items it could not be read which VM they are." in caught.value.message


def test_an_item_whose_id_cannot_be_read_is_not_called_absent() -> None:
    page = reply(200, {"value": [{"id": "/x", "properties": {"sourceResourceId": VM}}]})
    with pytest.raises(errors.NotFound) as caught:
        backup(Script(page, HERE)).find_protected_item(VAULT, VM)
    assert "has a backup of this VM, but its id" in caught.value.message


def test_a_soft_deleted_backup_must_be_undeleted_first() -> None:
    page = reply(200, {"value": [_item(VM, isScheduledForDeferredDelete=True)]})
    with pytest.raises(errors.Conflict) as caught:
        backup(Script(page, HERE)).find_protected_item(VAULT, VM)
    assert caught.value.code == "ProtectedItemSoftDeleted"
    assert "undelete it in the vault" in caught.value.message


def test_a_live_backup_is_preferred_to_a_soft_deleted_one() -> None:
    both = [_item(VM, isScheduledForDeferredDelete=True), _item(VM, protectionState="IRPending")]
    found = backup(Script(reply(200, {"value": both}), HERE)).find_protected_item(VAULT, VM)
    assert found.protection_state == "IRPending"


def test_a_vm_id_alone_is_enough_while_the_vm_exists() -> None:
    status = {"vaultId": VAULT.replace("/vaults/", "/Vaults/"), "protectionStatus": "Protected"}
    script = Script(
        reply(200, {"location": "northeurope"}),
        reply(200, status),
        reply(200, {"value": [_item(VM)]}),
        HERE,
    )
    assert backup(script).find_vault_item(VM).vault_id == VAULT
    vm, asked, *_ = script.sent
    assert (
        vm.url == f"{ENDPOINT}{VM.replace('(', '%28').replace(')', '%29')}?api-version=2024-07-01"
    )
    assert asked.method == "POST"
    assert asked.url == (
        f"{ENDPOINT}/subscriptions/00000000-0000-0000-0000-000000000000/providers"
        "/Microsoft.RecoveryServices/locations/northeurope/backupStatus?api-version=2025-02-01"
    )
    assert asked.body == b'{"resourceType":"VM","resourceId":"' + VM.encode() + b'"}'


NOTHING = reply(200, {"data": []})


def test_a_deleted_vm_of_which_nothing_is_found_needs_a_vault_id() -> None:
    with pytest.raises(errors.NotFound) as caught:
        backup(Script(refusal(404, "ResourceNotFound"), NOTHING)).find_vault_item(VM)
    assert caught.value.code == "VirtualMachineNotFound"
    assert "vaultId" in caught.value.message


def test_an_unprotected_vm_is_named() -> None:
    status = reply(200, {"protectionStatus": "NotProtected", "vaultId": ""})
    with pytest.raises(errors.NotFound) as caught:
        backup(Script(HERE, status, NOTHING)).find_vault_item(VM)
    assert caught.value.code == "ProtectedItemNotFound"
    assert "vaultId" in caught.value.message


@pytest.mark.parametrize("steps", [[], [HERE]])
def test_a_refused_look_up_says_what_is_missing_and_the_way_around(steps: list[Reply]) -> None:
    denied = refusal(403, "AuthorizationFailed", "Not allowed.")
    with pytest.raises(errors.AccessDenied) as caught:
        backup(Script(*steps, denied, denied)).find_vault_item(VM)
    assert caught.value.code == "AuthorizationFailed"
    assert "vaultId" in caught.value.message


def test_all_recovery_points_are_listed_and_others_workloads_left_out() -> None:
    link = f"{ENDPOINT}{ITEM.id}/recoveryPoints?$skipToken=a;b"
    other = {"name": "9", "properties": {"objectType": "GenericRecoveryPoint"}}
    script = Script(
        reply(200, {"value": [other], "nextLink": link}),
        reply(200, {"value": [samples.POINT]}),
    )
    points, unreadable = backup(script).recovery_points(ITEM)
    assert [point.name for point in points] == [samples.POINT_NAME]
    assert unreadable == 0
    assert script.urls[0] == (
        f"{ENDPOINT}{VAULT}/backupFabrics/Azure"
        "/protectionContainers/IaasVMContainer%3Biaasvmcontainerv2%3Brg%281%29%3Bweb-01"
        "/protectedItems/VM%3Biaasvmcontainerv2%3Brg%281%29%3Bweb-01"
        "/recoveryPoints?api-version=2025-02-01"
    )


def test_recovery_points_that_cannot_be_read_are_counted() -> None:
    """The service says year 1 for "no time"; other workloads' points are none of ours."""
    raw = [
        {"name": "1", "properties": {"recoveryPointTime": "0001-01-01T00:00:00Z"}},
        {"name": "2", "properties": {"recoveryPointTime": "last night"}},
        {"name": "3", "properties": {}},
        {"properties": {"recoveryPointTime": "2026-07-26T00:05:09Z"}},
        {"name": "5", "properties": {"objectType": "GenericRecoveryPoint"}},
        None,
        samples.POINT,
    ]
    points, unreadable = backup(Script(reply(200, {"value": raw}))).recovery_points(ITEM)
    assert ([point.name for point in points], unreadable) == ([samples.POINT_NAME], 5)


def test_jobs_are_filtered_by_azure_and_again_here() -> None:
    def job(name: str, start: str | None, operation: str = "Restore") -> dict[str, Any]:
        known = {"status": "InProgress", "operation": operation, "startTime": start}
        return {"name": name, "properties": known}

    script = Script(
        reply(
            200,
            {
                "value": [
                    job("same-second", "2026-07-26T00:05:09.2Z"),
                    job("same-instant", "2026-07-26T00:05:09Z"),
                    job("older", "2026-07-26T00:05:08Z"),
                    job("no-time", None),
                    job("backup", "2026-07-27T00:00:00Z", "Backup"),
                ]
            },
        )
    )
    since = datetime(2026, 7, 26, 0, 5, 9, 900000, tzinfo=UTC)
    found = backup(script).restore_jobs(ITEM, since)
    assert [one.job_id for one in found.jobs] == ["same-second", "same-instant", "no-time"]
    assert found.vault_time == NOW
    assert script.urls[0] == (
        f"{ENDPOINT}{VAULT}/backupJobs?api-version=2025-02-01&$filter=backupManagementType%20eq"
        "%20%27AzureIaasVM%27%20and%20operation%20eq%20%27Restore%27%20and%20startTime%20eq"
        "%20%272026-07-26%2012%3A05%3A09%20AM%27%20and%20endTime%20eq"
        "%20%272026-08-25%2012%3A05%3A09%20AM%27"
    )


def test_all_jobs_are_listed_when_no_time_is_given() -> None:
    script = Script(reply(200, {"value": [samples.JOB]}, {"Date": "Sun, 26 Jul 2026 15:20:00 GMT"}))
    found = backup(script).restore_jobs(VAULT)
    assert found.jobs[0].job_id == samples.OPERATION
    assert found.vault_time == datetime(2026, 7, 26, 15, 20, tzinfo=UTC)
    assert "startTime" not in script.urls[0]


def test_the_afternoon_is_written_with_twelve_hours() -> None:
    script = Script(reply(200, {"value": []}))
    backup(script).restore_jobs(VAULT, datetime(2026, 7, 26, 15, 4, 5, tzinfo=UTC))
    assert "%272026-07-26%2003%3A04%3A05%20PM%27" in script.urls[0]


def test_a_restore_is_sent_as_it_is_and_its_poll_urls_are_kept_as_they_are() -> None:
    item = arm_json.protected_item(samples.ITEM, VAULT, "westeurope")
    assert item is not None
    script = Script(samples.accepted())
    triggered, poll_urls = backup(script).trigger_restore(item, samples.POINT_NAME, samples.BODY)
    (sent,) = script.sent
    assert sent.method == "POST"
    assert sent.url == (
        f"{ENDPOINT}{VAULT}/backupFabrics/Azure"
        "/protectionContainers/IaasVMContainer%3Biaasvmcontainerv2%3Brg-contoso-green%3Bsql-01"
        "/protectedItems/VM%3Biaasvmcontainerv2%3Brg-contoso-green%3Bsql-01"
        f"/recoveryPoints/{samples.POINT_NAME}/restore?api-version=2025-02-01"
    )
    assert sent.body is not None
    assert json.loads(sent.body) == samples.BODY
    assert triggered == Triggered(operation_id=samples.OPERATION)
    assert (poll_urls.async_url, poll_urls.location) == (
        samples.ACCEPTED_HEADERS["azure-asyncoperation"],
        samples.ACCEPTED_HEADERS["location"],
    )


def test_an_acceptance_without_headers_is_an_acceptance() -> None:
    triggered, poll_urls = backup(Script(reply(202))).trigger_restore(ITEM, "1", {})
    assert triggered.operation_id is None
    assert (poll_urls.async_url, poll_urls.location) == (None, None)


@pytest.mark.parametrize("fate", [reply(200, {}), reply(204), reply(503), TimeoutError()])
def test_a_restore_that_may_have_begun_is_a_lost_reply(fate: Reply | Exception) -> None:
    script = Script(fate)
    with pytest.raises(errors.ReplyLost):
        backup(script).trigger_restore(ITEM, "1", {})
    assert len(script.sent) == 1


def test_a_job_is_read() -> None:
    script = Script(reply(200, samples.JOB))
    job = backup(script).read_job(VAULT, samples.OPERATION)
    assert job.status == "InProgress"
    assert script.urls == [
        f"{ENDPOINT}{VAULT}/backupJobs/{samples.OPERATION}?api-version=2025-02-01"
    ]


def test_a_job_that_is_not_there_yet_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        backup(Script(refusal(404, "ResourceNotFound"))).read_job(VAULT, "j")


def test_a_job_in_no_shape_is_asked_for_again_later() -> None:
    with pytest.raises(errors.ServiceUnavailable) as caught:
        backup(Script(reply(200, {"name": "j"}))).read_job(VAULT, "j")
    assert caught.value.code == "MalformedReply"


def test_a_job_is_cancelled_or_it_is_too_late_for_that() -> None:
    late = refusal(400, "UserErrorJobNotCancellable", "Too late.")
    script = Script(reply(202), late, refusal(409, "Conflict", "No."))
    known = backup(script)
    assert known.cancel_job(VAULT, "j") == CancelReply(True)
    assert known.cancel_job(VAULT, "j") == CancelReply(
        False, "UserErrorJobNotCancellable", "Too late."
    )
    assert not known.cancel_job(VAULT, "j").accepted
    assert script.sent[0].method == "POST"
    assert script.urls[0] == f"{ENDPOINT}{VAULT}/backupJobs/j/cancel?api-version=2025-02-01"
    assert script.sent[0].body is None


def test_not_being_allowed_to_cancel_is_an_error() -> None:
    with pytest.raises(errors.AccessDenied):
        backup(Script(reply(403))).cancel_job(VAULT, "j")


def test_an_operation_is_read_in_its_vault() -> None:
    script = Script(reply(200, samples.SUCCEEDED))
    look = backup(script).read_operation(VAULT, "op", None)
    assert look.job_id == samples.OPERATION
    assert script.urls == [f"{ENDPOINT}{VAULT}/backupOperations/op?api-version=2025-02-01"]


def test_the_api_version_is_the_settings() -> None:
    script = Script(reply(200, {"value": []}))
    Backup(client(script), "2026-07-01").recovery_points(ITEM)
    assert script.urls[0].endswith("/recoveryPoints?api-version=2026-07-01")


@pytest.mark.parametrize(
    ("version", "tells"), [("2025-02-01", False), ("2026-07-01", True), ("2026-10-01", True)]
)
def test_threats_are_told_by_newer_versions_only(version: str, tells: bool) -> None:
    assert Backup(client(Script()), version).tells_threats is tells


def test_the_vaults_time_is_that_of_the_first_page_for_a_job_may_begin_after_it() -> None:
    following = f"{ENDPOINT}{VAULT}/backupJobs?page=2"
    script = Script(
        reply(200, {"value": [], "nextLink": following}, {"Date": "Sun, 26 Jul 2026 15:20:00 GMT"}),
        reply(200, {"value": []}, {"Date": "Sun, 26 Jul 2026 15:21:00 GMT"}),
    )
    found = backup(script).restore_jobs(VAULT)
    assert found.vault_time == datetime(2026, 7, 26, 15, 20, tzinfo=UTC)
