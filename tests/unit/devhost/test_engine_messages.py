"""Which queue functions the engine's own trigger serves, and what a call of one comes to."""

import asyncio
import json
import re
from collections.abc import Mapping

import pytest

from devhost.language_worker.failures import WorkerExited, WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import Data, Json, Text, Value
from devhost.remote.messages import Messages
from devhost.starting import BadStart
from devhost.storage_account import emulator_connection

SETTINGS = {
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "Same": emulator_connection(),
    "Other": emulator_connection((1, 2, 3)),
    "NAME": "orders",
}
HANDED_OVER = json.dumps({"body": "hi", "metadata": {"Id": "m1", "DequeueCount": 2}})


def function(name: str, queue: str, connection: str = "", **more: str) -> Function:
    trigger = {"type": "queueTrigger", "name": "message", "queueName": queue, **more}
    trigger |= {"connection": connection} if connection else {}
    return Function(name, trigger, [trigger])


class Calls:
    """Takes the calls, and answers or raises what the test says."""

    def __init__(self, error: Exception | None = None, lasts: bool = False) -> None:
        self.seen: list[tuple[Value, Mapping[str, Value]]] = []
        self.begun = asyncio.Event()
        self._error, self._lasts = error, lasts

    async def call(self, function: Function, value: Value, metadata: Mapping[str, Value]) -> None:
        self.seen.append((value, metadata))
        self.begun.set()
        if self._lasts:
            await asyncio.Event().wait()
        if self._error is not None:
            raise self._error


def test_it_serves_the_queues_of_the_hub_s_account_and_no_others() -> None:
    functions = [
        function("first", "%NAME%-new"),
        function("second", "same", "Same"),
        function("third", "other", "Other"),
        Function("timed", {"type": "timerTrigger"}, []),
    ]
    messages = Messages(functions, SETTINGS, Calls().call)
    assert messages.queues == {"first": "orders-new", "second": "same"}
    assert messages.lines == ["queue orders-new -> first", "queue same -> second"]


@pytest.mark.parametrize(("data_type", "value"), [("", Text("hi")), ("binary", Data(b"hi"))])
async def test_a_message_reaches_its_function_as_the_host_hands_it_over(
    data_type: str, value: Value
) -> None:
    calls = Calls()
    messages = Messages([function("take", "q", dataType=data_type)], SETTINGS, calls.call)
    assert await messages.run("take", HANDED_OVER) == "null"
    assert calls.seen == [(value, {"Id": Text("m1"), "DequeueCount": Json("2")})]


@pytest.mark.parametrize(
    "error", [WorkerFailure("ValueError: no", ""), WorkerExited(137), BadStart("no account")]
)
async def test_a_call_that_fails_in_whatever_way_fails_the_message(error: Exception) -> None:
    messages = Messages([function("take", "q")], SETTINGS, Calls(error).call)
    with pytest.raises(WorkerFailure, match=re.escape(error.args[0])):
        await messages.run("take", HANDED_OVER)


async def test_a_call_that_is_cut_off_fails_its_message_too() -> None:
    calls = Calls(lasts=True)
    messages = Messages([function("take", "q")], SETTINGS, calls.call)
    running = asyncio.create_task(messages.run("take", HANDED_OVER))
    await calls.begun.wait()
    messages.cut_off()
    with pytest.raises(WorkerFailure, match="The host stops"):
        await running
