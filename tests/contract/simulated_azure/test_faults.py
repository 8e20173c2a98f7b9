"""Faults on demand: what a client sees, and what was accepted all the same."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

import simulated_azure
from simulated_azure import seed
from simulated_azure.faults import Kind
from tests.contract.simulated_azure.caller import Caller, document, error, value

JOBS = f"{seed.VAULT_ID}/backupJobs"
RESTORE = {"operation": "restore"}


def _arm(azure: Caller, kind: str, **more: Any) -> None:
    azure.control("POST", "/faults", [{"kind": kind, **more}])


def _posts(azure: Caller) -> list[dict[str, Any]]:
    return list(azure.control("GET", "/requests?method=post&path=/restore$"))


def test_a_reply_that_is_lost_after_acceptance_leaves_a_job(azure: Caller) -> None:
    body = azure.disks_body()
    _arm(azure, "drop_after", match=RESTORE)
    with pytest.raises(ConnectionResetError):
        azure.restore(body)
    assert len(value(azure.get(JOBS))) == 1
    assert [(post["status"], post["replyLost"]) for post in _posts(azure)] == [(202, True)]


@pytest.mark.parametrize("kind", ["drop_before", "refused"])
def test_a_request_that_is_lost_on_its_way_leaves_nothing(azure: Caller, kind: str) -> None:
    body = azure.disks_body()
    _arm(azure, kind, match=RESTORE)
    with pytest.raises(ConnectionError):
        azure.restore(body)
    assert value(azure.get(JOBS)) == []
    assert azure.restore(body).status == 202


def test_an_error_status_may_come_before_or_after_acceptance(azure: Caller) -> None:
    body = azure.disks_body()
    _arm(azure, "status", match=RESTORE, status=503, retry_after=20)
    _arm(azure, "status_after", match=RESTORE, status=500)
    refused = azure.restore(body)
    assert error(refused) == (503, "ServiceUnavailable")
    assert refused.headers["Retry-After"] == "20"
    assert value(azure.get(JOBS)) == []
    assert error(azure.restore(body)) == (500, "InternalServerError")
    assert len(value(azure.get(JOBS))) == 1


def test_throttling_says_how_long_and_ends_after_so_many_times(azure: Caller) -> None:
    _arm(azure, "throttle", match={"path": "/backupJobs$"}, times=2, after=1, retry_after=17)
    replies = [azure.get(JOBS) for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 429, 429, 200]
    assert replies[1].headers["Retry-After"] == "17"


def test_a_malformed_reply_is_not_json(azure: Caller) -> None:
    _arm(azure, "malformed", match={"operation": "jobs"})
    reply = azure.get(JOBS)
    assert reply.status == 200
    with pytest.raises(json.JSONDecodeError):
        reply.json()


def test_poll_headers_may_be_foreign_misspelt_or_missing(azure: Caller) -> None:
    body = azure.disks_body()
    for number, kind in enumerate(("foreign_poll_url", "bad_location", "no_poll_headers")):
        _arm(azure, kind, after=number)
    foreign, broken, bare = (azure.restore(body).headers for _ in range(3))
    assert foreign["Azure-AsyncOperation"] == "https://management.example.net/elsewhere"
    assert "/subscriptions//subscriptions/" in broken["Location"]
    assert azure.get(broken["Azure-AsyncOperation"]).status == 200
    assert not {"Location", "Azure-AsyncOperation"} & set(bare)


def test_an_operation_may_succeed_without_telling_its_job(azure: Caller) -> None:
    url = azure.restore(azure.disks_body()).headers["Azure-AsyncOperation"]
    azure.clock.advance(1)
    _arm(azure, "operation_without_properties")
    _arm(azure, "operation_stuck", after=1)
    bare = document(azure.get(url))
    assert (bare["status"], "properties" in bare) == ("Succeeded", False)
    assert document(azure.get(url))["status"] == "InProgress"
    assert "properties" in document(azure.get(url))


def test_a_job_may_be_404_and_missing_from_lists_for_a_while(azure: Caller) -> None:
    job = azure.start(azure.disks_body())
    _arm(azure, "job_404")
    _arm(azure, "list_lag", times=None, lag_s=60)
    assert error(azure.get(job)) == (404, "ResourceNotFound")
    assert azure.get(job).status == 200
    assert value(azure.get(JOBS)) == []
    azure.clock.advance(60)
    assert len(value(azure.get(JOBS))) == 1


def test_lists_may_have_empty_pages_in_the_middle_and_foreign_links(azure: Caller) -> None:
    _arm(azure, "empty_page")
    _arm(azure, "foreign_next_link", after=2)
    first = document(azure.get(f"{azure.item()}/recoveryPoints"))
    assert first["value"] == []
    assert len(document(azure.get(first["nextLink"]))["value"]) == 8
    foreign = document(azure.get(f"{azure.item()}/recoveryPoints"))
    assert foreign["nextLink"].startswith("https://management.example.net")


def test_a_late_reply_runs_into_the_timeout_after_acceptance(azure: Caller) -> None:
    body = azure.disks_body()
    _arm(azure, "delay", match=RESTORE, delay_s=0.4)
    url = azure.url(
        f"{azure.item()}/recoveryPoints/{body['properties']['recoveryPointId']}/restore"
    )
    with pytest.raises(TimeoutError):
        azure.send("POST", url, azure.headers, json.dumps(body).encode(), timeout=0.1)
    assert len(value(azure.get(JOBS))) == 1


def test_an_error_can_say_more_or_have_another_shape(azure: Caller) -> None:
    info = [{"info": {"recommendedAction": ["Retry after few hours"]}}]
    _arm(azure, "status", status=400, code="New", error={"additionalInfo": info})
    _arm(azure, "status", status=403, body="<html>Blocked</html>")
    assert json.loads(azure.get(JOBS).body)["error"]["additionalInfo"] == info
    blocked = azure.get(JOBS)
    assert (blocked.status, blocked.body) == (403, b"<html>Blocked</html>")


def test_a_token_that_has_expired_stays_so(azure: Caller) -> None:
    _arm(azure, "expire_token")
    for _ in range(2):
        assert error(azure.get(JOBS)) == (401, "ExpiredAuthenticationToken")
    azure.headers["Authorization"] = "Bearer another"
    assert azure.get(JOBS).status == 200


def test_a_next_link_may_be_unescaped(azure: Caller) -> None:
    azure.control("PUT", "/state", {"service": {"page_size": 1}})
    _arm(azure, "unescaped_next_link", query="&$x=a#b")
    query = {"$filter": "backupManagementType eq 'AzureIaasVM' and itemType eq 'VM'"}
    items = f"{seed.VAULT_ID}/backupProtectedItems"
    link = document(azure.get(items, **query))["nextLink"]
    assert "eq 'AzureIaasVM' and" in link
    assert link.endswith("&$x=a#b")


def test_every_kind_of_fault_is_described() -> None:
    text = (Path(simulated_azure.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in get_args(Kind) if f"`{kind}`" not in text] == []


def test_chance_is_drawn_from_a_seed(azure: Caller) -> None:
    def draw(seed_number: int) -> list[int]:
        azure.control("POST", "/reset")
        fault = {"kind": "status", "times": None, "chance": 0.5, "match": {"operation": "jobs"}}
        azure.control("POST", "/faults", {"seed": seed_number, "faults": [fault]})
        return [azure.get(JOBS).status for _ in range(12)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert set(draw(1)) == {200, 500}
