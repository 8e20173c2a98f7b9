"""The lease of a message: renewed while its function runs, given back when the host stops.

What else a queue trigger does is said in tests/contract/queue_trigger, of the published one too.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from devhost.app_files import QueueOptions
from devhost.azurite import Azurite
from devhost.invoke import Invoker
from devhost.language_worker.loaded import LoadedFunction
from devhost.queue_listener import QueueListener
from devhost.queue_storage import Queues, create, send_text
from tests.fakes.in_process import InProcess

QUEUE = "leased"


class QueueHarness:
    """A listener on one queue, with a function that the test gives."""

    def __init__(self, queues: Queues, tmp_path: Path) -> None:
        self.queues = queues
        self.invoker = Invoker(InProcess(tmp_path), lambda: "{}", queues)
        self.client = queues.client("AzureWebJobsStorage", QUEUE)

    def listener(self, function: Callable[..., Any], lease_s: int = 10) -> QueueListener:
        trigger = {
            "type": "queueTrigger",
            "name": "message",
            "queueName": QUEUE,
            "connection": "AzureWebJobsStorage",
            "direction": "IN",
        }
        loaded = LoadedFunction("take", trigger, [trigger], function, True)
        return QueueListener(
            loaded,
            self.queues,
            QueueOptions(is_base64=False),
            self.invoker,
            lease_s=lease_s,
        )

    async def send(self, text: str) -> None:
        await send_text(self.client, text)


@pytest.fixture
async def harness(azurite: Azurite, tmp_path: Path) -> AsyncIterator[QueueHarness]:
    settings = {"AzureWebJobsStorage": azurite.connection_string}
    made = QueueHarness(Queues(settings, is_base64=False), tmp_path)
    await create(made.client)
    await made.client.clear_messages()
    yield made
    await made.queues.close()


async def test_a_run_longer_than_the_lease_is_not_delivered_twice(harness: QueueHarness) -> None:
    attempts: list[int | None] = []
    done = asyncio.Event()

    async def take(message: func.QueueMessage) -> None:
        attempts.append(message.dequeue_count)
        await asyncio.sleep(1.7)
        done.set()

    listener = harness.listener(take, lease_s=1)
    await listener.start()
    await harness.send("slow")
    await asyncio.wait_for(done.wait(), 10)
    await asyncio.sleep(0.5)
    await listener.stop()
    assert attempts == [1]
    assert (await harness.client.get_queue_properties()).approximate_message_count == 0


async def test_a_stopping_host_gives_its_messages_back_at_once(harness: QueueHarness) -> None:
    begun = asyncio.Event()
    seen: list[int | None] = []

    async def take(message: func.QueueMessage) -> None:
        seen.append(message.dequeue_count)
        begun.set()
        if len(seen) == 1:
            await asyncio.sleep(60)

    first = harness.listener(take)
    await first.start()
    await harness.send("cut off")
    await asyncio.wait_for(begun.wait(), 5)
    await first.stop()
    begun.clear()
    second = harness.listener(take)
    await second.start()
    await asyncio.wait_for(begun.wait(), 1.5)
    await second.stop()
    assert seen == [1, 2]
