"""What is refused is told as a problem: its status, its code, and every fault by its place."""

import json
from typing import Any

import azure.functions as func
import pytest

from restore.messages.model import Failure
from restore.values.problem import Problem
from triggers import problems


def body(reply: func.HttpResponse) -> Any:
    return json.loads(reply.get_body())


@pytest.mark.parametrize(
    ("category", "status"),
    [
        ("InvalidRequest", 400), ("AccessDenied", 403), ("PolicyRefused", 403), ("NotFound", 404),
        ("Conflict", 409), ("PlanChanged", 409), ("JobFailed", 502), ("Throttled", 503),
        ("DeadlinePassed", 503), ("ServiceUnavailable", 503), ("NotSupported", 400),
        ("SettingsWrong", 503),
    ],
)  # fmt: skip
def test_each_kind_of_failure_has_its_status(category: str, status: int) -> None:
    failure = Failure(code="X", message="It is so.", category=category)
    reply = problems.of_failure(failure, requestId="r1")
    told = body(reply)
    assert (reply.status_code, told["status"], told["code"]) == (status, status, "X")
    assert (told["detail"], told["requestId"]) == ("It is so.", "r1")
    assert reply.headers.get("Retry-After") == ("10" if status == 503 else None)


def test_faults_are_listed_only_where_there_are_some() -> None:
    assert "problems" not in body(problems.problem(400, "X", "t", "d"))
    listed = body(problems.problem(400, "X", "t", "d", [Problem(path="$.a", message="m")]))
    assert listed["problems"] == [{"path": "$.a", "message": "m"}]


def test_an_unknown_id_is_shown_up_to_its_limit() -> None:
    detail = body(problems.unknown("x" * 500))["detail"]
    assert detail.count("x") == 128


def test_storage_that_does_not_answer_has_started_nothing() -> None:
    failure = Failure(code="ServerBusy", message="No answer.", category="ServiceUnavailable")
    reply = problems.unavailable(failure)
    assert (reply.status_code, body(reply)["code"]) == (503, "ServerBusy")
    assert body(reply)["detail"].startswith("No answer. This call started nothing. Send it again.")


def test_a_document_that_was_put_aside_is_told_whole() -> None:
    large = {"text": "x" * 2_000_000}
    assert body(problems.whole(large)) == large
    assert (
        len(problems.ok(200, {"text": "t", "findings": ["x" * 2_000_000]}).get_body()) < 1_500_000
    )


def test_who_is_not_known_is_told_what_to_bring() -> None:
    assert problems.problem(401, "X", "t", "d").headers["WWW-Authenticate"] == "Bearer"
    assert "WWW-Authenticate" not in problems.problem(403, "X", "t", "d").headers


@pytest.mark.parametrize(("more", "is_cut"), [(0, False), (1, True)])
def test_a_megabyte_is_told_whole_and_what_is_more_is_cut(more: int, is_cut: bool) -> None:
    around = len(problems.ok(200, {"text": "t", "findings": ["", ""]}).get_body())
    findings = ["x" * (1024 * 1024 - around + more), ""]
    told = problems.ok(200, {"text": "t", "findings": findings}).get_body()
    assert ("truncated" in json.loads(told)) is is_cut
    assert (len(told) == 1024 * 1024) is not is_cut
