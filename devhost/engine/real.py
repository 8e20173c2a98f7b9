"""The real driver: hands out work as soon as it is due, and sleeps till the next due time.

One asyncio task decides what runs; turns and activities run in two thread pools, so that slow
activities never keep orchestrators waiting. The core is entered by one thread at a time.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TypeVar

from devhost.clock import Clock
from devhost.engine.dispatcher import Core
from devhost.engine.episode import Episode
from devhost.engine.invoke import Runner, answer_of, result_of
from devhost.engine.store import ActivityCall

_log = logging.getLogger(__name__)
_Work = TypeVar("_Work", Episode, ActivityCall)
SLEEP_S_MAX = 30.0
"""Nothing needs this wake-up; it heals a sleep that a changed machine clock made too long."""


class RealDriver:
    """Drives one core between start() and stop()."""

    def __init__(
        self,
        core: Core,
        worker: Runner,
        clock: Clock,
        lock: threading.RLock,
        *,
        turns_max: int,
        activities_max: int,
    ) -> None:
        self._core = core
        self._worker = worker
        self._clock = clock
        self._lock = lock
        self._turns_max = turns_max
        self._activities_max = activities_max
        self._turn_pool = ThreadPoolExecutor(turns_max, "turn")
        self._activity_pool = ThreadPoolExecutor(activities_max, "activity")
        self._turns: set[Future[None]] = set()
        self._activities: set[Future[None]] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._closed = False

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run())

    async def stop(self, grace_s: float) -> None:
        """Hand out nothing more and wait a while for what runs; the rest is redelivered later."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
        # Their exceptions are told by _done; a future of asyncio's would tell them once more.
        await asyncio.to_thread(wait, self._turns | self._activities, timeout=grace_s)
        for pool in (self._turn_pool, self._activity_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True

    def wake(self) -> None:
        """Look for work now; callable from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            sleep_s = self._hand_out()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), sleep_s)

    def _hand_out(self) -> float:
        """Start all that is due and fits; return how long to sleep."""
        now = self._clock.now()
        with self._lock:
            while len(self._turns) < self._turns_max and (episode := self._core.next_episode(now)):
                self._submit(self._turn_pool, self._turns, self._turn, episode)
            while len(self._activities) < self._activities_max and (
                call := self._core.next_activity()
            ):
                self._submit(self._activity_pool, self._activities, self._activity, call)
            due = self._core.next_due(now)
        if due is None:
            return SLEEP_S_MAX
        return min(max((due - self._clock.now()).total_seconds(), 0.0), SLEEP_S_MAX)

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        running: set[Future[None]],
        run: Callable[[_Work], None],
        work: _Work,
    ) -> None:
        future = pool.submit(run, work)
        running.add(future)
        future.add_done_callback(lambda done: self._done(running, done))

    def _done(self, running: set[Future[None]], future: Future[None]) -> None:
        running.discard(future)
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, CancelledError):  # the host stops
            # Not woken: what the engine itself cannot digest must not spin.
            _log.error("The engine failed to run or commit a piece of work", exc_info=error)
            return
        self.wake()

    def _turn(self, episode: Episode) -> None:
        try:
            self._take_turns(episode)
        except BaseException:
            self._release(episode)
            raise

    def _take_turns(self, episode: Episode) -> None:
        following: Episode | None = episode
        while following is not None:
            answer = answer_of(self._worker, following)
            with self._lock:
                if self._closed:
                    return
                following = self._core.finish_episode(following, answer, self._clock.now())

    def _activity(self, call: ActivityCall) -> None:
        try:
            result = result_of(self._worker, call)
        except BaseException:
            self._release(call)
            raise
        with self._lock:
            # Too late to be heard: the call is still in the store and will be made again.
            if not self._closed:
                self._core.finish_activity(call, result, self._clock.now())

    def _release(self, work: Episode | ActivityCall) -> None:
        with self._lock:
            self._core.release(work)
