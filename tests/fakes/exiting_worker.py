"""`python -m tests.fakes.exiting_worker FILE EXITS SHARE SEED …`: devhost's worker, which exits.

With a probability of SHARE it exits within an orchestrator's or activity's call: before it begins,
somewhere in its course, or after its effect and before its answer. Each exit is a line of FILE, and
there are no more than EXITS. The rest of the command line is what the host adds.
"""

import os
import random
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from devhost.language_worker.__main__ import main as serve
from devhost.worker import Worker

CODE = 137
MOMENTS = ("before", "in its course", "after")
COURSE_S_MAX = 0.05
Run = Callable[..., str]


class Exits:
    """Draws in which calls the process exits; it goes on in the next process where it was."""

    def __init__(self, file: Path, most: int, share: float, seed: str) -> None:
        self._file, self._most, self._share = file, most, share
        self._dice = random.Random(f"{seed} {len(exits_in(file))}")
        self._lock = threading.Lock()

    def within(self, original: Run) -> Run:
        """Wrap run_orchestrator or run_activity."""

        def exiting(worker: Worker, name: str, *given: str | None) -> str:
            moment, after_s = self._draw()
            if moment == "before":
                self._exit(moment, name)
            if moment == "in its course":
                exit_soon = threading.Timer(after_s, self._exit, (moment, name))
                exit_soon.daemon = True
                exit_soon.start()
            answer = original(worker, name, *given)
            if moment == "after":
                self._exit(moment, name)
            return answer

        return exiting

    def _draw(self) -> tuple[str, float]:
        with self._lock:
            if self._dice.random() >= self._share:
                return "", 0.0
            return self._dice.choice(MOMENTS), self._dice.uniform(0, COURSE_S_MAX)

    def _exit(self, moment: str, name: str) -> None:
        with self._lock:
            if len(exits_in(self._file)) < self._most:
                with self._file.open("a") as file:
                    file.write(f"{moment} {name}\n")
                os._exit(CODE)


def exits_in(file: Path) -> list[str]:
    """The exits so far: when, and of what."""
    return file.read_text().splitlines() if file.exists() else []


def command(file: Path, most: int, share: float, seed: object) -> list[str]:
    """What `devhost run --worker` takes."""
    return [sys.executable, "-m", __name__, str(file), str(most), str(share), str(seed)]


def main(arguments: Sequence[str]) -> None:
    """Be the worker process; does not return."""
    file, most, share, seed = arguments[:4]
    exits = Exits(Path(file), int(most), float(share), seed)
    for method in ("run_orchestrator", "run_activity"):
        setattr(Worker, method, exits.within(getattr(Worker, method)))
    serve(arguments[4:])


if __name__ == "__main__":
    main(sys.argv[1:])
