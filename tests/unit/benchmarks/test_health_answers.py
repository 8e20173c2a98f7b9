"""Health is measured against the time that it may take, and told as a table."""

import pytest
from rich.console import Console

from benchmarks.health import ANSWER_S_MAX, Answers, say


def answers(most_s: float = 2.3, live_s: float = 0.01) -> Answers:
    return Answers("silent", (503,), first_s=2.3, median_s=2.0, most_s=most_s, live_s=live_s)


@pytest.mark.parametrize(
    ("measured", "is_in_time"),
    [
        (answers(), True),
        (answers(most_s=ANSWER_S_MAX), False),
        (answers(live_s=ANSWER_S_MAX + 1), False),
    ],
)
def test_one_answer_that_is_late_makes_a_mode_late(measured: Answers, is_in_time: bool) -> None:
    assert measured.is_in_time is is_in_time


def test_each_mode_is_a_line() -> None:
    console = Console(record=True, width=100)
    say(console, [answers()])
    told = console.export_text()
    assert "silent" in told
    assert "2.30 s" in told
    assert "5 s are allowed" in told
