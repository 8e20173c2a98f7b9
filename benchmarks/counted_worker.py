"""`python -m benchmarks.counted_worker CALLS.jsonl …`: devhost's worker, noting every call.

The rest of the command line is what the host adds (`devhost run --worker-command`). Each
orchestrator turn and each activity becomes a line of CALLS.jsonl: what ran, on how much history,
with how much CPU of its thread. The same place is passed on both engines, so the lines are
comparable. What the noting itself costs is in the line too (`own_s`), to be taken off the process's
CPU.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from devhost.language_worker.__main__ import load
from devhost.language_worker.binding import Invocation
from devhost.language_worker.serving import serve
from restore.messages import names

_SCHEDULED = 4
"""The EventType of a TaskScheduled (facts: durable protocol 2.3)."""
_POLLS = (names.READ_OPERATION, names.READ_JOB)
_KINDS = {"orchestrationTrigger": "turn", "activityTrigger": "activity"}
Call = Callable[[Invocation], Any]


class Notebook:
    """Writes the lines; several threads at once."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()

    def noting(self, original: Call) -> Call:
        """Wrap Invocation.call, which runs a function in its thread."""

        def noted(invocation: Invocation) -> Any:
            kind = _KINDS.get(invocation.function.kind)
            if kind is None:
                return original(invocation)
            begun = time.thread_time()
            try:
                return original(invocation)
            finally:
                ended = time.thread_time()
                line: dict[str, Any] = {"kind": kind, "cpu_s": ended - begun}
                line["name"] = invocation.function.registered_name
                line |= _described(kind, invocation)
                line["own_s"] = time.thread_time() - ended
                with self._lock:
                    self._file.write(json.dumps(line) + "\n")

        return noted


def _described(kind: str, invocation: Invocation) -> dict[str, Any]:
    return history_of(invocation.arguments["context"].body) if kind == "turn" else {}


def history_of(context_json: str) -> dict[str, Any]:
    """What a turn was handed: whose, how many events, and which activities it had called so far."""
    context = json.loads(context_json)
    events = context["history"]
    scheduled = [item["Name"] for item in events if item["EventType"] == _SCHEDULED]
    return {
        "instance": context["instanceId"],
        "events": len(events),
        "activities": len(scheduled),
        "polls": sum(scheduled.count(name) for name in _POLLS),
    }


def main(arguments: Sequence[str]) -> None:
    """Be the worker process; does not return."""
    notebook = Notebook(Path(arguments[0]))
    # Put on the class, because the process makes its app itself.
    setattr(Invocation, "call", notebook.noting(Invocation.call))  # noqa: B010
    serve(arguments[1:], load)


if __name__ == "__main__":
    main(sys.argv[1:])
