"""Runs queue functions on the messages that the engine's own, published trigger hands over.

Which message is taken when, how often it is tried and when it is poison is the trigger's business.
It listens on the hub's storage account; queues of another one are left to queue_listener.py.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import Data, Json, Text, Value
from devhost.queue_delivery import is_binary
from devhost.starting import BadStart, with_settings
from devhost.storage_account import connection_of

Call = Callable[[Function, Value, Mapping[str, Value]], Awaitable[object]]
_log = logging.getLogger(__name__)
_HUB = "AzureWebJobsStorage"
_TEXTS = {"Id", "PopReceipt", "QueueTrigger"}
"""What the Functions host hands over as text; the rest is JSON."""


class Messages:
    """The queue functions of one app that the engine calls, and the calls that are under way."""

    def __init__(
        self, functions: Iterable[Function], settings: Mapping[str, str], call: Call
    ) -> None:
        self._functions = {f.name: f for f in functions if _is_taken(f, settings)}
        self.queues = {
            name: with_settings(str(function.trigger["queueName"]), settings)
            for name, function in self._functions.items()
        }
        """By the name of the function."""
        self._call = call
        self._running: set[asyncio.Future[object]] = set()

    @property
    def lines(self) -> list[str]:
        """For people: what leads where."""
        return [f"queue {queue} -> {name}" for name, queue in self.queues.items()]

    async def run(self, name: str, text: str) -> str:
        """Run a function on a message as the trigger hands it over. Raises WorkerFailure."""
        given = json.loads(text)
        metadata: dict[str, Any] = given["metadata"]
        label = f"{self.queues[name]} -> {name}: message {metadata['Id']}"
        begun = time.perf_counter()
        try:
            await self._await(self._functions[name], given["body"], metadata)
        except WorkerFailure as failure:
            _log.error("%s failed, attempt %s: %s", label, metadata["DequeueCount"], failure.told)
            raise
        _log.info("%s done (%.0f ms)", label, (time.perf_counter() - begun) * 1000)
        return "null"

    def cut_off(self) -> None:
        """Fail what is under way: its messages go back to their queues."""
        for call in self._running:
            call.cancel()

    async def _await(self, function: Function, body: str, metadata: Mapping[str, Any]) -> None:
        value = Data(body.encode()) if is_binary(function) else Text(body)
        call = asyncio.ensure_future(self._call(function, value, _data(metadata)))
        self._running.add(call)
        try:
            await asyncio.wait([call])
            if call.cancelled():
                raise WorkerFailure("The host stops.", "")
            await call
        except BadStart as error:
            raise WorkerFailure(str(error), "") from error
        finally:
            self._running.discard(call)


def _is_taken(function: Function, settings: Mapping[str, str]) -> bool:
    if function.kind != "queueTrigger":
        return False
    connection = str(function.trigger.get("connection") or _HUB)
    return connection_of(connection, settings) == connection_of(_HUB, settings)


def _data(metadata: Mapping[str, Any]) -> dict[str, Value]:
    return {
        key: Text(value) if key in _TEXTS else Json(json.dumps(value))
        for key, value in metadata.items()
    }
