"""What people are told first of an event: its title, its sentences and its facts."""

from typing import Any

import pytest

from restore.notify import summaries
from tests.unit.restore.notify import events
from tests.unit.restore.notify.events import event, finished


def facts(data: dict[str, Any], kind: str = "finished") -> dict[str, str]:
    return dict(summaries.of(event(kind, data)).facts)


def lines(data: dict[str, Any]) -> list[str]:
    return list(summaries.of(event("finished", data)).lines)


def title(kind: str, data: dict[str, Any]) -> str:
    return summaries.of(event(kind, data)).title.partition(":" if kind != "finished" else ": web")[
        0
    ]


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ({"verdict": "Completed", "succeeded": True}, "Restore Completed"),
        (
            {"verdict": "CompletedWithWarnings", "succeeded": False},
            "Restore: CompletedWithWarnings",
        ),
        ({"verdict": "Odd"}, "Restore Odd"),
        ({}, "Restore finished"),
        (
            {"verdict": "Completed", "succeeded": True, "verification": {"verified": False}},
            "Restored VM is not verified",
        ),
        (
            {"verdict": "Completed", "succeeded": True, "verification": {"verified": True}},
            "Restore Completed",
        ),
    ],
)
def test_an_end_is_named_by_its_verdict(verdict: dict[str, Any], said: str) -> None:
    assert title("finished", {"verdict": verdict}) == said


def test_a_plan_that_cannot_be_made_is_said_to_be_none() -> None:
    assert title("planned", {"plan": {}}) == "Restore planned"
    assert title("planned", {"error": {}}) == "No plan can be made"


def test_a_kind_that_is_not_known_is_named_as_it_is() -> None:
    assert title("brand-new", {}) == "brand-new of a restore"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], None), ("os", None), (None, None), (["os"], "os"), ([{"name": "os"}, "d"], "os, d"),
        ([f"d{number}" for number in range(5)],
         ", ".join(f"d{number}" for number in range(5))),
        ([f"d{number}" for number in range(6)],
         ", ".join(f"d{number}" for number in range(5)) + " and 1 more"),
    ],
)  # fmt: skip
def test_of_many_disks_the_first_are_named(names: Any, said: str | None) -> None:
    assert facts({"replacedDisks": names}).get("Old disks, still there") == said


@pytest.mark.parametrize(
    ("vms", "held", "said"),
    [
        (["/x/a", "/x/b"], 2, "a, b"),
        (["/x/a"], 3, "a and 2 more"),
        (["/x/a", "/x/b"], 1, "a, b"),
        (["/x/a"], "3", None),
        ("a", 3, None),
    ],
)
def test_the_vms_that_are_held_are_named(vms: Any, held: Any, said: str | None) -> None:
    assert facts({"vms": vms, "held": held}, "restores-held").get("VMs held") == said


def test_a_rule_is_the_policys_or_the_one_for_alerts() -> None:
    held = dict(summaries.of(events.HELD).facts)
    assert held["Rule for alerts"] == "save-disks"
    assert "Policy rule" not in held
    of_alert = facts({"rule": "people", "alert": {"rule": "save-disks"}}, "started")
    assert (of_alert["Policy rule"], of_alert["Rule for alerts"]) == ("people", "save-disks")
    assert "Rule for alerts" not in facts({"rule": "people"}, "started")


def test_a_code_is_the_events_own_or_its_verdicts() -> None:
    error = {"verdict": {"error": {"code": "Gone"}}}
    assert facts(error)["Code"] == "Gone"
    assert facts(error | {"code": "Own"})["Code"] == "Own"
    assert "Code" not in facts({})


def test_a_job_and_a_request_are_named_where_they_are_known() -> None:
    assert facts({"verdict": {"jobId": "j1"}})["Job"] == "j1"
    assert facts({"jobId": "j2", "verdict": {"jobId": "j1"}})["Job"] == "j2"
    assert facts({"requestId": "r9"})["Request"] == "r9"


def test_sentences_are_the_verdict_the_problems_and_the_findings() -> None:
    data = {
        "verdict": {"text": "It is over."},
        "error": {"message": "It failed."},
        "problems": [{"path": "$.vm", "message": "is wrong"}],
        "plan": {"findings": [{"severity": "blocking", "text": "No."}]},
    }
    assert lines(data) == ["It is over.", "$.vm is wrong", "blocking: No."]
    del data["verdict"]
    assert lines(data)[0] == "It failed."
    del data["error"]
    assert lines(data) == ["$.vm is wrong", "blocking: No."]
    assert lines({}) == []


def test_a_summary_links_to_its_restore_where_the_app_has_an_address() -> None:
    public = "https://restore.example.com/api"
    assert summaries.of(finished("Completed"), public).link == f"{public}/restores/r1"
    assert summaries.of(finished("Completed")).link is None
    assert summaries.of(finished("Completed")).subject == "r1"


def test_what_is_too_long_for_people_is_cut() -> None:
    long = "x" * 2_000
    data = {"jobId": long, "sourceResourceId": f"/vms/{long}", "verdict": {"text": long}}
    shown = summaries.of(event("finished", data))
    assert len(dict(shown.facts)["Job"]) == 300
    assert [len(each) for each in shown.lines] == [900]
    assert len(shown.title) == 140
    whole = {"jobId": "x" * 300, "verdict": {"text": "x" * 900}}
    shown = summaries.of(event("finished", whole))
    assert dict(shown.facts)["Job"] == "x" * 300
    assert shown.lines == ("x" * 900,)


@pytest.mark.parametrize("count", [4, 5, 6])
def test_of_many_sentences_the_first_five_are_told(count: int) -> None:
    problems = [{"path": f"$.a{number}", "message": "is wrong"} for number in range(count)]
    assert lines({"problems": problems}) == [f"$.a{each} is wrong" for each in range(count)][:5]


def test_what_belongs_together_is_the_request_or_else_the_event_itself() -> None:
    assert summaries.of(event("started", {"attemptOf": "r0"})).subject == "r0"
    assert summaries.of(event("started", {})).subject == "r1"
    assert summaries.of(events.REJECTED).subject == events.REJECTED["id"]
    assert dict(summaries.of(events.REJECTED).facts)["Request"] == "message-1"
