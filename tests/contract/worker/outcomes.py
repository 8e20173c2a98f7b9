"""What a worker makes of every kind of call: one table, for the comparison of two workers.

An outcome is what the host is told: a result, or a failure's message and stack. Of a stack only the
app's own frames are kept: the worker's are different in each, and so is how Python underlines.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.messages import Data, HttpRequest, Json, Text, Value
from tests.contract.worker.caller import APP, WorkerCaller

Outcome = Any
Calls = Iterator[tuple[str, Callable[[], Outcome]]]

ASKED = HttpRequest(
    "POST",
    "http://app.test/api/tells/7?a=1",
    {"x-one": "ä", "content-type": "application/x-www-form-urlencoded"},
    {"a": "1,2"},
    {"id": "7"},
    b"k=v&k2=\xff",
)
TICK = Json(
    json.dumps(
        {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": {"Last": "2030-01-01T00:00:00+00:00", "Next": "", "LastUpdated": ""},
            "IsPastDue": True,
        }
    )
)
METADATA: dict[str, Value] = {
    "Id": Text("m-1"),
    "PopReceipt": Text("pop"),
    "DequeueCount": Json("2"),
    "InsertionTime": Json('"2030-01-01T00:00:00+00:00"'),
    "ExpirationTime": Json('"2030-01-08T00:00:00+00:00"'),
    "NextVisibleTime": Json('"2030-01-01T00:10:00+00:00"'),
    "QueueTrigger": Text("body"),
}
"""As the Functions host hands them over (facts: durable protocol 1.2)."""
BODIES: tuple[Value, ...] = (Text("bödy"), Data(b"\xff\x00"), Json('{"a": 1}'))
INPUTS = (
    *("null", "1", "1.5", "[1]", '{"a": "ä"}', '"x"', "no json", "", '"2030-01-01"'),
    '{"__class__": "x", "__module__": "y", "__data__": 1}',
)
UNTELLABLE = "half a character"
"""A failure that is never answered: see test_failures.py."""


def outcomes(caller: WorkerCaller) -> dict[str, Outcome]:
    """Make every call of the table."""
    found = {}
    for kind in (_http, _outputs, _timers, _queues, _activities, _orchestrators, _threads):
        for label, call in kind(caller):
            try:
                found[f"{kind.__name__[1:]}: {label}"] = call()
            except WorkerFailure as failure:
                found[f"{kind.__name__[1:]}: {label}"] = bare(failure)
    return found


def differences(ours: dict[str, Outcome], theirs: dict[str, Outcome]) -> Iterator[str]:
    """One line for each call that two workers do not make the same of."""
    for label in sorted(ours.keys() | theirs.keys()):
        one, other = repr(ours.get(label)), repr(theirs.get(label))
        if one != other:
            yield f"{label}: {one} is not {other}"


def bare(failure: WorkerFailure) -> tuple[str, str]:
    """A failure without what is only that worker's, and without addresses."""
    return _ADDRESS.sub("0x", failure.message), _ADDRESS.sub("0x", _own(failure.stack))


_ADDRESS = re.compile(r"0x[0-9a-f]+")
_FRAME = re.compile(r'  File "([^"]+)", line')


def _own(stack: str) -> str:
    kept, is_own = [], True
    for line in stack.splitlines():
        text = line.removeprefix("  | ")  # of an exception group
        if text.strip() and not text.strip("~^ "):
            continue
        if frame := _FRAME.match(text):
            is_own = Path(frame[1]).is_relative_to(APP)
        elif not text.startswith("    "):
            is_own = True
        if is_own:
            kept.append(line)
    return "\n".join(kept)


def _known(caller: WorkerCaller, table: str) -> list[str]:
    names: list[str] = caller.activity("known", table)
    return [name for name in names if name != UNTELLABLE or table != "FAILURES"]


