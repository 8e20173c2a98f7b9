"""Where progress goes: bars that move on a terminal, a line for each change everywhere else."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live

from devhost.demo.progress import Progress, bars, line

_REDRAWS_PER_S = 8


class Display(Protocol):
    """A context manager that shows progress from time to time."""

    def show(self, all_: Sequence[Progress], elapsed_s: float) -> None:
        """Show where all restores stand."""

    def __enter__(self) -> "Display": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def display_on(console: Console) -> Display:
    """Bars where a person watches; lines in a pipe, in CI and on terminals that cannot redraw."""
    is_watched = console.file.isatty() and not console.is_dumb_terminal
    return Bars(console) if is_watched else Lines(console)


class Bars:
    """Redraws in place; what was drawn last stays."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=_REDRAWS_PER_S)

    def show(self, all_: Sequence[Progress], elapsed_s: float) -> None:
        self._live.update(bars(all_, elapsed_s))

    def __enter__(self) -> "Bars":
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)


class Lines:
    """Prints a line when a restore's phase, percentage or estimate has changed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[int, Progress] = {}

    def show(self, all_: Sequence[Progress], elapsed_s: float) -> None:
        for number, one in enumerate(all_):
            if self._shown.get(number) != one:
                self._shown[number] = one
                self._console.print(line(one, elapsed_s), soft_wrap=True)

    def __enter__(self) -> "Lines":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None
