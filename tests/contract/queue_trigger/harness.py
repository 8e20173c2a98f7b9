"""Queue functions on real queues, called by our listener or by the published trigger.

Both are given the same functions and the same host.json. A message's text says what its function
does with it: `fail…` raises, `hold…` and `line…` wait until the test lets go (of one of those in
line), `die…` takes the worker along.
"""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import azure.functions as func
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from devhost.app_files import QueueOptions, read_host_json
from devhost.invoke import Invoker
from devhost.language_worker.converters import converter
from devhost.language_worker.failures import WorkerExited
from devhost.language_worker.functions import Function
from devhost.language_worker.loaded import LoadedFunction
from devhost.language_worker.messages import Text, Value
from devhost.language_worker.values import datum_of
from devhost.queue_listener import LEASE_S, QueueListener
from devhost.queue_storage import Queues
from devhost.remote.messages import Messages
from devhost.remote_engine import RemoteEngine
from devhost.worker import Worker
from tests.contract.life_cycle.harness import APP
from tests.fakes.in_process import InProcess

OURS, PUBLISHED = "our listener", "the published trigger"
LEASES_S = {OURS: LEASE_S, PUBLISHED: 600}
"""The one deliberate difference: devhost/README.md says why ours is short."""
QUEUES = (
    *("success", "failing", "held", "delayed", "parallel", "dead", "texts"),
    *("late", "worn", "old-poison", "sick-poison"),
)
MISSING = "late"
"""The only one that is not there at the start."""
HOST_JSON = {
    "batchSize": "2",
    "newBatchThreshold": "0",
    "maxDequeueCount": "3",
    "visibilityTimeout": "00:00:01",
    "maxPollingInterval": "00:00:00.200",
}
WORN = ("worn", "old-poison")
"""With a message that was taken too often already."""
WAITING = 12
"""Messages that are in line at the start."""
_WITHIN_S = 20.0
_T = TypeVar("_T")


@dataclass(frozen=True)
class Called:
    """One call of a queue function."""

    queue: str
    body: str
    attempt: int
    id: str
    next_visible: datetime
    at: datetime
    kinds: Mapping[str, str]
    """Of the metadata, as the worker gets them."""


@dataclass
class QueueHarness:
    """Listening functions, one per queue, and what they were called with."""

    kind: str
    options: QueueOptions
    connection: str
    calls: list[Called] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    in_line: int = 0
    next_ones: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @property
    def lease_s(self) -> int:
        return LEASES_S[self.kind]

    @asynccontextmanager
    async def queue(self, name: str) -> AsyncIterator[QueueClient]:
        """A queue, made where it is missing."""
        async with QueueClient.from_connection_string(self.connection, name) as client:
            try:
                await client.create_queue()
            except ResourceExistsError:
                pass
            yield client

    def wire(self, body: str) -> str:
        """A body as the host expects it in a message."""
        return base64.b64encode(body.encode()).decode() if self.options.is_base64 else body

    async def send(self, name: str, text: str, **options: Any) -> str:
        """Put a message's text on a queue as it is; its id."""
        async with self.queue(name) as client:
            return str((await client.send_message(text, **options)).id)

    def calls_of(self, message_id: str) -> list[Called]:
        return [call for call in self.calls if call.id == message_id]

    async def called(self, message_id: str, times: int = 1) -> list[Called]:
        """The calls of a message, once there are so many."""
        return await eventually(
            lambda: self.calls_of(message_id), lambda calls: len(calls) >= times
        )

    async def left(self, name: str) -> tuple[int, list[str]]:
        """How many messages a queue holds, and the texts of those that can be seen."""
        async with QueueClient.from_connection_string(self.connection, name) as client:
            count = (await client.get_queue_properties()).approximate_message_count
            seen = await client.peek_messages(max_messages=32)
            return int(count or 0), [str(message.content) for message in seen]

    async def until_left(self, name: str, wanted: tuple[int, list[str]]) -> None:
        give_up = time.monotonic() + _WITHIN_S
        while (left := await self.left(name)) != wanted:
            assert time.monotonic() < give_up, f"{name} holds {left}, not {wanted}"
            await asyncio.sleep(0.05)

    async def poisoned(self, name: str) -> Any:
        """The next message of a poison queue, as it is there."""
        give_up = time.monotonic() + _WITHIN_S
        async with QueueClient.from_connection_string(self.connection, f"{name}-poison") as client:
            while time.monotonic() < give_up:
                try:
                    if seen := await client.peek_messages():
                        await client.clear_messages()
                        return seen[0]
                except ResourceNotFoundError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(f"nothing on the poison queue of {name}")

    async def take(self, message: func.QueueMessage) -> None:
        """The function, whichever its queue."""
        body = message.get_body().decode()
        if body.startswith("fail"):
            raise ValueError("told to fail")
        if body.startswith("hold"):
            await self.let_go.wait()
        if body.startswith("line"):
            self.in_line += 1
            await self.next_ones.acquire()
            self.in_line -= 1


