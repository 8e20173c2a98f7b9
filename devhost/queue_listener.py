"""One queue trigger: takes messages under a lease, as many at once as host.json says.

As in the Functions host, but with a short lease: the real one hides a message for 10 minutes, so
after a kill -9 its work would come back only then. A developer who restarts waits LEASE_S at most.
"""

import asyncio
import logging
import random
from contextlib import suppress
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, ResourceNotFoundError, ServiceRequestError

from devhost.app_files import QueueOptions
from devhost.invoke import Invoker
from devhost.language_worker.functions import Function
from devhost.queue_delivery import Delivery, QueueTrigger
from devhost.queue_storage import Queues, first_line
from devhost.starting import BadStart

if TYPE_CHECKING:
    from azure.storage.queue import QueueMessage

_log = logging.getLogger(__name__)
LEASE_S = 30
"""How long a message stays hidden unless renewed, which happens at half time. 600 in Azure."""
IDLE_S_MIN = 0.1
STOP_GRACE_S = 1.0


class QueueListener:
    """Listens for one function between start() and stop()."""

    def __init__(
        self,
        function: Function,
        queues: Queues,
        options: QueueOptions,
        invoker: Invoker,
        *,
        lease_s: int = LEASE_S,
    ) -> None:
        connection = str(function.trigger.get("connection") or "AzureWebJobsStorage")
        client = queues.of_binding(function.trigger)
        self._trigger = QueueTrigger(
            function, client, connection, queues, options, invoker, lease_s
        )
        self._client = client
        self._options = options
        self.line = f"queue {client.queue_name} -> {function.name}"
        """For people: what leads where."""
        self._running: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen, also where there is no queue yet; BadStart when the storage is away."""
        try:
            await self._client.get_queue_properties()
        except ResourceNotFoundError:
            _log.info("There is no queue %s yet; it is looked for", self._client.queue_name)
        except AzureError as error:
            raise BadStart(_refusal(self._client.primary_hostname, error)) from error
        self._loop_task = asyncio.create_task(
            self._listen(), name=f"queue {self._client.queue_name}"
        )

    async def stop(self) -> None:
        """Take nothing more; what does not end soon goes back to the queue."""
        if self._loop_task is not None:
            self._loop_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop_task
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_GRACE_S)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _listen(self) -> None:
        idle_s, is_reachable = IDLE_S_MIN, True
        while True:
            while len(self._running) > self._options.new_batch_threshold:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            try:
                messages = await self._receive()
                is_reachable = self._say_reachable(is_reachable)
            except AzureError as error:
                messages = []
                is_reachable = self._say_unreachable(is_reachable, error)
            if messages:
                idle_s = IDLE_S_MIN
                for message in messages:
                    self._begin(message)
                continue
            await asyncio.sleep(idle_s * random.uniform(0.8, 1.2))
            idle_s = min(idle_s * 2, self._options.idle_s_max)

    async def _receive(self) -> "list[QueueMessage]":
        count = self._options.batch_size
        try:
            found = self._client.receive_messages(
                messages_per_page=count,
                max_messages=count,
                visibility_timeout=self._trigger.lease_s,
            )
            return [message async for message in found]
        except ResourceNotFoundError:
            return []  # it may be made later

    def _begin(self, message: "QueueMessage") -> None:
        task = asyncio.create_task(Delivery(self._trigger, message).run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _say_unreachable(self, was_reachable: bool, error: AzureError) -> bool:
        if was_reachable:
            _log.warning("Queue %s cannot be read: %s", self._client.queue_name, first_line(error))
        return False

    def _say_reachable(self, was_reachable: bool) -> bool:
        if not was_reachable:
            _log.info("Queue %s can be read again", self._client.queue_name)
        return True


def _refusal(address: str, error: AzureError) -> str:
    where = address.partition("/")[0]
    if isinstance(error, ServiceRequestError):
        return (
            f"The queue storage at {where} does not answer: start Azurite, "
            "or everything with `python -m devhost up`."
        )
    return f"The queue storage at {where} refuses: {first_line(error)}"
