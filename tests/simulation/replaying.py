"""Histories of a run, given to the SDK once more as the engine would send them, turn by turn.

In a process of its own, with nothing in place of anything: the app is loaded as it is shipped, each
turn's context is built from the finished history alone, and each answer must be the same, byte
for byte. So the simulator has run the shipped orchestrators, and nothing that is like them.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devhost.engine.episode import Episode
from devhost.engine.history import Event, Kind
from devhost.engine.store import Instance
from devhost.language_worker.failures import WorkerFailure
from devhost.worker import Worker
from tests.fakes import app_harness

if TYPE_CHECKING:
    from tests.simulation.world import World

_DECIDED = (
    Kind.TaskScheduled,
    Kind.TimerCreated,
    Kind.SubOrchestrationInstanceCreated,
    Kind.ExecutionCompleted,
    Kind.OrchestratorCompleted,
)


def keep(world: "World", path: Path) -> None:
    """Write a world's executions into a file, a line each."""
    with path.open("a") as file:
        for row, history in world.store.executions():
            if not history:
                continue  # it was started, and had no turn yet
            answers = {
                length: answer
                for (execution_id, length), answer in world.store.answers.items()
                if execution_id == _execution_id(history)
            }
            line = {"row": asdict(row), "history": history, "answers": answers}
            file.write(json.dumps(line) + "\n")


def replay(path: Path, worker: Worker) -> tuple[int, int, list[str]]:
    """Replay a file; return how many executions and turns it held, and what differs."""
    executions, turns, found = 0, 0, []
    for text in path.read_text().splitlines():
        line = json.loads(text)
        executions += 1
        for episode in _episodes(Instance(**line["row"]), line["history"]):
            turns += 1
            length = len(episode.past) + len(episode.new)
            expected = line["answers"].get(str(length))
            if expected is None and line["row"]["status"] == "Failed":
                continue  # the worker process exited within this turn, and nothing was answered
            answer = _answer(worker, episode)
            if answer != expected:
                found.append(f"{episode.instance.instance_id}, {length} events: {answer[:200]}")
    return executions, turns, found


def _episodes(row: Instance, history: list[Event]) -> Iterator[Episode]:
    """The turns of an execution, each with what it was given."""
    begins = [
        at for at, item in enumerate(history) if item["EventType"] == Kind.OrchestratorStarted
    ]
    for begin in begins:
        new: list[Event] = []
        for item in history[begin:]:
            if new and item["EventType"] == Kind.OrchestratorStarted:
                break
            # One that was played came with a new generation's beginning; others are decisions.
            if item["EventType"] in _DECIDED and not item["IsPlayed"]:
                break
            new.append({**item, "IsPlayed": False})
        yield Episode(row, history[:begin], new, [], row.execution_id)


def _answer(worker: Worker, episode: Episode) -> str:
    try:
        return worker.run_orchestrator(episode.name, episode.context_json())
    except WorkerFailure as failure:
        return str(failure)


def _execution_id(history: list[Event]) -> str:
    started: Any = next(item for item in history if item["EventType"] == Kind.ExecutionStarted)
    return str(started["OrchestrationInstance"]["ExecutionId"])


def main() -> int:
    """Replay the files that are named, and print what came of it as JSON."""
    worker = app_harness.worker()
    executions, turns = 0, 0
    found: list[str] = []
    for name in sys.argv[1:]:
        more = replay(Path(name), worker)
        executions, turns, found = executions + more[0], turns + more[1], found + more[2]
    print(json.dumps({"executions": executions, "turns": turns, "found": found[:20]}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
