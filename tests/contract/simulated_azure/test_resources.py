"""Sentences about what is protected and what can be restored."""

import pytest

from simulated_azure import seed
from tests.contract.simulated_azure.caller import Caller, document, error, value

ITEMS = f"{seed.VAULT_ID}/backupProtectedItems"
STATUS = (
    f"/subscriptions/{seed.SUBSCRIPTION}/providers/Microsoft.RecoveryServices"
    "/locations/{}/backupStatus"
)


def test_protected_items_hold_their_names_in_several_spellings(azure: Caller) -> None:
    item = next(i for i in value(azure.get(ITEMS)) if i["name"].endswith("web-01"))
    assert item["id"] == azure.item("web-01")
    assert item["properties"]["containerName"] == "iaasvmcontainerv2;rg-app;web-01"
    assert item["properties"]["sourceResourceId"] == seed.vm_id("web-01")
    assert item["properties"]["vaultId"].startswith("http")


def test_a_friendly_name_is_not_unique(azure: Caller) -> None:
    text = "backupManagementType eq 'AzureIaasVM' and itemType eq 'VM' and friendlyName eq 'api-01'"
    items = value(azure.get(ITEMS, filter=text))
    assert len({item["properties"]["sourceResourceId"] for item in items}) == 2


def test_a_stopped_item_shows_sentinels_and_a_soft_deleted_one_says_so(azure: Caller) -> None:
    found = {i["properties"]["friendlyName"]: i["properties"] for i in value(azure.get(ITEMS))}
    stopped = found["stopped-01"]
    assert stopped["protectionState"] == "ProtectionStopped"
    assert stopped["lastBackupTime"] == "2001-01-01T00:00:00Z"
    assert stopped["policyId"] == ""
    assert found["sd-01"]["isScheduledForDeferredDelete"] is True


def test_names_in_paths_may_be_in_any_case_and_encoded(azure: Caller) -> None:
    path = (
        azure.item("web-01").replace(";", "%3B").lower().replace("subscriptions", "Subscriptions")
    )
    assert document(azure.get(path))["name"] == "VM;iaasvmcontainerv2;rg-app;web-01"


def test_recovery_points_come_in_pages_that_are_followed_verbatim(azure: Caller) -> None:
    azure.control("POST", "/faults", [{"kind": "truncate_pages", "page_size": 3, "times": None}])
    path = f"{azure.item()}/recoveryPoints"
    names, url, pages = [], azure.url(path), 0
    while url:
        body = document(azure.get(url))
        names += [point["name"] for point in body["value"]]
        url, pages = body.get("nextLink", ""), pages + 1
    assert (len(set(names)), pages) == (8, 3)
    azure.control("POST", "/reset")
    assert [point["name"] for point in azure.points()] == names


@pytest.mark.parametrize("version", ["2018-12-20", "2021-11-15", "2023-01-15"])
def test_the_versions_of_the_secondary_region_find_nothing(azure: Caller, version: str) -> None:
    point, body = azure.point(), azure.disks_body()
    azure.version = version
    assert azure.points() == []
    assert azure.get(point).status == 404
    assert azure.restore(body).status == 404


def test_tiers_are_numbers_in_old_versions_and_words_in_new_ones(azure: Caller) -> None:
    point = azure.point(index=1)
    azure.version = "2019-05-13"
    old = document(azure.get(point))["properties"]["recoveryPointTierDetails"]
    assert old == [{"type": 1, "status": 1}, {"type": 2, "status": 1}]
    azure.version = "2021-10-01"
    new = document(azure.get(point))["properties"]["recoveryPointTierDetails"]
    assert new == [
        {"type": "InstantRP", "status": "Valid"},
        {"type": "HardenedRP", "status": "Valid"},
    ]


def test_the_order_of_recovery_points_is_no_promise(azure: Caller) -> None:
    newest_first = [point["name"] for point in azure.points()]
    azure.control("PUT", "/state", {"service": {"points_order": "shuffled"}})
    shuffled = [point["name"] for point in azure.points()]
    assert shuffled != newest_first
    assert sorted(shuffled) == sorted(newest_first)


def test_recovery_points_can_be_filtered_by_date(azure: Caller) -> None:
    text = "startDate eq '2029-12-27 12:00:00 AM' and endDate eq '2029-12-30 11:59:59 PM'"
    assert len(value(azure.get(f"{azure.item()}/recoveryPoints", filter=text))) == 4


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("includeSoftDeletedRP eq 'true'", 8),
        ("includeSoftDeletedRP eq 'False'", 7),
        ("restorePointQueryType eq 'All'", 8),
        ("restorePointQueryType eq 'Full' and includeSoftDeletedRP eq 'false'", 7),
        ("restorePointQueryType eq 'Log'", 0),
        ("moveReadyRPOnly eq 'true'", 0),
        ("moveReadyRPOnly eq 'false' and extendedInfo eq 'true'", 8),
        ("startDate eq '2029-12-27 12:00:00 AM' and includeSoftDeletedRP eq 'false'", 4),
    ],
)
def test_recovery_points_are_filtered_by_state_and_query_type(
    azure: Caller, text: str, count: int
) -> None:
    assert len(value(azure.get(f"{azure.item()}/recoveryPoints", filter=text))) == count


