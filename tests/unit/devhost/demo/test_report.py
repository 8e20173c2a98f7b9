"""How the end is told: verdicts, events, calls."""

import io
from collections.abc import Sequence
from typing import Any

from rich.console import Console, RenderableType

from devhost.demo import report, tally
from devhost.demo.asked import Asked
from tests.unit.devhost.demo.conftest import JOB, ended, event, post

GET_JOB = {"method": "GET", "operation": "job", "path": "/x"}
NO_JOB: dict[str, Any] = {"job": None}


def drawn(what: RenderableType, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def rows(text: str) -> list[list[str]]:
    cells = [line.strip("│").split("│") for line in text.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in row] for row in cells]


def test_a_verdict_tells_point_why_passed_over_job_time_and_text(two: Sequence[Asked]) -> None:
    text = drawn(report.verdict(two[0], ended(), []))
    for said in (
        "web-01  RestoreDisks  Completed",
        "316242334751090, 2026-11-15 23:58 UTC, AppConsistent, VaultStandard",
        "It is the newest that fits.",
        "3 of 8:",
        "2 TooNew: made after notAfter",
        "1 SoftDeleted: soft-deleted",
        JOB,
        "20 s, from accepted to verdict",
        "The disks are restored.",
    ):
        assert said in text


def test_a_rejection_lists_every_problem_of_its_event_by_path(two: Sequence[Asked]) -> None:
    view = ended("Rejected", recoveryPoint=None, job=None, text="Nothing was started.")
    listed = [{"path": "$.vaultId", "message": "is not there"}, {"path": "$", "message": "[red]no"}]
    events = [
        event("rejected", two[0].request_id, problems=listed),
        event("rejected", two[1].request_id, problems=[{"path": "$.x", "message": "another's"}]),
    ]
    text = drawn(report.verdict(two[0], view, events))
    assert "$.vaultId  is not there" in text
    assert "$  [red]no" in text  # texts are shown as they are, not as markup
    assert "another's" not in text
    assert "none was started" in text
    assert "Recovery point" not in text


def test_an_error_is_told_where_the_verdict_does_not_repeat_it(two: Sequence[Asked]) -> None:
    error = {"code": "JobFailed", "message": "The disk is too large."}
    assert "JobFailed: The disk is too large." in drawn(
        report.verdict(two[0], ended("Failed", error=error), [])
    )
    repeated = ended("Failed", error=error, text="It failed. The disk is too large.")
    assert drawn(report.verdict(two[0], repeated, [])).count("too large") == 1


def test_a_point_of_which_only_the_id_is_known_is_shown_by_it(two: Sequence[Asked]) -> None:
    view = ended(recoveryPoint={"id": "42"})
    assert ["Recovery point  42"] in rows(drawn(report.verdict(two[0], view, [])))


def test_events_have_time_type_and_vm(two: Sequence[Asked]) -> None:
    events = [event("finished", two[1].request_id)]
    assert rows(drawn(report.published(events, two))) == [
        ["04:00:21", "azure-vm-restore.finished.v1", "web-02"]
    ]


def test_calls_are_counted_by_method_and_kind() -> None:
    calls = [GET_JOB, post("/subscriptions/x/resourceGroups/g/providers/a/b/vm"), GET_JOB]
    assert tally.by_kind(calls) == [("GET", "read the job", 2), ("POST", "trigger the restore", 1)]
    assert rows(drawn(report.arm_calls(calls))) == [
        ["GET", "read the job", "2"],
        ["POST", "trigger the restore", "1"],
        ["", "all", "3"],
    ]


def test_a_kind_without_words_of_ours_keeps_its_name() -> None:
    calls: list[dict[str, Any]] = [
        {"method": "POST", "operation": "trigger_validate", "path": "/x"},
        {"method": "GET", "operation": None, "path": "/x"},
    ]
    assert [kind for _, kind, _ in tally.by_kind(calls)] == [
        "trigger validate",
        "something unknown",
    ]


def test_restore_posts_are_counted_for_each_vm_whatever_the_case(two: Sequence[Asked]) -> None:
    other = post(two[0].vm_id + "0")  # web-010
    upper = {**post(two[0].vm_id), "path": post(two[0].vm_id)["path"].upper()}
    assert tally.restore_posts([other, upper, GET_JOB], two[0].vm_id) == 1


def test_one_post_for_each_is_right(two: Sequence[Asked]) -> None:
    calls = [post(asked.vm_id) for asked in two]
    said = report.posts(two, [ended(), ended()], calls)
    assert said == "Exactly one restore POST per request: web-01 1, web-02 1."


def test_a_second_post_is_wrong(two: Sequence[Asked]) -> None:
    calls = [post(two[0].vm_id), post(two[0].vm_id), post(two[1].vm_id)]
    assert report.posts(two, [ended(), ended()], calls).startswith("WRONG: ")


def test_a_job_without_a_post_is_wrong(two: Sequence[Asked]) -> None:
    assert not report.are_posts_right(two, [ended(), ended()], [post(two[0].vm_id)])


def test_what_was_rejected_needs_no_post(two: Sequence[Asked]) -> None:
    views = [ended("Rejected", **NO_JOB), ended()]
    said = report.posts(two, views, [post(two[1].vm_id)])
    assert said == "Restore POSTs, never more than one per request: web-01 0, web-02 1."
    assert report.posts(two[:1], views[:1], []) == "No restore POST was sent."
