"""Says where a replayed scenario differs from the recorded one, as a list of plain sentences.

Calls are compared one by one and whole: every event with its fields, its place and its IsPlayed,
the context's other keys, and what the SDK answered. Only where a scenario is named for it is
something looked at more loosely: the order in which parallel work completed, turns that the
recording left out and, between two runs by the clock of a machine, how much fits into a second.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.contract.golden.normal import anonymous, normal

PARALLEL = {"fan_out", "waves"}
"""Several completions on their way at once: how many one call carries, and in which order."""
ABRIDGED = {"persistent_event"}
"""Recorded are the first four calls and the last."""
BATCHED = {"signal_parent"}
"""Two events at the same moment, which one call carries or two."""
SPINNING = "persistent_event"
"""Its output is how often it went round in three seconds."""
_ROUNDS_MIN = 5
"""More than seconds: that is what shows that its timers do not wait."""

_BOOKKEEPING = {12, 13}
_COMPLETIONS = {5, 6, 8, 9}
_COMPLETION_NAMES = {"TaskCompleted", "SubOrchestrationInstanceCompleted"}

Scenario = dict[str, Any]
Bare = Callable[[Any], Any]


def differences(
    want: Scenario, got: Scenario, *, by_clock: bool = False, without_stacks: bool = False
) -> list[str]:
    """Everything in which a replay is not what was recorded.

    `by_clock`: the replay is another run on a real machine, not one on the virtual clock.
    `without_stacks`: it was run on a worker whose stacks are others.
    """
    bare = partial(normal, without_stacks=without_stacks)
    name = want["scenario"]
    if by_clock and name == SPINNING:
        return _spin_differences(want, got)
    loose = name in PARALLEL or (by_clock and name in BATCHED)
    found = _reply_differences(loose, want["http"], got["http"], bare)
    wanted, given = _by_instance(want), _by_instance(got)
    if wanted.keys() != given.keys():
        found.append(f"instances: recorded {sorted(wanted)}, here {sorted(given)}")
    for instance_id in wanted.keys() & given.keys():
        a, b = wanted[instance_id], given[instance_id]
        if loose:
            a, b = _settled(a), _settled(b)
        if name in ABRIDGED:
            b = [*b[:4], b[-1]]
        found += _unequal(f"calls of {instance_id}", bare(a), bare(b))
    return found


def _spin_differences(want: Scenario, got: Scenario) -> list[str]:
    """The first turns, and the end with all its rounds but two left out."""
    first, second = want["orchestrator_calls"][:4], got["orchestrator_calls"][:4]
    found = _unequal("first calls", normal(first), normal(second))
    ends = [normal(scenario["http"][-1]["response"]) for scenario in (want, got)]
    for end in ends:
        rounds = [row for row in end["historyEvents"] if row["EventType"] == "TimerCreated"]
        if len(rounds) != end["output"] or end["output"] < _ROUNDS_MIN:
            found.append(f"{end['output']} rounds, {len(rounds)} timers")
        end["output"] = end["historyEvents"][-1]["Result"] = "<rounds>"
        spun = [row for row in end["historyEvents"] if row["EventType"].startswith("Timer")]
        end["historyEvents"] = [row for row in end["historyEvents"] if row not in spun[4:]]
    return found + _unequal("final status", *ends)


def _reply_differences(
    loose: bool, want: list[Scenario], got: list[Scenario], bare: Bare
) -> list[str]:
    found = _unequal("HTTP statuses", [r["status"] for r in want], [r["status"] for r in got])
    last = len(want) - 1
    for n, (asked, given) in enumerate(zip(want, got, strict=True)):
        where = "final status" if n == last else f"reply {n}"
        a, b = _shown(bare(asked["response"]), loose), _shown(bare(given["response"]), loose)
        found += _unequal(where, a, b)
    return found


def _shown(reply: Any, loose: bool) -> Any:
    """What a reply says, without the links of a start and the stack of a refusal."""
    if not isinstance(reply, dict):
        return reply
    if "statusQueryGetUri" in reply:
        return reply["id"]
    if "ExceptionMessage" in reply:
        return {"refusal": reply["ExceptionMessage"]}
    if loose and "historyEvents" in reply:
        reply["historyEvents"] = _rows_settled(reply["historyEvents"])
    return reply


def _by_instance(scenario: Scenario) -> dict[str, list[Any]]:
    calls = defaultdict(list)
    for call in scenario["orchestrator_calls"]:
        calls[anonymous(call["context"]["instanceId"])].append(call)
    return calls


def _settled(calls: list[Any]) -> list[Any]:
    """First and last call, with completions that stand together in the order of their tasks."""
    last = json.loads(json.dumps(calls[-1]))
    kept = [e for e in last["context"]["history"] if e["EventType"] not in _BOOKKEEPING]
    last["context"]["history"] = _runs_sorted(
        [e | {"IsPlayed": None} for e in kept],
        lambda e: e["EventType"] in _COMPLETIONS,
        lambda e: str(e.get("TaskScheduledId")),
    )
    return [calls[0], last]


def _rows_settled(rows: list[Any]) -> list[Any]:
    return _runs_sorted(rows, lambda r: r["EventType"] in _COMPLETION_NAMES, json.dumps)


def _runs_sorted(items: list[Any], belongs: Any, key: Any) -> list[Any]:
    done: list[Any] = []
    run: list[Any] = []
    for item in items:
        if belongs(item):
            run.append(item)
        else:
            done += [*sorted(run, key=key), item]
            run = []
    return done + sorted(run, key=key)


def _unequal(where: str, want: Any, got: Any) -> list[str]:
    if isinstance(want, dict) and isinstance(got, dict) and want.keys() == got.keys():
        return [line for key in want for line in _unequal(f"{where}.{key}", want[key], got[key])]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        pairs = enumerate(zip(want, got, strict=True))
        return [line for i, (a, b) in pairs for line in _unequal(f"{where}[{i}]", a, b)]
    same = want == got and type(want) is type(got)
    return [] if same else [f"{where}: recorded {_short(want)}, here {_short(got)}"]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 400 else text[:400] + "…"
