"""`python -m tests.fakes.exiting_worker FILE EXITS SHARE SEED WORKER …`: a worker that exits.

WORKER is the package of the one that it is otherwise. With a probability of SHARE it exits within
an orchestrator's or activity's call: before it begins, somewhere in its course, or after its effect
and before its answer. Each exit is a line of FILE, and there are no more than EXITS. The rest of
the command line is what the host adds.
"""

import importlib
import os
import random
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from devhost.language_worker.messages import Call, Result
from devhost.language_worker.serving import App, Load, serve
from devhost.workers import OWN_WORKER

CODE = 137
MOMENTS = ("before", "in its course", "after")
COURSE_S_MAX = 0.05
_DURABLE = ("orchestrationTrigger", "activityTrigger")


class ExitingApp:
    """An app in whose calls the process may exit."""

    def __init__(self, app: App, exits: "Exits") -> None:
        self._app, self._exits = app, exits
        self.worker, self.functions = app.worker, app.functions
        self._names = {f.name: f.registered_name for f in app.functions if f.kind in _DURABLE}

    async def run(self, call: Call) -> Result:
        name = self._names.get(call.function)
        if name is None:
            return await self._app.run(call)
        moment, after_s = self._exits.draw()
        if moment == "before":
            self._exits.exit(moment, name)
        if moment == "in its course":
            exit_soon = threading.Timer(after_s, self._exits.exit, (moment, name))
            exit_soon.daemon = True
            exit_soon.start()
        answer = await self._app.run(call)
        if moment == "after":
            self._exits.exit(moment, name)
        return answer


class Exits:
    """Draws in which calls the process exits; it goes on in the next process where it was."""

    def __init__(self, file: Path, most: int, share: float, seed: str) -> None:
        self._file, self._most, self._share = file, most, share
        self._dice = random.Random(f"{seed} {len(exits_in(file))}")
        self._lock = threading.Lock()

    def draw(self) -> tuple[str, float]:
        with self._lock:
            if self._dice.random() >= self._share:
                return "", 0.0
            return self._dice.choice(MOMENTS), self._dice.uniform(0, COURSE_S_MAX)

    def exit(self, moment: str, name: str) -> None:
        with self._lock:
            if len(exits_in(self._file)) < self._most:
                with self._file.open("a") as file:
                    file.write(f"{moment} {name}\n")
                os._exit(CODE)


def exits_in(file: Path) -> list[str]:
    """The exits so far: when, and of what."""
    return file.read_text().splitlines() if file.exists() else []


def command(
    file: Path, most: int, share: float, seed: object, worker: Sequence[str] = OWN_WORKER
) -> list[str]:
    """What `devhost run --worker-command` takes."""
    *python, package = worker
    return [*python, __name__, str(file), str(most), str(share), str(seed), package]


def main(arguments: Sequence[str]) -> None:
    """Be the worker process; does not return."""
    file, most, share, seed, package = arguments[:5]
    exits = Exits(Path(file), int(most), float(share), seed)
    original: Load = importlib.import_module(f"{package}.__main__").load

    async def load(app_dir: Path) -> App:
        return ExitingApp(await original(app_dir), exits)

    serve(arguments[5:], load)


if __name__ == "__main__":
    main(sys.argv[1:])