@pytest.mark.parametrize(
    "text",
    [
        "includeSoftDeletedRP eq 'yes'",
        "extendedInfo eq ''",
        "restorePointQueryType eq 'Complete'",
        "startDate eq '2029-12-27T00:00:00Z'",
    ],
)
def test_a_filter_of_recovery_points_that_cannot_be_read_is_refused(
    azure: Caller, text: str
) -> None:
    refused = azure.get(f"{azure.item()}/recoveryPoints", filter=text)
    assert error(refused) == (400, "BMSUserErrorInvalidInput")


def test_no_point_is_recommended_for_the_archive(azure: Caller) -> None:
    path = f"{azure.item()}/recoveryPointsRecommendedForMove"
    assert value(azure.post(path, {"excludedRPList": []})) == []
    ready = {
        point["properties"]["recoveryPointMoveReadinessInfo"]["ArchivedRP"]["isReadyForMove"]
        for point in azure.points()
    }
    assert ready == {False}


def test_backup_status_answers_at_once_with_names_for_urls(azure: Caller) -> None:
    body = {"resourceType": "VM", "resourceId": seed.vm_id("web-01").upper()}
    status = document(azure.post(STATUS.format(seed.REGION), body))
    assert status["protectionStatus"] == "Protected"
    assert status["vaultId"].lower() == seed.VAULT_ID.lower()
    assert status["containerName"] == "iaasvmcontainer;iaasvmcontainerv2;rg-app;web-01"
    assert status["protectedItemName"] == "vm;iaasvmcontainerv2;rg-app;web-01"
    path = f"{status['vaultId']}/backupFabrics/Azure/protectionContainers/{status['containerName']}"
    assert azure.get(f"{path}/protectedItems/{status['protectedItemName']}").status == 200


@pytest.mark.parametrize(
    ("vm", "region"), [("web-01", "northeurope"), ("deleted-01", "westeurope")]
)
def test_backup_status_knows_nothing_elsewhere_or_of_deleted_vms(
    azure: Caller, vm: str, region: str
) -> None:
    body = {"resourceType": "VM", "resourceId": seed.vm_id(vm)}
    assert document(azure.post(STATUS.format(region), body))["protectionStatus"] == "NotProtected"


def test_a_vault_has_a_location_a_redundancy_and_no_guard(azure: Caller) -> None:
    assert document(azure.get(seed.VAULT_ID, **{"api-version": "2026-05-01"}))["location"] == (
        seed.REGION
    )
    config = document(azure.get(f"{seed.ZONED_VAULT_ID}/backupstorageconfig/vaultstorageconfig"))
    assert config["properties"]["storageType"] == "ZoneRedundant"
    assert value(azure.get(f"{seed.VAULT_ID}/backupResourceGuardProxies")) == []


def test_the_date_header_is_the_service_s_clock(azure: Caller) -> None:
    azure.clock.advance(3600)
    assert azure.get(ITEMS).headers["Date"] == "Tue, 01 Jan 2030 01:00:00 GMT"


def test_a_client_s_request_id_is_echoed_on_demand(azure: Caller) -> None:
    azure.headers |= {"x-ms-client-request-id": "abc"}
    assert "x-ms-client-request-id" not in azure.get(ITEMS).headers
    azure.headers |= {"x-ms-return-client-request-id": "true"}
    assert azure.get(ITEMS).headers["x-ms-client-request-id"] == "abc"


def test_reads_count_down_a_quota_and_only_an_enforced_one_ends_in_429(azure: Caller) -> None:
    name = "x-ms-ratelimit-remaining-subscription-resource-requests"
    assert [azure.get(ITEMS).headers[name] for _ in range(2)] == ["249", "248"]
    azure.control("PUT", "/state", {"service": {"quota_job_reads": 3, "quota_enforced": True}})
    assert azure.get(ITEMS).headers[name] == "0"
    refused = azure.get(ITEMS)
    assert error(refused) == (429, "ResourceRequestsThrottled")
    azure.clock.advance(int(refused.headers["Retry-After"]))
    assert azure.get(ITEMS).headers[name] == "2"


def test_a_validation_finds_what_a_restore_would_be_refused_for(azure: Caller) -> None:
    good, bad = azure.disks_body(), azure.disks_body(storageAccountId=seed.ZRS_STAGING_ID)
    for body, findings in ((good, 0), (bad, 1)):
        asked = {
            "id": azure.point(),
            "properties": {
                "objectType": "ValidateIaasVMRestoreOperationRequest",
                "restoreRequest": body["properties"],
            },
        }
        direct = document(azure.post(f"{seed.VAULT_ID}/backupValidateOperation", asked))
        results = direct["validateOperationResponse"]["validationResults"]
        assert len(results) == findings
        reply = azure.post(f"{seed.VAULT_ID}/backupTriggerValidateOperation", asked)
        assert azure.get(reply.headers["Location"]).status == 202
        azure.clock.advance(1)
        assert document(azure.get(reply.headers["Location"])) == direct
        status = document(azure.get(reply.headers["Azure-AsyncOperation"]))
        assert status["status"] == "Succeeded"
        assert status["properties"]["validateOperationResponse"]["validationResults"] == results
