"""A table of what Azure refuses, and with which words."""

import json
from typing import Any

import pytest

from simulated_azure import seed
from tests.contract.simulated_azure.caller import HEADERS, Caller, error

INVALID = (400, "BMSUserErrorInvalidInput")
JOBS = f"{seed.VAULT_ID}/backupJobs"


@pytest.mark.parametrize(
    ("path", "expected", "gateway"),
    [
        (seed.VAULT_ID.replace("vault-west", "other"), (404, "ResourceNotFound"), True),
        (seed.VAULT_ID.replace("rg-vault", "rg-x"), (404, "ResourceGroupNotFound"), True),
        (seed.VAULT_ID.replace("0001", "0002"), (404, "SubscriptionNotFound"), True),
        (seed.vm_id("deleted-01"), (404, "ResourceNotFound"), True),
        (f"{JOBS}/11111111-1111-1111-1111-111111111111", (404, "ResourceNotFound"), False),
        (f"{seed.VAULT_ID}/backupOperations/nothing", (404, "ResourceNotFound"), False),
        (f"{seed.VAULT_ID}/backupNothing", (404, "InvalidResourceType"), True),
        (f"{JOBS}/a/cancel", (405, "MethodNotAllowed"), True),
    ],
)
def test_what_is_not_there_is_said_by_its_outermost_part(
    azure: Caller, path: str, expected: tuple[int, str], gateway: bool
) -> None:
    reply = azure.get(path)
    assert error(reply) == expected
    assert (reply.headers.get("x-ms-failure-cause") == "gateway") == gateway


def test_unknown_items_and_points_are_not_found(azure: Caller) -> None:
    item = azure.item("nobody")
    for path in (item, f"{item}/recoveryPoints", f"{item}/recoveryPoints/1"):
        assert error(azure.get(path)) == (404, "BMSUserErrorDataSourceObjectNotFound")
    assert error(azure.get(f"{azure.item()}/recoveryPoints/1")) == (404, "ResourceNotFound")
    assert azure.get(azure.item().replace("/Azure/", "/Other/")).status == 404


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("latest", "InvalidApiVersionParameter"),
        ("2020-13-99", "NoRegisteredProviderFound"),
        ("2031-01-01", "NoRegisteredProviderFound"),
    ],
)
def test_an_api_version_is_required_and_must_be_known(
    azure: Caller, version: str, code: str
) -> None:
    query = f"?api-version={version}" if version else ""
    assert error(azure.get(f"{azure.base}{JOBS}{query}")) == (400, code)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "AuthenticationFailed"),
        ("Basic abc", "InvalidAuthenticationToken"),
        ("Bearer ", "InvalidAuthenticationToken"),
    ],
)
def test_without_a_bearer_token_nothing_is_answered(
    azure: Caller, value: str | None, code: str
) -> None:
    azure.headers = {} if value is None else {"Authorization": value}
    assert error(azure.get(JOBS)) == (401, code)


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (b"{", "application/json", (400, "InvalidRequestContent")),
        (b"", "application/json", (400, "InvalidRequestContent")),
        (b"{}", "text/plain", (415, "UnsupportedMediaType")),
        (b"{}", "application/json", INVALID),
        (b"[]", "application/json", INVALID),
        (b'{"properties": null}', "application/json", INVALID),
        (b'{"parameters": {"properties": {}}}', "application/json", INVALID),
        (b'{"properties": {"objectType": "Other"}}', "application/json", INVALID),
    ],
)
def test_a_body_must_be_the_envelope_around_properties(
    azure: Caller, content: bytes, media_type: str, expected: tuple[int, str]
) -> None:
    headers = HEADERS | {"Content-Type": media_type}
    url = azure.url(f"{azure.point()}/restore")
    assert error(azure.send("POST", url, headers, content)) == expected


