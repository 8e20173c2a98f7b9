"""A plan and its event say what was found, what Azure said, or why there is none."""

import json
from datetime import UTC, datetime

import pytest

from restore.messages.model import Choice, Failure, Outcome, RecoveryPoint
from restore.messages.plan_io import Finding, PreflightResult, Severity
from restore.plan import assemble
from restore.plan.model import Plan
from restore.values.decoding import encode
from restore.values.problem import Problem
from tests.unit.restore.samples import DISKS, ITEM, VM, parsed

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
REQUEST = parsed(DISKS)
CHOICE = Choice(point=RecoveryPoint(name="1", time=NOW), why="The newest.", considered=1)


def finding(severity: Severity, code: str) -> Finding:
    return Finding(severity=severity, code=code, text="x")


def failure(category: str) -> Failure:
    """As an orchestrator has it from an activity."""
    fields = {"code": "Odd", "message": "No.", "category": category}
    return Failure.from_json(json.loads(json.dumps(fields)))


def made(*found: Finding, opinion: Outcome | None = None) -> Plan:
    preflight = PreflightResult(choice=CHOICE, findings=found, body={"a": 1}, plan_hash="f" * 64)
    outcome = assemble.plan(REQUEST, ITEM, preflight, opinion, NOW)
    assert outcome.kind == "done"
    return Plan.from_json(outcome.value)


@pytest.mark.parametrize(
    ("severities", "allowed"),
    [((), True), (("info", "warning"), True), (("info", "blocking"), False)],
)
def test_a_plan_is_allowed_while_nothing_blocks_it(
    severities: tuple[Severity, ...], allowed: bool
) -> None:
    found = made(*(finding(severity, "Odd") for severity in severities))
    assert (found.allowed, found.validated, found.made_at) == (allowed, False, NOW)
    assert (found.request_id, found.item, found.choice) == ("r-1", ITEM, CHOICE)
    assert (found.body, found.plan_hash) == ({"a": 1}, "f" * 64)


def test_what_azure_itself_finds_counts_as_well() -> None:
    opinion = Outcome.done({"findings": encode((finding("blocking", "Refused"),))})
    found = made(finding("warning", "Odd"), opinion=opinion)
    assert (found.allowed, found.validated) == (False, True)
    assert [each.code for each in found.findings] == ["Refused", "Odd"]


@pytest.mark.parametrize(
    ("category", "text", "action"),
    [
        ("AccessDenied", "Azure could not be asked: Odd: No.", "The app's identity needs"),
        ("Conflict", "Azure could not be asked: Odd: No.", "Ask for the plan again later."),
        ("ServiceUnavailable", "Azure could not be asked: Odd: No.", "Ask for the plan again"),
        ("DeadlinePassed", "Azure's validation did not finish within 5 min.", "Ask for the plan"),
    ],
)
def test_a_plan_that_azure_has_not_looked_at_says_why(
    category: str, text: str, action: str
) -> None:
    found = made(opinion=Outcome.failed(failure(category)))
    assert (found.allowed, found.validated) == (True, False)
    (told,) = found.findings
    assert (told.severity, told.code, told.text) == ("warning", "NotValidated", text)
    assert told.action.startswith(action)


@pytest.mark.parametrize("category", ["ServiceUnavailable", "Throttled", "DeadlinePassed"])
def test_what_passes_by_itself_says_nothing_of_a_request(category: str) -> None:
    outcome = Outcome.failed(failure(category))
    assert assemble.impossible(REQUEST, outcome, NOW) is outcome


def test_what_cannot_be_is_a_plan_that_says_each_reason() -> None:
    problems = tuple(Problem(path=path, message=f"{path} is wrong") for path in ("$.a", "$.b"))
    refused = Failure(code="Odd", message="No.", category="NotSupported", problems=problems)
    outcome = assemble.impossible(REQUEST, Outcome.failed(refused), NOW, ITEM)
    found = Plan.from_json(outcome.value)
    assert (found.allowed, found.validated, found.made_at) == (False, False, NOW)
    assert (found.request_id, found.item) == ("r-1", ITEM)
    assert (found.choice, found.body, found.plan_hash) == (None, None, None)
    assert [(each.severity, each.code, each.path, each.text) for each in found.findings] == [
        ("blocking", "Odd", "$.a", "$.a is wrong"),
        ("blocking", "Odd", "$.b", "$.b is wrong"),
    ]


def test_the_event_tells_the_plan_or_why_there_is_none() -> None:
    about = {"requestId": "r-1", "recoveryType": "RestoreDisks", "sourceResourceId": VM}
    planned = assemble.event(REQUEST, Outcome.done({"allowed": True}), NOW, "plan-1")
    assert (planned["id"], planned["subject"]) == ("plan-1:planned", VM)
    assert planned["data"] == about | {"plan": {"allowed": True}}
    refused = assemble.event(REQUEST, Outcome.failed(failure("Throttled")), NOW, "plan-1")
    error = {"code": "Odd", "message": "No.", "category": "Throttled"}
    assert refused["data"] == about | {"error": error}