def _http(caller: WorkerCaller) -> Calls:
    yield "a request", partial(caller.call, "tells", ASKED)
    for name in ("imported", "in_context", "in_async_context", "with_client"):
        yield name, partial(caller.http, name)
    for what in _known(caller, "ANSWERS"):
        for name in ("answers", "answers_async"):
            yield f"{name} {what}", partial(caller.http, name, what=what)


def _outputs(caller: WorkerCaller) -> Calls:
    names = ("puts_text", "puts_bytes", "puts_message", "puts_messages", "puts_unannotated")
    for what in _known(caller, "PUT"):
        asked = HttpRequest("POST", "http://app.test/api/x", {}, {"what": what}, {}, b"")
        for name in names:
            yield f"{name} {what}", partial(caller.call, name, asked)
        tick = Json(json.dumps({"ScheduleStatus": {"What": what}}))
        yield f"returns {what}", partial(caller.call, "returns_to_a_queue", tick)


def _timers(caller: WorkerCaller) -> Calls:
    for name in ("ticks", "ticks_as_text", "answers_nobody"):
        yield name, partial(caller.call, name, TICK)


def _queues(caller: WorkerCaller) -> Calls:
    for name in ("takes", "takes_text", "takes_bytes"):
        for body in BODIES:
            for told in (METADATA, {}):
                label = f"{name} {body} {len(told)}"
                yield label, partial(caller.call, name, body, told)


def _activities(caller: WorkerCaller) -> Calls:
    for name in ("echo", "echo_async", "typed", "activity_with_client"):
        for text in INPUTS:
            yield f"{name} {text}", partial(caller.call, name, Text(text))
        yield f"{name} of bytes", partial(caller.call, name, Data(b"1"))
    for what in _known(caller, "RESULTS"):
        yield f"results {what}", partial(caller.activity, "results", what)
    for what in _known(caller, "FAILURES"):
        for name in ("fails", "fails_async"):
            yield f"{name} {what}", partial(caller.activity, name, what)
        yield f"http {what}", partial(caller.http, "fails_in_http", what=what)


def _orchestrators(caller: WorkerCaller) -> Calls:
    for name in ("chain", "raises"):
        for text in (turn(name), second_turn(name), "{}", "no json"):
            label = f"{name} {len(text)}"
            yield label, partial(caller.call, name, Text(text))


def _threads(caller: WorkerCaller) -> Calls:
    yield "where", lambda: caller.activity("where")[:2]
    yield "where_async", lambda: caller.activity("where_async")[1:]


def turn(name: str) -> str:
    """The first turn of an orchestration, as the extension sends it (facts: protocol 2.1)."""
    return _context(_begun(name))


def second_turn(name: str) -> str:
    """The turn after the first activity's answer."""
    scheduled = {"EventType": 4, "EventId": 0, "Name": "echo", "Version": "", "Input": '["1"]'}
    completed = {"EventType": 5, "TaskScheduledId": 0, "Result": "1"}
    past = [*_begun(name), _MOMENT | scheduled, _MOMENT | {"EventType": 13}]
    return _context([*past, _MOMENT | {"EventType": 12}, _MOMENT | completed])


_MOMENT = {"IsPlayed": False, "EventId": -1, "Timestamp": "2030-01-01T00:00:00Z"}


def _begun(name: str) -> list[dict[str, Any]]:
    instance = {"InstanceId": "i-1", "ExecutionId": "e-1"}
    started = {"Name": name, "Version": "", "Input": '"1"', "OrchestrationInstance": instance}
    return [_MOMENT | {"EventType": 12}, _MOMENT | {"EventType": 0} | started]


def _context(history: list[dict[str, Any]]) -> str:
    context = {
        "history": history,
        "input": "1",
        "instanceId": "i-1",
        "isReplaying": False,
        "parentInstanceId": None,
        "maximumShortTimerDuration": "6.00:00:00",
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
        "upperSchemaVersion": 2,
    }
    return json.dumps(context)
