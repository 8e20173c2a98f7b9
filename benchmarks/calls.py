"""From the notes of a counted host to what each restore took. Pure."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from restore.messages import names

_RESTORES = names.instance_id("")
"""How their ids begin. The reconciler's does not: it looks at all of them, at each full hour."""


@dataclass
class Effort:
    """What one restore took of the worker, its child included."""

    turns: int = 0
    """Calls of an orchestrator function."""
    replayed: int = 0
    """History events handed over, all turns together."""
    events: int = 0
    """Events in the histories as the last turn of each generation saw them."""
    activities: int = 0
    """Activity calls in those histories."""
    polls: int = 0
    """Of those, polls of the operation and the job: how many, the clock decides."""
    generations: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """What must be equal on both engines."""
        return (self.turns, self.replayed, self.events, self.activities, self.generations)


@dataclass
class Calls:
    """All calls between two moments."""

    efforts: dict[str, Effort] = field(default_factory=dict)
    """By the parent's instance id."""
    ran: Counter[str] = field(default_factory=Counter)
    """Activities that really ran, by name: a second delivery runs one twice."""
    turns_cpu_s: float = 0.0
    activities_cpu_s: float = 0.0
    notes_cpu_s: float = 0.0
    """What taking the notes cost."""


def read_calls(lines: Iterable[str]) -> Calls:
    """Read the notes in the order in which they were taken."""
    calls = Calls()
    latest: dict[str, dict[str, Any]] = {}
    for text in lines:
        line = json.loads(text)
        calls.notes_cpu_s += line["own_s"]
        if line["kind"] == "activity":
            calls.ran[line["name"]] += 1
            calls.activities_cpu_s += line["cpu_s"]
            continue
        if not line["instance"].startswith(_RESTORES):
            continue
        calls.turns_cpu_s += line["cpu_s"]
        _turn(calls, latest, line)
    for instance, line in latest.items():
        _end_generation(_effort(calls, instance), line)
    return calls


def _turn(calls: Calls, latest: dict[str, dict[str, Any]], line: dict[str, Any]) -> None:
    instance = line["instance"]
    effort = _effort(calls, instance)
    effort.turns += 1
    effort.replayed += line["events"]
    before = latest.get(instance)
    # A history only grows: a shorter one is the next generation's.
    if before is not None and line["events"] < before["events"]:
        _end_generation(effort, before)
    latest[instance] = line


def _end_generation(effort: Effort, last: dict[str, Any]) -> None:
    effort.generations += 1
    effort.events += last["events"]
    effort.activities += last["activities"]
    effort.polls += last["polls"]


def _effort(calls: Calls, instance: str) -> Effort:
    parent = instance.partition("~")[
        0
    ]  # restore/messages/names.py: a child is its parent's id and ~watch
    return calls.efforts.setdefault(parent, Effort())
