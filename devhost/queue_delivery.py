"""One queue message on its way through its function: run, then deleted, released or given up.

The lease is renewed at half time while the function runs. Which messages are taken, and how many
at once, is decided by queue_listener.py.
"""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError

from devhost.app_files import QueueOptions
from devhost.invoke import Invoker
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import Data, Json, Text, Value
from devhost.queue_storage import Queues, first_line, poison_name, send_text
from devhost.starting import BadStart

if TYPE_CHECKING:
    from azure.storage.queue import QueueMessage
    from azure.storage.queue.aio import QueueClient

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class QueueTrigger:
    """One function and the queue that it listens to."""

    function: Function
    client: "QueueClient"
    connection: str
    queues: Queues
    options: QueueOptions
    invoker: Invoker
    lease_s: int
    """How long a message stays hidden unless renewed."""


class Delivery:
    """One message on its way through the function."""

    def __init__(self, trigger: QueueTrigger, message: "QueueMessage") -> None:
        self._trigger = trigger
        self._message = message
        self._receipt = str(message.pop_receipt)
        self._receipt_lock = asyncio.Lock()
        """A renewal under way changes the receipt that settling needs."""
        self._attempt = int(message.dequeue_count or 1)
        self._poison_name = poison_name(trigger.client.queue_name)
        self._label = f"{trigger.client.queue_name} -> {trigger.function.name}"

    async def run(self) -> None:
        renewing = asyncio.create_task(self._renew())
        try:
            await self._deliver()
        except asyncio.CancelledError:
            await self._release(0)  # the host stops: the next one need not wait for the lease
            raise
        except AzureError as error:
            _log.warning("%s: storage failed, the message returns: %s", self._label, error)
        except BadStart as error:
            _log.error("%s: %s", self._label, error)
            await self._release(self._trigger.options.visibility_timeout_s)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _deliver(self) -> None:
        if self._poison_name and self._attempt > self._trigger.options.max_dequeue_count:
            await self._give_up("it was delivered too often")
            return
        try:
            body = self._trigger.queues.decode(str(self._message.content))
        except ValueError as error:
            await self._give_up(f"its text is {error}")
            return
        begun = time.perf_counter()
        try:
            await self._trigger.invoker.call(
                self._trigger.function, self._value(body), self._metadata(body)
            )
        except WorkerFailure as failure:
            await self._failed(failure)
            return
        await self._settle()
        spent_ms = (time.perf_counter() - begun) * 1000
        _log.info("%s: message %s done (%.0f ms)", self._label, self._message.id, spent_ms)

    async def _failed(self, failure: WorkerFailure) -> None:
        most = self._trigger.options.max_dequeue_count
        _log.error(
            "%s: message %s failed, attempt %d of %d: %s",
            self._label,
            self._message.id,
            self._attempt,
            most,
            failure.told,
        )
        if self._attempt >= most or not self._poison_name:
            await self._give_up(f"it failed {self._attempt} times")
        else:
            await self._release(self._trigger.options.visibility_timeout_s)

    async def _give_up(self, why: str) -> None:
        """Move the message to the poison queue; where there can be none it stays, and hidden."""
        name = self._poison_name
        if name is None:
            _log.warning(
                "%s: %s; there is no poison queue, so it comes again when its lease ends",
                self._label,
                why,
            )
            return
        target = self._trigger.queues.client(self._trigger.connection, name)
        await send_text(target, str(self._message.content))
        await self._settle()
        _log.warning("%s: message %s moved to %s, %s", self._label, self._message.id, name, why)

    async def _settle(self) -> None:
        """Delete the message; a receipt gone stale means that somebody else has it by now."""
        async with self._receipt_lock:
            try:
                await self._trigger.client.delete_message(str(self._message.id), self._receipt)
            except AzureError as error:
                why = first_line(error)
                _log.warning("%s: message %s stays: %s", self._label, self._message.id, why)

    async def _release(self, hidden_s: float) -> None:
        with suppress(AzureError):
            await self._hide(hidden_s)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._trigger.lease_s / 2)
            try:
                await self._hide(self._trigger.lease_s)
            except AzureError as error:
                _log.warning("%s: lease not renewed: %s", self._label, first_line(error))

    async def _hide(self, hidden_s: float) -> None:
        async with self._receipt_lock:
            renewed = await self._trigger.client.update_message(
                str(self._message.id),
                self._receipt,
                self._message.content,
                visibility_timeout=round(hidden_s),
            )
            self._receipt = str(renewed.pop_receipt)

    def _value(self, body: bytes) -> Value:
        if is_binary(self._trigger.function):
            return Data(body)
        return Text(body.decode("utf-8", "replace"))

    def _metadata(self, body: bytes) -> Mapping[str, Value]:
        message: Any = self._message
        return {
            "Id": Text(str(message.id)),
            "PopReceipt": Text(self._receipt),
            "DequeueCount": Json(json.dumps(self._attempt)),
            "ExpirationTime": _moment(message.expires_on),
            "InsertionTime": _moment(message.inserted_on),
            "NextVisibleTime": _moment(message.next_visible_on),
            "QueueTrigger": Text(body.decode("utf-8", "replace")),
        }


def is_binary(function: Function) -> bool:
    """Whether a function wants a message's bytes and not its text."""
    return str(function.trigger.get("dataType", "")).lower() == "binary"


def _moment(value: datetime | None) -> Json:
    return Json(json.dumps(value.isoformat() if value else None))
