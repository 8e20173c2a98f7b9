"""Rubbish in: a refusal that says what is wrong. Nothing is lost, nothing is tried in vain."""

import base64
import json
import uuid
from typing import Any

import pytest

from tests.end_to_end.harness import HostHarness, request_for, vm

RUBBISH: dict[str, bytes] = {
    "no JSON": b"restore web-01 please",
    "cut JSON": b'{"recoveryType": "RestoreDisks"',
    "an array": b"[1, 2]",
    "latin-1": '{"requestId": "é"}'.encode("latin-1"),
    "utf-16": '{"requestId": "x"}'.encode("utf-16"),
    "empty": b"",
    "64 KB": b"x" * 64 * 1024,
}


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_over_http_is_a_problem_and_no_stack_trace(harness: HostHarness, name: str) -> None:
    reply = harness.call("POST", "restores", raw=RUBBISH[name])
    assert reply.status == 400
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert reply.body["problems"]
    assert "Traceback" not in json.dumps(reply.body)


@pytest.mark.parametrize("name", ["no JSON", "cut JSON", "an array"])
def test_rubbish_on_the_queue_is_rejected_whole_and_not_tried_again(
    harness: HostHarness, name: str
) -> None:
    mark = uuid.uuid4().hex
    text = RUBBISH[name].decode() + f" {mark}"
    harness.send(text)
    event = _rejection_of(harness, mark)
    assert event["data"]["original"] == text
    assert event["data"]["problems"]
    assert harness.poison(mark) == 0


def test_a_message_as_large_as_a_queue_takes_is_kept_whole(harness: HostHarness) -> None:
    mark = uuid.uuid4().hex
    sent = mark + "y" * (63 * 1024)
    harness.send(sent)
    data = _rejection_of(harness, mark)["data"]
    assert data["original"].startswith(mark)
    assert data["truncated"] == ["$.original"]
    reply = harness.call("GET", data["fullDataAt"].removeprefix("/api/"))
    assert reply.status == 200
    assert reply.body["original"] == sent
    assert harness.poison(mark) == 0


def _rejection_of(harness: HostHarness, mark: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        harness.drain()
        for event in harness.events:
            if event["type"].endswith("rejected.v1") and mark in json.dumps(event["data"]):
                return event
        return None

    found: dict[str, Any] = harness.until(look, 30, "the rejection")
    return found


def test_every_fault_is_listed_by_path(harness: HostHarness) -> None:
    request = request_for("RestoreDisks", "r") | {
        "recoverytype": "x",
        "zones": ["1", "2"],
        "vaultId": vm(),
        "deadline": "tomorrow",
        "confirm": "web-01",
    }
    reply = harness.call("POST", "restores", request)
    assert reply.status == 400
    paths = {problem["path"] for problem in reply.body["problems"]}
    assert {"$.recoverytype", "$.zones", "$.vaultId", "$.deadline", "$.confirm"} <= paths


def test_replacing_disks_needs_the_vms_name_echoed(harness: HostHarness) -> None:
    request = request_for("OriginalLocation", "r")
    del request["confirm"]
    missing = harness.call("POST", "restores", request)
    wrong = harness.call("POST", "restores", request | {"confirm": "web-02"})
    for reply in (missing, wrong):
        assert reply.status == 400
        assert [problem["path"] for problem in reply.body["problems"]] == ["$.confirm"]


def test_a_vault_that_does_not_exist_is_told_so(harness: HostHarness) -> None:
    request = request_for("RestoreDisks", f"v-{uuid.uuid4().hex}")
    request["vaultId"] = request["vaultId"].replace("vault-west", "vault-nowhere")
    reply = harness.call("POST", "restores", request, headers={"Prefer": "wait=20"})
    assert reply.status == 404
    assert reply.body["detail"]


def test_no_restorable_point_is_told_with_the_reasons(harness: HostHarness) -> None:
    request = request_for("RestoreDisks", f"p-{uuid.uuid4().hex}")
    request["recoveryPoint"] = {"notAfter": "2001-01-01T00:00:00Z"}
    reply = harness.call("POST", "restores", request, headers={"Prefer": "wait=20"})
    assert (reply.status, reply.body["code"]) == (404, "NoRestorablePoint")


def test_base64_of_rubbish_is_shown_as_it_was_sent(harness: HostHarness) -> None:
    mark = uuid.uuid4().hex
    sent = base64.b64encode(f"not json {mark}".encode()).decode()
    harness.send(sent)

    def look() -> dict[str, Any] | None:
        harness.drain()
        found = [event for event in harness.events if event["data"].get("original") == sent]
        return found[0] if found else None

    assert harness.until(look, 30, "the rejection")["data"]["problems"]


def test_unknown_things_are_404(harness: HostHarness) -> None:
    assert harness.call("GET", "restores/never-heard-of").status == 404
    assert harness.call("POST", "restores/never-heard-of/cancel").status == 404


@pytest.mark.parametrize(
    "query",
    ["top=0", "top=x", "verdicts=Failed", "continuationToken=%25", "continuationToken=eHh4"],
)
def test_a_list_query_that_makes_no_sense_is_refused(harness: HostHarness, query: str) -> None:
    assert harness.call("GET", f"restores?{query}").status == 400
