"""The benchmark counts what was noted and asked, and compares it restore by restore."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from benchmarks.calls import Calls, Effort, read_calls
from benchmarks.counted_worker import history_of
from benchmarks.measures import Measures, measures_of
from benchmarks.pairs import compare
from benchmarks.storage_requests import Asked, read_log


def turn(instance: str, events: int, activities: int = 0, polls: int = 0) -> str:
    line = {"kind": "turn", "name": "x", "cpu_s": 0.5, "own_s": 0.25}
    noted = {"instance": instance, "events": events, "activities": activities, "polls": polls}
    return json.dumps(line | noted)


def activity(name: str) -> str:
    return json.dumps({"kind": "activity", "name": name, "cpu_s": 0.125, "own_s": 0.0})


def logged(method: str, path: str) -> str:
    line = f'127.0.0.1 - - [23/Nov/2026:07:06:24 +0000] "{method} /devstoreaccount1/{path} '
    return line + 'HTTP/1.1" 200 -\n'


def test_a_turn_is_described_by_the_history_it_was_handed() -> None:
    def event(kind: int, name: str | None = None) -> dict[str, Any]:
        return {"EventType": kind, "Name": name, "EventId": -1}

    # A sub-orchestration and a raised event have names too, and are no activities.
    history = [event(12), event(0, "watch_job"), event(4, "read_job"), event(5), event(7, "w")]
    context = {"instanceId": "restore-a~watch", "history": [*history, event(15, "read_job")]}
    assert history_of(json.dumps(context)) == {
        "instance": "restore-a~watch",
        "events": 6,
        "activities": 1,
        "polls": 1,
    }


def test_a_parent_and_its_child_are_one_restore() -> None:
    calls = read_calls(
        [turn("restore-a", 2), turn("restore-a~watch", 2), turn("restore-a", 9, activities=3)]
    )
    assert calls.efforts == {
        "restore-a": Effort(turns=3, replayed=13, events=11, activities=3, generations=2)
    }


def test_what_the_reconciler_does_is_no_restores_own() -> None:
    calls = read_calls([turn("restore-a", 2), turn("reconcile-v2", 7)])
    assert (list(calls.efforts), calls.turns_cpu_s) == (["restore-a"], 0.5)


def test_a_history_that_got_shorter_is_the_next_generation() -> None:
    child = "restore-a~watch"
    calls = read_calls([turn(child, 2), turn(child, 8, 2, 1), turn(child, 2), turn(child, 5, 1, 1)])
    (effort,) = calls.efforts.values()
    assert (effort.generations, effort.events, effort.activities, effort.polls) == (2, 13, 3, 2)


def test_activities_are_counted_as_often_as_they_ran() -> None:
    calls = read_calls([activity("read_job"), turn("restore-a", 2), activity("read_job")])
    assert calls.ran == {"read_job": 2}
    assert (calls.turns_cpu_s, calls.activities_cpu_s, calls.notes_cpu_s) == (0.5, 0.25, 0.25)


@pytest.mark.parametrize(
    ("service", "method", "path", "owner", "what"),
    [
        ("blob", "PUT", "restore-ledger/restores/a", "app", "PUT restore-ledger/restores/*"),
        ("queue", "POST", "restore-events/messages", "app", "POST restore-events/messages"),
        (
            "queue",
            "GET",
            "restore-requests/messages?numofmessages=8",
            "trigger",
            "GET restore-requests/messages",
        ),
        ("queue", "PUT", "restore-requests-poison", "trigger", "PUT restore-requests-poison"),
        (
            "queue",
            "DELETE",
            "azurevmrestore-control-03/messages/1b2?popreceipt=x",
            "engine",
            "DELETE control/messages/*",
        ),
        (
            "table",
            "GET",
            "AzureVmRestoreHistory()?$filter=x",
            "engine",
            "GET AzureVmRestoreHistory",
        ),
        ("table", "POST", "$batch", "engine", "POST $batch"),
        (
            "blob",
            "PUT",
            "azurevmrestore-applease/x?comp=lease&timeout=3",
            "engine",
            "PUT azurevmrestore-applease/* comp=lease",
        ),
    ],
)
def test_a_line_of_the_access_log_says_who_asked_for_what(
    service: str, method: str, path: str, owner: str, what: str
) -> None:
    assert list(read_log(service, logged(method, path))) == [Asked(service, owner, what)]


@pytest.mark.parametrize(
    "line",
    [
        logged("GET", "restore-events/messages?numofmessages=32"),
        logged("POST", "restore-requests/messages"),
        "Azurite Queue service is starting on 127.0.0.1:10001\n",
    ],
)
def test_what_the_benchmark_asks_for_itself_is_not_counted(line: str) -> None:
    assert list(read_log("queue", line)) == []


@dataclass
class Stock:
    """A mark with round numbers."""

    at: float
    host_cpu_s: float | None
    asked: Counter[Asked]
    engine_pids: tuple[int, ...] = (7,)
    engine_cpu_s: float | None = None
    storage_cpu_s: float | None = 1.0
    arm: int = 0


def measured(**of_end: Any) -> Measures:
    poll = Asked("queue", "trigger", "GET restore-requests/messages")
    write = Asked("blob", "app", "PUT restore-ledger/restores/*")
    idle = Stock(0.0, 1.0, Counter())
    begun = Stock(10.0, 2.0, Counter({poll: 10}))
    ended = Stock(30.0, 8.0, Counter({poll: 34, write: 6}), arm=8, **of_end)
    calls = Calls(efforts={"restore-a": Effort(turns=4), "restore-b": Effort(turns=6)})
    calls.notes_cpu_s = 1.0
    return measures_of("engine", [200.0, 202.0], idle, begun, ended, calls)


def test_what_happens_anyway_is_taken_off_each_restore() -> None:
    measures = measured()
    assert measures.idle_requests == {"queue trigger": 60.0}
    assert measures.requests == {"blob app": 3.0, "queue trigger": 2.0}
    assert measures.requests_all == {"blob app": 3.0, "queue trigger": 12.0}
    # 6 s used; idle 0.1 s a second for 20 s; 1 s of taking notes.
    assert measures.cpu_ms["host"] == pytest.approx(1_500)
    assert (measures.mean("turns"), measures.arm_requests, measures.took_s) == (5, 4, 201)


def test_cpu_that_cannot_be_read_is_absent_and_not_nought() -> None:
    assert measured().cpu_ms["engine"] is None


def test_an_engine_that_was_started_again_is_noticed() -> None:
    assert measured().engine_restarts == 0
    assert measured(engine_pids=(8,)).engine_restarts == 1


def test_pairs_are_told_apart_by_looks_and_by_the_rest() -> None:
    one, more = Effort(turns=20, polls=3), Effort(turns=22, polls=4)
    pairs = compare(
        {"a": one, "b": one, "c": one}, {"a": one, "b": more, "c": Effort(turns=21, polls=3)}
    )
    assert (pairs.all_, pairs.same_polls, pairs.equal, pairs.odd) == (3, 2, 1, ("c",))
    assert pairs.polls_more == {0: 2, 1: 1}
