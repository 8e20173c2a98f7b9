"""ARM's JSON, in every form it was seen in."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from arm import arm_json
from restore.messages.errors import NotFound
from restore.messages.request import ExtendedLocation, RecoveryPointChoice
from restore.progress.phases import RestorePhase, phase_of
from restore.start.recovery_point_choice import choose
from tests.fakes.secrets import KEY
from tests.unit.arm import samples
from tests.unit.arm.fakes import ITEM, VAULT, VM


def _job(**properties: Any) -> dict[str, Any]:
    return {"name": "j", "properties": {"status": "InProgress", **properties}}


def _point(**properties: Any) -> dict[str, Any]:
    return {"name": "1", "properties": {"recoveryPointTime": "2026-07-26T13:16:55Z", **properties}}


def test_a_recovery_point_is_read() -> None:
    point = arm_json.recovery_point(samples.POINT)
    assert point is not None
    assert point.name == samples.POINT_NAME
    assert point.time == datetime(2026, 10, 26, 13, 16, 55, 439787, tzinfo=UTC)
    assert point.consistency == "AppConsistent"
    assert point.tier == "SnapshotAndVaultStandard"
    assert point.is_managed_vm
    assert not point.is_encrypted
    assert point.zones is None


def test_points_show_tiers_zones_edge_zones_and_privacy() -> None:
    points = [arm_json.recovery_point(raw) for raw in samples.POINTS]
    one, two, three = (point for point in points if point is not None)
    assert [point.tier for point in (one, two, three)] == [
        "VaultStandard",
        "VaultStandardRehydrated",
        "SnapshotAndVaultStandard",
    ]
    assert two.zones == ("1",)
    assert two.is_private_access_enabled
    assert three.is_encrypted
    assert three.extended_location == ExtendedLocation(name="contosoedge1", type="EdgeZone")


def test_numeric_tiers_are_the_same_as_named_ones() -> None:
    tiers = [{"type": 1, "status": 1}, {"type": 2, "status": 1}, "rubbish"]
    point = arm_json.recovery_point(_point(recoveryPointTierDetails=tiers))
    assert point is not None
    assert point.tier == "SnapshotAndVaultStandard"


def test_soft_deletion_and_threats_are_read() -> None:
    deleted = {"isSoftDeleted": True, "expiryTime": "2026-08-01"}
    raw = _point(recoveryPointProperties=deleted, threatStatus="UnHealthy")
    point = arm_json.recovery_point(raw)
    assert point is not None
    assert point.is_soft_deleted
    assert point.threat_status == "UnHealthy"


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {"name": "1"},
        {"name": "1", "properties": None},
        {"name": "1", "properties": {"recoveryPointTime": "0001-01-01T00:00:00"}},
        {"name": "1", "properties": {"recoveryPointTime": "yesterday"}},
        {"properties": {"recoveryPointTime": "2026-07-26T13:16:55Z"}},
    ],
)
def test_a_recovery_point_without_name_or_time_is_none(raw: object) -> None:
    assert arm_json.recovery_point(raw) is None


def test_another_workloads_recovery_point_is_no_vms() -> None:
    for other in ("AzureFileShareRecoveryPoint", "WorkloadRecoveryPoint", 7):
        assert not arm_json.is_vms(_point(objectType=other))
    assert arm_json.is_vms(_point(objectType="IaasVMRecoveryPoint"))
    assert arm_json.is_vms({"name": "1"})


def test_items_are_told_apart_by_the_vms_id_not_by_their_friendly_name() -> None:
    items = samples.ITEMS
    wanted = items[2]["properties"]["sourceResourceId"].upper()
    assert [arm_json.is_of_vm(item, wanted) for item in items] == [False, False, True]
    item = arm_json.protected_item(items[2], VAULT, "westeurope")
    assert item is not None
    assert item.container_name == "IaasVMContainer;iaasvmcontainerv2;rg-contoso-green;sql-01"
    assert item.name == "VM;iaasvmcontainerv2;rg-contoso-green;sql-01"
    assert item.friendly_name == items[0]["properties"]["friendlyName"] == "sql-01"


def test_an_item_that_names_two_vms_is_the_one_that_a_restore_would_name() -> None:
    """Else the policy would judge the one, and the other would be sent."""
    judged, other = VAULT.replace("vaults", "one"), VAULT.replace("vaults", "other")
    raw = {
        "id": f"{VAULT}/backupFabrics/Azure/protectionContainers/c/protectedItems/i",
        "properties": {"sourceResourceId": other, "virtualMachineId": judged},
    }
    item = arm_json.protected_item(raw, VAULT, "westeurope")
    assert item is not None
    assert item.source_resource_id == other
    assert arm_json.is_of_vm(raw, other)
    assert not arm_json.is_of_vm(raw, judged)
    assert arm_json.is_of_vm({"properties": {"virtualMachineId": judged}}, judged)


def test_an_item_whose_protection_stopped_is_an_item() -> None:
    item = arm_json.protected_item(samples.STOPPED_ITEM, VAULT, "westeurope")
    assert item is not None
    assert item.protection_state == "ProtectionStopped"
    assert not arm_json.is_soft_deleted_item(samples.STOPPED_ITEM)


def test_an_items_id_is_made_whole() -> None:
    item = arm_json.protected_item(samples.CLASSIC_ITEM, VAULT, "westeurope")
    assert item is not None
    assert item.id == (
        f"{VAULT}/backupFabrics/Azure/protectionContainers/"
        "IaasVMContainer;iaasvmcontainer;contoso-cloud;ftp-01"
        "/protectedItems/VM;iaasvmcontainer;contoso-cloud;ftp-01"
    )


@pytest.mark.parametrize(
    "item_id",
    ["/subscriptions/s", f"{VAULT}/protectionContainers/c", f"{VAULT}/protectedItems/i", 7],
)
def test_an_item_whose_id_does_not_say_where_it_is_is_none(item_id: object) -> None:
    raw = samples.CLASSIC_ITEM | {"id": item_id}
    assert arm_json.protected_item(raw, VAULT, "westeurope") is None


def test_an_item_that_does_not_say_its_state_is_in_an_invalid_one() -> None:
    known = {"sourceResourceId": VM}
    item = arm_json.protected_item({"id": ITEM.id, "properties": known}, VAULT, "westeurope")
    assert item is not None
    assert (item.protection_state, item.friendly_name) == ("Invalid", None)


@pytest.mark.parametrize("raw", [samples.JOB, samples.JOB_IN_NUMBERS])
def test_jobs_read_the_same_with_numbers_and_with_names(raw: dict[str, Any]) -> None:
    job = arm_json.job(raw)
    assert job is not None
    assert job.status == "InProgress"
    assert job.operation == "Restore"
    assert job.percent == 1
    assert job.task == "Transfer data from vault"
    assert job.cancellable
    assert job.start_time is not None
    assert (job.remaining_s, job.message, job.errors) == (None, None, ())
    assert (job.container_name or "").startswith("iaasvmcontainerv2;")


@pytest.mark.parametrize("status", ["Canceled", "canceled", "Cancelled"])
def test_a_cancelled_job_is_one_however_it_is_spelled(status: str) -> None:
    job = arm_json.job(_job(status=status))
    assert job is not None
    assert (job.status, job.is_terminal) == ("Cancelled", True)


def test_a_job_from_a_list_lacks_its_details() -> None:
    job = arm_json.job(samples.LISTED_JOB)
    assert job is not None
    assert (job.entity_name, job.operation, job.task) == ("sql-01", "Backup", None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1H30M", 5400.0), ("01:30:00.5000000", 5400.5), ("soon", None), ("", None), (7, None)],
)
def test_the_remaining_time_comes_in_two_notations(text: object, seconds: float | None) -> None:
    job = arm_json.job(_job(extendedInfo={"estimatedRemainingDuration": text}))
    assert job is not None
    assert job.remaining_s == seconds


@pytest.mark.parametrize("actions", [["Cancellable"], [2, 1], ["Retriable", "Cancellable"]])
def test_a_finished_job_is_not_cancellable_whatever_it_says(actions: list[object]) -> None:
    running = arm_json.job(_job(actionsInfo=actions))
    assert running is not None
    assert running.cancellable
    for status, is_terminal in (("Completed", True), ("Failed", True), ("Invalid", False)):
        other = arm_json.job(_job(actionsInfo=actions, status=status))
        assert other is not None
        assert (other.cancellable, other.is_terminal) == (False, is_terminal)


def test_a_failed_jobs_errors_are_carried_whole_but_redacted() -> None:
    details = [
        {
            "errorCode": 400094,
            "errorTitle": "VM gone",
            "errorString": "See https://x.example/a?sig=S3CRET",
            "recommendations": ["Create it.", "", None],
        },
        {"errorCode": "12", "errorString": None},
        "rubbish",
    ]
    job = arm_json.job(_job(status="Failed", errorDetails=details, startTime="0001-01-01T00:00:00"))
    assert job is not None
    first, second, third = job.errors
    assert (first.code, first.title, first.recommendations) == (400094, "VM gone", ("Create it.",))
    assert "S3CRET" not in first.text
    assert (second.code, second.text) == (12, "")
    assert third.code is None
    assert job.start_time is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"name": "j"},
        {"name": "j", "properties": []},
        {"properties": {"status": "InProgress"}},
    ],
)
def test_what_says_no_name_or_no_status_is_no_job(raw: object) -> None:
    assert arm_json.job(raw) is None


def test_odd_values_do_not_hurt() -> None:
    extended = {
        "tasksList": [None, {"status": "InProgress", "taskId": 7, "progressPercentage": "40"}],
        "progressPercentage": True,
        "internalPropertyBag": [],
        "dynamicErrorMessage": None,
    }
    raw = _job(extendedInfo=extended, actionsInfo=None, startTime=5)
    job = arm_json.job(raw)
    assert job is not None
    assert (job.percent, job.task, job.start_time, job.cancellable) == (40, None, None, False)


@pytest.mark.parametrize(
    ("status", "told"),
    [("Paused; sig=S3CRET", "[removed]"), ("Paused", "Paused"), ("Begun", "Begun")],
)
def test_a_status_that_nobody_knows_is_told_plainly_and_followed(status: str, told: str) -> None:
    job = arm_json.job(_job(status=status))
    assert job is not None
    assert (job.status, job.is_terminal, job.cancellable) == (f"other: {told}", False, False)
    assert phase_of(job) is RestorePhase.TRANSFERRING


@pytest.mark.parametrize("status", ["completed", "COMPLETED"])
def test_a_status_is_known_in_any_case(status: str) -> None:
    job = arm_json.job(_job(status=status))
    assert job is not None
    assert job.status == "Completed"


def test_a_consistency_that_nobody_knows_ranks_below_all_others() -> None:
    odd = arm_json.recovery_point(_point(recoveryPointType="Ver\nified"))
    assert odd is not None
    assert odd.consistency == "other: Ver ified"
    usable = msgspec.structs.replace(odd, tier="Snapshot")
    wanted = RecoveryPointChoice(consistency="CrashConsistent")
    with pytest.raises(NotFound, match="less consistent than requested"):
        choose([usable], wanted, now=datetime(2026, 7, 27, tzinfo=UTC))


def test_an_operation_that_nobody_knows_is_no_restore() -> None:
    job = arm_json.job(_job(operation="Restoring?"))
    assert job is not None
    assert job.operation == "other: Restoring"


def test_an_items_source_is_told_as_an_id_whatever_azure_writes() -> None:
    raw = {
        "id": f"{VAULT}/backupFabrics/Azure/protectionContainers/c/protectedItems/i",
        "properties": {"sourceResourceId": f"https://management.azure.com{VM}?t=1&s=S3CRET"},
    }
    assert arm_json.is_of_vm(raw, VM)
    item = arm_json.protected_item(raw, VAULT, "westeurope")
    assert item is not None
    assert item.source_resource_id == VM


def test_an_item_whose_source_may_be_a_secret_is_no_item() -> None:
    for source in (f"{VM}?sig=S3CRET", f"{VM}/%3Fsig%3DS3CRET", f"{VM}/{KEY}"):
        raw = {"id": ITEM.id, "properties": {"sourceResourceId": source}}
        assert arm_json.protected_item(raw, VAULT, "westeurope") is None


@pytest.mark.parametrize(
    ("field", "name", "by_default"),
    [
        ("isManagedVirtualMachine", "is_managed_vm", True),
        ("isPrivateAccessEnabledOnAnyDisk", "is_private_access_enabled", False),
        ("originalStorageAccountOption", "original_storage_account_option", False),
        ("isSourceVMEncrypted", "is_encrypted", False),
    ],
)
def test_a_truth_is_read_only_where_it_is_one(field: str, name: str, by_default: bool) -> None:
    odd = [(value, by_default) for value in (None, "x", 1, 0)]
    for value, expected in [(True, True), (False, False), *odd]:
        point = arm_json.recovery_point(_point(**{field: value}))
        assert getattr(point, name) is expected
    assert getattr(arm_json.recovery_point(_point()), name) is by_default


def test_only_what_is_marked_is_soft_deleted() -> None:
    for value in (True, False, None, "true", 1):
        expected = value is True
        item = {"properties": {"isScheduledForDeferredDelete": value}}
        assert arm_json.is_soft_deleted_item(item) is expected
        point = arm_json.recovery_point(_point(recoveryPointProperties={"isSoftDeleted": value}))
        assert point is not None
        assert point.is_soft_deleted is expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"name": "zone-1", "type": "EdgeZone"}, ("zone-1", "EdgeZone")),
        ({"name": "zone-1"}, ("zone-1", "EdgeZone")),
        ({"name": "zone-1", "type": "Other"}, ("zone-1", "Other")),
        ({"type": "EdgeZone"}, None),
        ({}, None),
    ],
)
def test_an_edge_zone_has_a_name_and_a_type(raw: object, expected: Any) -> None:
    point = arm_json.recovery_point(_point(extendedLocation=raw))
    assert point is not None
    found = point.extended_location
    assert (None if found is None else (found.name, found.type)) == expected


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), ("7", 7), ("7.5", 7.5), (True, None), (False, None), ([], None), ({}, None),
     (None, None), ("x", None), ("nan", None), ("inf", None)],
)  # fmt: skip
def test_a_number_is_one_or_none(value: object, number: float | None) -> None:
    assert arm_json._number(value) == number


def test_of_a_jobs_texts_so_much_is_told() -> None:
    error = {"errorString": "e", "recommendations": ["Do it."] * 21}
    extended = {
        "tasksList": [
            {"taskId": "Prepare", "status": "Completed"},
            {"taskId": "Check", "status": "Skipped"},
            {"taskId": "Copy " * 41, "status": "InProgress"},
        ],
        "dynamicErrorMessage": "Slow.",
    }
    job = arm_json.job(_job(extendedInfo=extended, errorDetails=[error] * 21))
    assert job is not None
    assert job.task == f"{'Copy ' * 39}Copy…"
    assert len(job.task) == 200
    assert job.message == "Slow."
    assert len(job.errors) == 20
    assert len(job.errors[0].recommendations) == 20


def test_so_many_zones_a_point_may_have() -> None:
    point = arm_json.recovery_point(_point(zones=[str(number) for number in range(17)]))
    assert point is not None
    assert point.zones == tuple(str(number) for number in range(16))