class MortalInvoker(Invoker):
    """Notes each call, and fails it as one whose worker exited meanwhile."""

    def __init__(self, harness: QueueHarness, queues: Queues) -> None:
        super().__init__(InProcess(APP), lambda: "{}", queues)
        self._stage = harness

    async def call(
        self, function: Function, value: Value, metadata: Mapping[str, Value] | None = None
    ) -> Value | None:
        assert metadata is not None
        self._stage.calls.append(_called(function, value, metadata))
        if isinstance(value, Text) and value.value.startswith("die"):
            raise WorkerExited(137)
        return await super().call(function, value, metadata)


@asynccontextmanager
async def harness_on(
    kind: str, executable: str, connection: str, state_dir: Path, **host_json: str
) -> AsyncIterator[QueueHarness]:
    """All functions listening; raises BadStart."""
    settings = {f"{_OVERRIDE}{key}": text for key, text in {**HOST_JSON, **host_json}.items()}
    settings["AzureWebJobsStorage"] = connection
    options = read_host_json(APP, settings).queues
    harness = QueueHarness(kind, options, connection)
    await _prepare(harness)
    queues = Queues(settings, is_base64=options.is_base64)
    invoker = MortalInvoker(harness, queues)
    functions = [_function(name, harness.take) for name in QUEUES]
    listening = (
        _listeners(functions, queues, options, invoker)
        if kind == OURS
        else _engine(executable, Messages(functions, settings, invoker.call), state_dir, settings)
    )
    try:
        async with listening:
            yield harness
    finally:
        await queues.close()


async def eventually(look: Callable[[], _T], holds: Callable[[_T], bool]) -> _T:
    """Look until it holds; fails with the last sight."""
    give_up = time.monotonic() + _WITHIN_S
    while not holds(seen := look()):
        assert time.monotonic() < give_up, f"not seen in time; last: {seen}"
        await asyncio.sleep(0.02)
    return seen


_OVERRIDE = "AzureFunctionsJobHost__extensions__queues__"


async def _prepare(harness: QueueHarness) -> None:
    """All queues but one, with what must be there before anybody listens."""
    for name in QUEUES:
        async with harness.queue(name) as client:
            await client.clear_messages()
            if name == MISSING:
                await client.delete_queue()
            elif name in WORN:
                await client.send_message(harness.wire("ok, worn"))
                await _wear_out(client, harness.options.max_dequeue_count + 1)
            elif name == "parallel":
                for number in range(WAITING):
                    await client.send_message(harness.wire(f"line {number}"))


async def _wear_out(client: QueueClient, times: int) -> None:
    for _ in range(times):
        message = await client.receive_message(visibility_timeout=60)
        assert message is not None
        await client.update_message(message, visibility_timeout=0)


def _function(queue: str, code: Callable[..., Any]) -> LoadedFunction:
    trigger = {"type": "queueTrigger", "name": "message", "queueName": queue, "direction": "IN"}
    return LoadedFunction(f"on-{queue}", trigger, [trigger], code, True)


@asynccontextmanager
async def _listeners(
    functions: list[LoadedFunction], queues: Queues, options: QueueOptions, invoker: Invoker
) -> AsyncIterator[None]:
    listeners = [QueueListener(item, queues, options, invoker) for item in functions]
    try:
        for listener in listeners:
            await listener.start()
        yield
    finally:
        await asyncio.gather(*(listener.stop() for listener in listeners))


@asynccontextmanager
async def _engine(
    executable: str, messages: Messages, state_dir: Path, settings: Mapping[str, str]
) -> AsyncIterator[None]:
    engine = RemoteEngine(
        executable,
        Worker(APP, "life_cycle_app.py"),
        messages=messages,
        app_dir=APP,
        state_dir=state_dir,
        hub="Queues",
        environ=settings,
    )
    try:
        await engine.start()
        yield
    finally:
        await engine.stop()


def _called(function: Function, value: Value, metadata: Mapping[str, Value]) -> Called:
    told = {key: datum_of(each) for key, each in metadata.items()}
    message = converter("queueTrigger").decode(datum_of(value), trigger_metadata=told)
    assert str(told["QueueTrigger"].value) == message.get_body().decode()
    assert message.expiration_time - message.insertion_time == timedelta(days=7)
    return Called(
        queue=str(function.trigger["queueName"]),
        body=message.get_body().decode(),
        attempt=message.dequeue_count,
        id=message.id,
        next_visible=message.time_next_visible,
        at=datetime.now(UTC),
        kinds={key: str(datum.type) for key, datum in told.items()},
    )