DISKS: list[dict[str, Any]] = [
    {"recoveryPointId": "1"},
    {"recoveryType": "Offline"},
    {"recoveryType": "restoredisks"},
    {"sourceResourceId": seed.vm_id("web-02")},
    {"region": "northeurope"},
    {"region": None},
    {"storageAccountId": None},
    {"storageAccountId": seed.ZRS_STAGING_ID},
    {"storageAccountId": seed.NORTH_STAGING_ID},
    {"identityBasedRestoreDetails": {"targetStorageAccountId": seed.STAGING_ID}},
    {"targetResourceGroupId": "rg-restored"},
    {"targetVirtualMachineId": seed.target_vm_id("new")},
    {"originalStorageAccountOption": True},
    {"createNewCloudService": "no"},
    {"restoreDiskLunList": [5]},
    {"restoreDiskLunList": ["5"]},
    {"restoreDiskLunList": ["os"]},
    {"restoreDiskLunList": ["-1"]},
    {"zones": ["1"]},
    {"diskEncryptionSetId": "/subscriptions/x"},
    {"targetDiskNetworkAccessSettings": {"targetDiskNetworkAccessOption": "SameAsOnSourceDisks"}},
    {"objectType": "IaasVMRestoreWithRehydrationRequest"},
]


@pytest.mark.parametrize("change", DISKS, ids=str)
def test_a_wrong_restore_disks_body_is_refused_without_saying_why(
    azure: Caller, change: dict[str, Any]
) -> None:
    body = azure.disks_body()
    body["properties"] |= change
    body["properties"] = {k: v for k, v in body["properties"].items() if v is not None}
    point = azure.point()
    assert error(azure.post(f"{point}/restore", body)) == INVALID
    seen = azure.control("GET", "/requests?method=POST")[-1]
    assert seen["problems"], "the log says what the client is not told"
    assert azure.simulator.state.job_records == {}


@pytest.mark.parametrize(
    "change",
    [
        {"targetVirtualMachineId": None},
        {"targetResourceGroupId": None},
        {"virtualNetworkId": None},
        {"subnetId": None},
        {"subnetId": f"{seed.NETWORK_ID}/subnets/none"},
        {"targetVirtualMachineId": seed.vm_id("web-02")},
        {"targetVirtualMachineId": seed.vm_id("new")},
        {"targetVirtualMachineId": seed.STAGING_ID},
    ],
    ids=str,
)
def test_a_wrong_alternate_location_body_is_refused(azure: Caller, change: dict[str, Any]) -> None:
    assert error(azure.restore(azure.alternate_body(**change))) == INVALID


def test_target_fields_of_other_types_are_refused_or_as_in_reality_ignored(azure: Caller) -> None:
    body = azure.original_body(targetVirtualMachineId=seed.target_vm_id("new"))
    assert error(azure.restore(body)) == INVALID
    azure.control("PUT", "/state", {"service": {"refuse_fields_of_other_types": False}})
    azure.start(body)
    azure.clock.advance(1500)
    assert azure.get(seed.target_vm_id("new")).status == 404


def test_empty_and_null_target_fields_are_the_same_as_none(azure: Caller) -> None:
    body = azure.original_body()
    body["properties"] |= {"affinityGroup": "", "subnetId": None, "targetVirtualMachineId": ""}
    assert azure.restore(body).status == 202


@pytest.mark.parametrize(("name", "index"), [("web-01", 3), ("web-01", 6), ("sd-01", 0)])
def test_deleted_and_unusable_points_are_refused(azure: Caller, name: str, index: int) -> None:
    assert error(azure.restore(azure.disks_body(name, index), name)) == INVALID


def test_an_unmanaged_vm_restores_to_its_accounts_but_not_over_itself(azure: Caller) -> None:
    body = azure.disks_body("unmanaged-01", originalStorageAccountOption=True)
    assert azure.restore(body, "unmanaged-01").status == 202
    assert error(azure.restore(azure.original_body("unmanaged-01"), "unmanaged-01")) == INVALID


@pytest.mark.parametrize(
    "text", ["status = 'InProgress'", "colour eq 'red'", "startTime eq '2026-07-01T00:00:00Z'"]
)
def test_a_filter_that_cannot_be_read_is_refused(azure: Caller, text: str) -> None:
    assert error(azure.get(JOBS, filter=text)) == INVALID


def test_a_page_token_that_is_not_ours_is_refused(azure: Caller) -> None:
    assert error(azure.get(JOBS, **{"$skipToken": "abc"})) == INVALID


def test_no_error_repeats_a_token_or_a_signature(azure: Caller) -> None:
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    azure.get(url + "x")
    log = json.dumps(azure.control("GET", "/requests"))
    assert "a-token" not in log
    assert url.split("&s=")[1][:40] not in log
    assert "s=redacted" in log
