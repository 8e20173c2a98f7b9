"""One call of one function: inputs bound, outputs sent, failures in the worker's words."""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from devhost.invoke import Invoker
from devhost.language_worker.binding import OutValue
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.loaded import LoadedFunction
from devhost.language_worker.messages import Json, Text, Value
from tests.fakes.in_process import InProcess

TIMER = {"type": "timerTrigger", "name": "timer", "direction": "IN"}
NOTHING_DUE = Json(json.dumps({"IsPastDue": True}))


class Sent:
    def __init__(self) -> None:
        self.values: list[tuple[str, Any]] = []

    async def send(self, binding: Mapping[str, Any], value: Value) -> None:
        assert isinstance(value, Text | Json)
        self.values.append((binding["name"], value.value))


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def invoker(sent: Sent, tmp_path: Path) -> Invoker:
    return Invoker(InProcess(tmp_path), lambda: '{"taskHubName": "hub"}', sent)


def timer_function(
    code: Callable[..., Any], *bindings: dict[str, Any], is_async: bool = False
) -> LoadedFunction:
    return LoadedFunction("tick", TIMER, [TIMER, *bindings], code, is_async)


def output(name: str, kind: str = "queue") -> dict[str, Any]:
    return {"type": kind, "name": name, "direction": "OUT", "queueName": "q"}


async def test_a_sync_function_runs_in_a_thread_with_its_timer(invoker: Invoker) -> None:
    seen: list[Any] = []

    def tick(timer: func.TimerRequest) -> None:
        seen.extend([timer.past_due, threading.current_thread() is threading.main_thread()])

    assert await invoker.call(timer_function(tick), NOTHING_DUE) is None
    assert seen == [True, False]


async def test_an_async_function_gets_the_client_binding_and_a_context(invoker: Invoker) -> None:
    seen: list[str] = []

    async def tick(timer: func.TimerRequest, client: str, context: func.Context) -> None:
        seen.extend([client, context.function_name])

    binding = {"type": "durableClient", "name": "client", "direction": "IN"}
    await invoker.call(timer_function(tick, binding, is_async=True), NOTHING_DUE)
    assert seen == ['{"taskHubName": "hub"}', "tick"]


async def test_only_outputs_that_were_set_are_sent(invoker: Invoker, sent: Sent) -> None:
    def tick(timer: func.TimerRequest, one: func.Out[str], two: func.Out[str]) -> None:
        one.set("first")

    await invoker.call(timer_function(tick, output("one"), output("two")), NOTHING_DUE)
    assert sent.values == [("one", "first")]


async def test_a_return_binding_sends_what_is_returned(invoker: Invoker, sent: Sent) -> None:
    function = timer_function(lambda timer: ["a", "b"], output("$return"))
    await invoker.call(function, NOTHING_DUE)
    assert sent.values == [("$return", '["a", "b"]')]


async def test_a_failed_function_sends_nothing_and_keeps_its_words(
    invoker: Invoker, sent: Sent
) -> None:
    def tick(timer: func.TimerRequest, out: func.Out[str]) -> None:
        out.set("lost")
        raise ValueError("no good")

    with pytest.raises(WorkerFailure) as caught:
        await invoker.call(timer_function(tick, output("out")), NOTHING_DUE)
    assert caught.value.message == "ValueError: no good"
    assert sent.values == []


async def test_returning_without_a_return_binding_is_a_failure(invoker: Invoker) -> None:
    with pytest.raises(WorkerFailure, match=r"without a \$return bindingreturned a non-None"):
        await invoker.call(timer_function(lambda timer: 1), NOTHING_DUE)


async def test_an_http_function_that_answers_nothing_fails(invoker: Invoker) -> None:
    with pytest.raises(WorkerFailure, match='unsupported type "http" for Python type "NoneType"'):
        await invoker.call(
            timer_function(lambda timer: None, output("$return", "http")), NOTHING_DUE
        )


def test_an_out_value_starts_empty() -> None:
    assert OutValue[str]().get() is None
