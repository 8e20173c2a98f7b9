"""Runs the shipped triggers without an event loop: one await at a time, each a moment of its own.

A trigger waits for threads, sleeps and HTTP calls to the engine. Here each of these waits gives the
turn back to the run, which goes on with whatever is due: so starters race as the seed has it, and
a kill can come between any two of their steps. The HTTP calls of the SDK's own client end in
devhost's Durable API.
"""

from collections.abc import Callable, Coroutine, Generator
from contextvars import copy_context
from functools import cache
from inspect import CORO_RUNNING, getcoroutinestate
from typing import TYPE_CHECKING, Any

from azure.functions.meta import Datum

from devhost.language_worker.converters import converter
from devhost.language_worker.failures import WorkerExited
from tests.fakes.app_harness import worker
from tests.simulation.worker_life import EXIT_CODE

if TYPE_CHECKING:
    from tests.simulation.world import World

_THREAD_S, _CALL_S = 0.008, 0.015
DIED = object()
"""What a function answers under which the process died."""


class Pause:
    """A wait, as the run sees it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __await__(self) -> Generator["Pause", None, None]:
        yield self


class Asyncio:
    """What the triggers use of asyncio."""

    async def to_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        """Another thread does it: others may come before, and after."""
        await Pause(_THREAD_S)
        result = call(*args)
        await Pause(_THREAD_S)
        return result

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await Pause(seconds)

    async def gather(self, *waits: Coroutine[Any, Any, Any]) -> list[Any]:
        """One after the other is one of the orders that there are."""
        try:
            return [await each for each in waits]
        finally:
            for each in waits:
                each.close()


async def call_takes_time() -> None:
    """How long each way of an HTTP call to the engine takes."""
    await Pause(_CALL_S)


def drive(world: "World", running: Coroutine[Any, Any, Any]) -> Any:
    """Run what an activity awaits to its end, in a context of its own: time passes, and the engine
    waits for it."""
    context = copy_context()
    while True:
        try:
            pause = context.run(running.send, None)
        except StopIteration as end:
            return end.value
        world.live(pause.seconds)


class Flow:
    """One trigger function that runs; `ended` hears what it returned or raised, or DIED when
    the process died under it."""

    def __init__(
        self,
        world: "World",
        who: str,
        running: Coroutine[Any, Any, Any],
        ended: Callable[[Any], None],
        starts: str | None = None,
    ) -> None:
        self.who = who
        self.starts = starts
        """The request that it wants to start, if it does."""
        rivals = [flow for flow in world.flows if starts is not None and flow.starts == starts]
        world.record.fired["two_starters"] += bool(rivals)
        self._world = world
        self._running = running
        self._context = copy_context()  # as asyncio gives each task its own
        self._ended = ended
        world.flows.append(self)
        world.soon(0, self._step)

    def lose(self) -> None:
        """The process is gone, and this with it."""
        self._running.close()
        self._ended(DIED)

    def fail(self) -> None:
        """The worker process is gone, and the host says so."""
        if (
            getcoroutinestate(self._running) != CORO_RUNNING
        ):  # else the exit is on its way through it
            self._running.close()
        self._ended(WorkerExited(EXIT_CODE))

    def _step(self) -> None:
        world = self._world
        if self not in world.flows:
            return
        with world.acting(self.who):
            try:
                with world.worker.calling():
                    world.at("step", "step")
                    pause = self._context.run(self._running.send, None)
            except WorkerExited:
                return  # it was told with all others
            except StopIteration as end:
                self._over(end.value)
            except Exception as error:
                self._over(error)
            else:
                world.soon(pause.seconds, self._step)

    def _over(self, result: Any) -> None:
        self._world.flows.remove(self)
        self._ended(result)


def http(
    world: "World", function: str, method: str, path: str, *, body: bytes = b"", **more: Any
) -> Coroutine[Any, Any, Any]:
    """Call an HTTP function as the worker does; `more`: headers, params; with `alone` it has no
    durable client."""
    value = Datum(
        {
            "method": Datum(method, "string"),
            "url": Datum(f"http://app.test/api{path}", "string"),
            "headers": _texts(more.get("headers", {})),
            "query": {},
            "params": _texts(more.get("params", {})),
            "body": Datum(body, "bytes"),
        },
        "http",
    )
    request = converter("httpTrigger").decode(value, trigger_metadata=None)
    known = {} if more.get("alone") else {"client": world.api.client_binding()}
    running: Coroutine[Any, Any, Any] = _functions()[function](req=request, **known)
    return running


def queue(
    world: "World",
    text: str,
    metadata: dict[str, Datum],
    function: str = "take_restore_request",
) -> Coroutine[Any, Any, Any]:
    """Call a queue function as the worker does."""
    message = converter("queueTrigger").decode(Datum(text, "string"), trigger_metadata=metadata)
    binding = world.api.client_binding()
    running: Coroutine[Any, Any, Any] = _functions()[function](message=message, client=binding)
    return running


def poison(world: "World", text: str, metadata: dict[str, Datum]) -> Coroutine[Any, Any, Any]:
    """Call the function of the poison queue as the worker does."""
    del world
    message = converter("queueTrigger").decode(Datum(text, "string"), trigger_metadata=metadata)
    running: Coroutine[Any, Any, Any] = _functions()["keep_poisoned_request"](message=message)
    return running


def timer(world: "World") -> Coroutine[Any, Any, Any]:
    """Call the timer function as the worker does."""
    binding = world.api.client_binding()
    running: Coroutine[Any, Any, Any] = _functions()["reconcile_restores"](
        timer=None, client=binding
    )
    return running


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    return {item.name: item.function for item in worker().functions}


def _texts(values: dict[str, str]) -> dict[str, Datum]:
    return {key: Datum(value, "string") for key, value in values.items()}
