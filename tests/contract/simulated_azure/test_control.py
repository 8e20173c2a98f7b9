"""The control surface: what it shows, what it changes, what it refuses."""

import json
from typing import Any

import jsonschema
import pytest

from simulated_azure import seed
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator
from tests.contract.simulated_azure.caller import VERSION, Caller, document, send_over_http, value

JOBS = f"{seed.VAULT_ID}/backupJobs"


def _send(azure: Caller, method: str, path: str, content: bytes | None = None) -> Any:
    return azure.send(method, f"{azure.base}/simulator{path}", {}, content)


def test_it_explains_itself(azure: Caller) -> None:
    text = _send(azure, "GET", "").body.decode()
    for path in ("/requests", "/state", "/faults", "/reset", "/schema"):
        assert f"/simulator{path}" in text


def test_requests_are_logged_with_body_and_status_and_without_secrets(azure: Caller) -> None:
    body = azure.disks_body()
    reply = azure.restore(body)
    azure.get(reply.headers["Azure-AsyncOperation"])
    post, poll = azure.control("GET", "/requests")[-2:]
    assert (post["method"], post["operation"], post["status"]) == ("POST", "restore", 202)
    assert post["path"].endswith("/restore")
    assert (post["body"], post["apiVersion"]) == (body, VERSION)
    assert post["time"].startswith("2030-01-01T00:00:00")
    assert "s=redacted" in poll["query"]
    assert len(poll["query"]) < 100


def test_requests_are_filtered_by_method_and_path(azure: Caller) -> None:
    azure.restore(azure.disks_body())
    azure.get(JOBS)
    assert len(azure.control("GET", "/requests?method=POST")) == 1
    assert len(azure.control("GET", "/requests?path=/BACKUPJOBS$")) == 1
    assert _send(azure, "GET", "/requests?path=(").status == 400


def test_state_is_merged_and_ids_are_written_in_any_case(azure: Caller) -> None:
    point = {"time": "2029-12-31T00:00:00Z", "consistency": "CrashConsistent"}
    vm = seed.vm_id("mine")
    patch = {
        "vms": {vm: {"location": "westeurope"}},
        "vaults": {seed.VAULT_ID: {"items": {vm: {"points": {"77": point}}}}},
        "jobs": {"duration_s": 20},
    }
    azure.control("PUT", "/state", patch)
    assert document(azure.get(vm))["id"] == vm
    assert [one["name"] for one in azure.points("mine")] == ["77"]
    job = azure.start(azure.disks_body("mine"), "mine")
    azure.clock.advance(20)
    assert azure.job(job)["status"] == "Completed"
    assert azure.job(job)["extendedInfo"]["internalPropertyBag"]


def test_a_patch_in_another_case_does_not_respell_what_is_there(azure: Caller) -> None:
    items = {seed.vm_id("web-01").upper(): {"health_status": "ActionRequired"}}
    azure.control("PUT", "/state", {"vaults": {seed.VAULT_ID.lower(): {"items": items}}})
    item = document(azure.get(azure.item("web-01")))
    assert item["id"] == azure.item("web-01")
    assert item["properties"]["healthStatus"] == "ActionRequired"
    assert len(azure.points()) == 8


def test_null_removes_from_the_state(azure: Caller) -> None:
    azure.control("PUT", "/state", {"vms": {seed.vm_id("web-01"): None}})
    assert azure.get(seed.vm_id("web-01")).status == 404
    assert azure.get(azure.item("web-01")).status == 200


def test_a_job_ends_even_if_its_source_was_removed_meanwhile(azure: Caller) -> None:
    job = azure.start(azure.alternate_body())
    azure.control("PUT", "/state", {"vaults": {seed.VAULT_ID: {"items": None}}})
    azure.clock.advance(1500)
    assert azure.job(job)["status"] == "Completed"
    assert azure.get(seed.target_vm_id("web-01-new")).status == 200


def test_the_state_survives_being_read_and_put_back(azure: Caller) -> None:
    job = azure.start(azure.alternate_body())
    before = azure.control("GET", "/state")
    assert azure.control("PUT", "/state", before) == before
    azure.clock.advance(1500)
    assert azure.job(job)["status"] == "Completed"


def test_the_schema_describes_the_state_and_the_faults(azure: Caller) -> None:
    schema = azure.control("GET", "/schema")
    azure.start(azure.disks_body())
    jsonschema.validate(azure.control("GET", "/state"), schema)
    jsonschema.validate([{"kind": "throttle"}], schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{"kind": "earthquake"}], schema)


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("PUT", "/state", b"{"),
        ("PUT", "/state", b"[]"),
        ("PUT", "/state", b'{"jobs": {"duration": 20}}'),
        ("PUT", "/state", b'{"jobs": {"outcome": "Splendid"}}'),
        ("PUT", "/state", b'{"service": {"page_size": 0}}'),
        ("PUT", "/state", b'{"vms": {"web-01": {}}}'),
        ("POST", "/faults", b'[{"kind": "earthquake"}]'),
        ("POST", "/faults", b'[{"kind": "status", "match": {"path": "("}}]'),
        ("POST", "/reset", b'{"machines": 3}'),
    ],
)
def test_what_cannot_be_used_is_refused_and_changes_nothing(
    azure: Caller, method: str, path: str, content: bytes
) -> None:
    before = azure.control("GET", "/state")
    reply = _send(azure, method, path, content)
    assert reply.status == 400
    assert json.loads(reply.body)["detail"]
    assert azure.control("GET", "/state") == before
    assert azure.control("GET", "/faults") == []


def test_faults_are_listed_with_their_hits(azure: Caller) -> None:
    azure.control("POST", "/faults", [{"kind": "throttle", "times": 2}])
    azure.get(JOBS)
    listed = azure.control("GET", "/faults")
    assert [(one["fault"]["kind"], one["hits"]) for one in listed] == [("throttle", 1)]


def test_a_reset_forgets_everything_and_can_make_a_fleet(azure: Caller) -> None:
    azure.start(azure.disks_body())
    azure.control("POST", "/faults", [{"kind": "throttle", "times": None}])
    azure.control("POST", "/reset", {"vms": 12, "points": 4})
    assert azure.control("GET", "/requests") == []
    items = value(azure.get(f"{seed.VAULT_ID}/backupProtectedItems"))
    assert len(items) == 12
    assert len(azure.points("vm-0012")) == 4
    assert value(azure.get(JOBS)) == []


def test_over_http_only_this_machine_is_served(simulator: Simulator) -> None:
    with ThreadedVaultServer(simulator) as url:
        for host, status in (("vault.example.net", 403), ("localhost:80", 200)):
            reply = send_over_http("GET", f"{url}/simulator/state", {"Host": host})
            assert reply.status == status
