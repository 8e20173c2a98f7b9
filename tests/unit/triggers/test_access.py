"""What starts something new is refused while a setting is wrong; all else is answered."""

import asyncio
import json
from functools import cache
from typing import Any

import azure.functions as func
import pytest

from devhost.worker import Worker
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness, worker_with
from tests.fakes.front_door import FrontDoor

STARTS = {"adopt_one_restore", "start_restore", "plan_one_restore", "put_back_rejection"}


@cache
def wrong_worker() -> Worker:
    return worker_with(RESTORE_POLICY="{rules:[]}", RESTORE_KEEP_D="for ever")


def call(
    harness: AppHarness,
    name: str,
    method: str = "POST",
    *,
    query: str = "",
    worker: Worker | None = None,
    **fields: Any,
) -> tuple[int, Any]:
    """Call a function of the app as the worker does."""
    (function,) = [each for each in (worker or wrong_worker()).functions if each.name == name]
    request = func.HttpRequest(
        method,
        f"http://localhost/api/restores/r1{query}",
        headers={"prefer": "respond-async", "content-type": "application/json"},
        route_params={"id": "r1"},
        body=json.dumps(fields).encode(),
    )
    client = harness.api.client_binding()
    told = function.function(**{"req": request} | dict.fromkeys(function.clients, client))
    answer = asyncio.run(told)
    return answer.status_code, json.loads(answer.get_body())


@cache
def right_worker() -> Worker:
    return worker_with()


CHANGES = sorted(
    function.name
    for function in right_worker().functions
    if function.trigger["type"] == "httpTrigger" and "POST" in function.trigger["methods"]
)


@pytest.mark.parametrize("query", ["?dryRun=true&x=1", "?planOnly=true", "?x"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_word_in_the_query_that_nobody_reads_does_nothing(
    name: str, query: str, harness: AppHarness
) -> None:
    fields = request_for("RestoreDisks", "r1")
    status, body = call(harness, name, query=query, worker=right_worker(), **fields)
    assert (status, body["title"]) == (400, "The query is not valid"), body
    written = query.partition("=")[0].lstrip("?")
    assert body["problems"][-1]["path"] in (f"$.{written}", "$.x")
    reads = "known is dryRun" if name == "receive_alert" else "this route has none"
    assert body["problems"][-1]["message"] == f"is an unknown parameter; {reads}"
    assert harness.documents.kept == {}


def test_of_many_words_that_nobody_reads_twenty_are_told(harness: AppHarness) -> None:
    query = "?" + "&".join(f"p{number}=1" for number in range(30))
    _, body = call(harness, "cancel_restore_request", query=query, worker=right_worker())
    assert len(body["problems"]) == 20


def test_what_changes_nothing_may_have_words_in_its_query(harness: AppHarness) -> None:
    status, _ = call(harness, "list_restores", "GET", query="?top=5", worker=right_worker())
    assert status == 200


def test_a_dry_run_without_its_word_is_no_alert(harness: AppHarness) -> None:
    """The host passes on no parameter that has no value; the URL has it."""
    for query in ("?dryRun", "?dryRun="):
        status, body = call(harness, "receive_alert", query=query, worker=right_worker())
        assert (status, body["title"]) == (400, "The query is not valid"), body
    assert harness.documents.kept == {}


def test_a_key_in_the_query_is_the_hosts(harness: AppHarness) -> None:
    query = "?code=abc&clientId=default"
    status, _ = call(harness, "cancel_restore_request", query=query, worker=right_worker())
    assert status == 404


@pytest.mark.parametrize("name", sorted(STARTS))
def test_a_request_is_refused_with_all_that_is_wrong(name: str, harness: AppHarness) -> None:
    status, body = call(harness, name, **request_for("RestoreDisks", "r1"))
    assert (status, body["code"]) == (503, "SettingsWrong")
    told = [each["message"] for each in body["problems"]]
    assert [each.split(" ")[0] for each in told] == ["RESTORE_KEEP_D", "RESTORE_POLICY"]
    assert harness.ledger.read("r1") is None


def test_what_was_accepted_before_is_shown_and_cancelled(harness: AppHarness) -> None:
    FrontDoor(harness).ask(request_for("RestoreDisks", "r1"))
    assert call(harness, "list_restores", "GET")[0] == 200
    status, body = call(harness, "cancel_restore_request")
    assert (status, body["cancel"]) == (202, "BeforeStart")


def test_health_lists_all_that_is_wrong(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATED_ARM_ENDPOINT", "http://127.0.0.1:7072")
    status, body = call(harness, "show_health", "GET")
    assert (status, body["status"]) == (503, "failing")
    assert body["checks"]["settings"] == "SettingsWrong"
    assert [each.split(" ")[0] for each in body["problems"][:2]] == [
        "RESTORE_KEEP_D", "RESTORE_POLICY",
    ]  # fmt: skip
