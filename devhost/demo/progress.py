"""How a restore on its way looks: from what the app says of it to a row with a bar, or to a line.

Shows what is known and no more: between two polls of the job nothing moves but the time.
Pure, so that tests can look at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from devhost.demo.asked import Asked
from restore.progress.phases import TERMINAL
from restore.values.times import text_of

NOT_SEEN = {"queue": "Queued", "http": "Sent"}
"""Before the app knows a request, by the way it went in."""
_TERMINAL = frozenset(phase.value for phase in TERMINAL)
_DONE = "Completed"
_BAR_WIDTHS = (8, 24)
_STYLES = {_DONE: "green", "CompletedWithWarnings": "yellow"}


@dataclass(frozen=True)
class Progress:
    """One restore at a moment."""

    vm: str
    recovery_type: str
    phase: str
    percent: float | None = None
    remaining_s: float | None = None

    @property
    def is_over(self) -> bool:
        return self.phase in _TERMINAL


def progress_of(asked: Asked, view: dict[str, Any] | None) -> Progress:
    """Read what GET /api/restores/{id} shows; None when the app has not taken the request yet."""
    phase = str(view["phase"]) if view else NOT_SEEN[asked.way]
    known = view if view and phase not in _TERMINAL else {}
    percent, remaining_s = known.get("percent"), known.get("remainingS")
    if phase == _DONE:
        percent = 100.0
    return Progress(asked.vm, asked.recovery_type, phase, percent, remaining_s)


def bars(all_: Sequence[Progress], elapsed_s: float) -> Table:
    """One row with a bar per restore; a bar that only glides says that no percentage is known."""
    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(min_width=_BAR_WIDTHS[0], max_width=_BAR_WIDTHS[1])
    for _ in range(2):
        table.add_column(no_wrap=True)
    for one in all_:
        table.add_row(
            Text(one.vm, "bold"),
            Text(one.recovery_type),
            Text(one.phase.ljust(13), _style(one)),
            _bar(one),
            Text(_percent(one).rjust(5)),
            Text(_eta(one)),
        )
    table.add_row(Text(clock(elapsed_s), "dim"))
    return table


def line(one: Progress, elapsed_s: float) -> str:
    """The same in one plain line, for a log."""
    parts = [clock(elapsed_s), one.vm, one.recovery_type.ljust(17), one.phase]
    return "  ".join([*parts, *filter(None, (_percent(one), _eta(one)))])


def clock(seconds: float) -> str:
    """Minutes and seconds since the beginning."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def style_of(verdict: str) -> str:
    """How a verdict is coloured: green is for what is well, and for nothing else."""
    return _STYLES.get(verdict, "red")


def _bar(one: Progress) -> RenderableType:
    if one.percent is None and one.is_over:
        return Text("")
    return ProgressBar(
        total=100,
        completed=one.percent or 0,
        pulse=one.percent is None,
        pulse_style="cyan",
        complete_style="cyan",
        finished_style="green",
    )


def _style(one: Progress) -> str:
    return style_of(one.phase) if one.is_over else "cyan"


def _percent(one: Progress) -> str:
    return "" if one.percent is None else f"{one.percent:.0f} %"


def _eta(one: Progress) -> str:
    return "" if one.remaining_s is None else f"ETA {text_of(one.remaining_s)}"
