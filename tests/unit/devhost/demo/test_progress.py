"""How progress looks: nothing that is not known, and no line without news."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from rich.console import Console

from devhost.demo.asked import Asked
from devhost.demo.display import Bars, Lines, display_on
from devhost.demo.progress import Progress, bars, line, progress_of
from tests.unit.devhost.demo.conftest import ended, running

HALF = Progress("web-01", "RestoreDisks", "Transferring", 32.4, 95)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(*all_: Progress, width: int = 100) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(bars(all_, 65))
    assert isinstance(console.file, io.StringIO)
    return [row.rstrip() for row in console.file.getvalue().splitlines()]


def test_a_request_that_the_app_does_not_know_yet_is_queued_or_sent(two: Sequence[Asked]) -> None:
    assert [progress_of(asked, None).phase for asked in two] == ["Queued", "Sent"]


def test_percent_and_estimate_are_the_apps(two: Sequence[Asked]) -> None:
    seen = progress_of(two[0], running(percent=32.4, remainingS=95))
    assert seen == HALF


def test_before_the_first_look_at_the_job_there_is_no_percentage(two: Sequence[Asked]) -> None:
    seen = progress_of(two[0], running("Starting"))
    assert (seen.percent, seen.remaining_s, seen.is_over) == (None, None, False)


def test_completed_is_all_of_it_whatever_the_last_look_had_seen(two: Sequence[Asked]) -> None:
    seen = progress_of(two[0], ended())
    assert (seen.percent, seen.remaining_s, seen.is_over) == (100, None, True)


@pytest.mark.parametrize("verdict", ["Failed", "Cancelled", "Rejected", "CompletedWithWarnings"])
def test_another_end_claims_no_percentage(two: Sequence[Asked], verdict: str) -> None:
    seen = progress_of(two[0], ended(verdict))
    assert (seen.percent, seen.remaining_s, seen.is_over) == (None, None, True)


def test_a_line_says_time_vm_type_phase_percent_and_estimate() -> None:
    said = "0:09  web-01  RestoreDisks       Transferring  32 %  ETA 1 min 35 s"
    assert line(HALF, 9.7) == said


def test_a_line_without_percentage_ends_with_its_phase() -> None:
    assert line(Progress("vm", "OriginalLocation", "Accepted"), 61).endswith("Accepted")


def test_there_is_a_row_for_each_restore_and_the_time_below() -> None:
    first, second, below = drawn(HALF, Progress("web-02", "AlternateLocation", "Starting"))
    assert first.startswith("web-01  RestoreDisks       Transferring   ━━━")
    assert first.endswith("32 %  ETA 1 min 35 s")
    assert second.startswith("web-02  AlternateLocation  Starting")
    assert "%" not in second
    assert below == "1:05"


def test_rows_fit_a_terminal_of_80_columns() -> None:
    long = Progress("web-02", "AlternateLocation", "Transferring", 79.4, 59)
    row, _ = drawn(long, width=80)
    assert row.endswith("79 %  ETA 59 s")
    assert "…" not in row


def test_a_failure_has_no_bar() -> None:
    row, _ = drawn(Progress("web-01", "RestoreDisks", "Failed"))
    assert row == "web-01  RestoreDisks  Failed"


def test_a_pipe_gets_lines_and_only_when_something_has_changed() -> None:
    console = Console(file=io.StringIO(), width=40)
    with display_on(console) as display:
        assert isinstance(display, Lines)
        display.show([HALF, HALF], 1)
        display.show([HALF, HALF], 2)
        display.show([HALF, Progress("web-01", "RestoreDisks", "Completed", 100.0)], 3)
    assert isinstance(console.file, io.StringIO)
    times = [row.split()[0] for row in console.file.getvalue().splitlines()]
    assert times == ["0:01", "0:01", "0:03"]


@pytest.mark.parametrize(("term", "kind"), [("xterm-256color", Bars), ("dumb", Lines)])
def test_a_terminal_gets_bars_if_it_can_redraw(
    monkeypatch: pytest.MonkeyPatch, term: str, kind: type[Any]
) -> None:
    monkeypatch.setenv("TERM", term)
    assert isinstance(display_on(Console(file=Terminal())), kind)
