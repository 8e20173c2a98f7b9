"""The demo on an app in memory: exit codes, and what a person is told."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rich.console import Console

from devhost.demo.app import NotTaken
from devhost.demo.asked import Asked
from devhost.demo.following import EVENTS_S_MAX, FOLLOW_S_MAX, NotOver, published
from devhost.demo.running import restore
from tests.unit.devhost.demo.conftest import FakeApp, FakePulse, ended, event, post, running

Make = Callable[..., FakeApp]


def run_shown(
    app: FakeApp, two: Sequence[Asked], stopped: Callable[[], str | None] = lambda: None
) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=110)
    code = restore(app, two, console, stopped, FakePulse())
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


def test_all_completed_is_0(app_with: Make, two: Sequence[Asked]) -> None:
    app = app_with()
    code, text = run_shown(app, two)
    assert code == 0
    assert app.sent == list(two)
    assert "Every restore ended Completed." in text
    assert "Exactly one restore POST per request: web-01 1, web-02 1." in text


def test_progress_is_told_line_by_line_in_a_pipe(app_with: Make, two: Sequence[Asked]) -> None:
    _, text = run_shown(app_with(), two)
    told = [line.split() for line in text.splitlines() if line.startswith("0:")]
    assert [(line[1], line[3]) for line in told] == [
        ("web-01", "Queued"),
        ("web-02", "Sent"),
        ("web-01", "Transferring"),
        ("web-02", "Transferring"),
        ("web-01", "Completed"),
        ("web-02", "Completed"),
    ]


@pytest.mark.parametrize("verdict", ["CompletedWithWarnings", "Failed", "Cancelled"])
def test_any_other_verdict_is_1_and_named(
    app_with: Make, two: Sequence[Asked], verdict: str
) -> None:
    code, text = run_shown(app_with(ended(verdict)), two)
    assert code == 1
    assert f"web-01 ended {verdict}. What to do is said above, at Verdict." in text
    assert "Every restore" not in text


def test_a_rejection_says_what_could_be_restored(app_with: Make, two: Sequence[Asked]) -> None:
    app = app_with(ended("Rejected", job=None))
    app.seen = [post(two[1].vm_id)]
    code, text = run_shown(app, two)
    assert code == 1
    assert "The simulated vault protects rg-app/web-01, rg-app/web-02" in text


def test_a_second_restore_post_is_1_even_if_all_completed(
    app_with: Make, two: Sequence[Asked]
) -> None:
    app = app_with()
    app.seen.append(post(two[0].vm_id))
    code, text = run_shown(app, two)
    assert code == 1
    assert "WRONG" in text


def test_a_request_that_is_not_taken_ends_the_story(
    app_with: Make, two: Sequence[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(asked: Asked) -> str:
        raise NotTaken("no")

    app = app_with()
    monkeypatch.setattr(app, "send", refuse)
    with pytest.raises(NotTaken):
        run_shown(app, two)


def test_an_app_that_ended_is_not_waited_for(app_with: Make, two: Sequence[Asked]) -> None:
    app = app_with()
    app.scripts[two[0].request_id] = [running()]
    with pytest.raises(NotOver, match="has ended"):
        run_shown(app, two, lambda: "The host has ended.")


def test_a_verdict_that_does_not_come_is_waited_for_so_long(
    app_with: Make, two: Sequence[Asked]
) -> None:
    app = app_with()
    app.scripts[two[0].request_id] = [running()]
    with pytest.raises(NotOver, match=f"within {FOLLOW_S_MAX:.0f} s"):
        run_shown(app, two)


def test_a_look_that_got_no_answer_takes_nothing_back(app_with: Make, two: Sequence[Asked]) -> None:
    app = app_with()
    app.scripts[two[0].request_id] = [running("Starting"), None, ended()]
    _, text = run_shown(app, two)
    told = [line.split() for line in text.splitlines() if line.startswith("0:")]
    assert [line[3] for line in told if line[1] == "web-01"] == ["Starting", "Completed"]


def test_events_of_others_are_left_out_and_the_last_is_waited_for(
    two: Sequence[Asked],
) -> None:
    app, pulse = FakeApp({}), FakePulse()
    mine = event("finished", two[0].request_id)
    rounds: list[list[dict[str, Any]]] = [[], [event("finished", "another's")]]

    def later() -> list[dict[str, Any]]:
        return rounds.pop(0) if rounds else [mine]

    app.events = later  # type: ignore[method-assign]
    assert published(app, two[:1], pulse) == [mine]


def test_an_event_that_does_not_come_is_waited_for_so_long(two: Sequence[Asked]) -> None:
    app, pulse = FakeApp({}), FakePulse()
    start = pulse.now()
    assert published(app, two, pulse) == []
    assert EVENTS_S_MAX < pulse.now() - start < EVENTS_S_MAX + 2
