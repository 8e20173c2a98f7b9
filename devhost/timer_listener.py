"""One timer trigger: waits for its schedule and runs the function, never twice at once.

The last run is kept in the state folder, so that a run missed while the host was down is made up
for at the next start, flagged as past due, as the real host does with `useMonitor`.
"""

import asyncio
import json
import logging
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from devhost.clock import Clock, RealClock
from devhost.invoke import Invoker
from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.functions import Function
from devhost.language_worker.messages import Json
from devhost.schedules import Schedule

_log = logging.getLogger(__name__)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_SLEEP_S_MAX = 60.0
"""Waking now and then keeps a changed machine clock from delaying a timer for long."""


class TimerListener:
    """Runs one timer function between start() and stop()."""

    def __init__(
        self,
        function: Function,
        schedule: Schedule,
        invoker: Invoker,
        state_dir: Path,
        clock: Clock | None = None,
    ) -> None:
        self._function = function
        self._schedule = schedule
        self._invoker = invoker
        self._clock = clock or RealClock()
        self._memory = state_dir / f"timer-{function.name}.json"
        self._task: asyncio.Task[None] | None = None
        self.line = f"timer {function.trigger['schedule']} -> {function.name}"
        """For people: what leads where."""

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"timer {self._function.name}")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        last = self._remembered()
        if last is not None and self._schedule.after(last) < self._clock.now():
            last = await self._fire(last, is_past_due=True)
        elif self._function.trigger.get("runOnStartup"):
            last = await self._fire(last, is_past_due=False)
        while True:
            due = self._schedule.after(self._clock.now())
            await self._sleep_until(due)
            last = await self._fire(last, is_past_due=False)

    async def _sleep_until(self, due: datetime) -> None:
        left_s = (due - self._clock.now()).total_seconds()
        while left_s > 0:
            await asyncio.sleep(min(left_s, _SLEEP_S_MAX))
            left_s = (due - self._clock.now()).total_seconds()

    async def _fire(self, last: datetime | None, *, is_past_due: bool) -> datetime:
        now = self._clock.now()
        try:
            await self._invoker.call(self._function, self._value(last, now, is_past_due))
            _log.info("Timer %s ran%s", self._function.name, " (past due)" if is_past_due else "")
        except WorkerFailure as failure:
            _log.error("Timer %s failed: %s", self._function.name, failure.told)
        self._remember(now)
        return now

    def _value(self, last: datetime | None, now: datetime, is_past_due: bool) -> Json:
        info = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": {
                "Last": (last or _NEVER).isoformat(),
                "Next": self._schedule.after(now).isoformat(),
                "LastUpdated": (last or _NEVER).isoformat(),
            },
            "IsPastDue": is_past_due,
        }
        return Json(json.dumps(info))

    def _monitors(self) -> bool:
        wanted = self._function.trigger.get("useMonitor", True)
        return bool(wanted) and not self._schedule.is_frequent(self._clock.now())

    def _remembered(self) -> datetime | None:
        if not self._monitors():
            return None
        try:
            return datetime.fromisoformat(json.loads(self._memory.read_text())["last"])
        except (OSError, ValueError, KeyError):
            return None

    def _remember(self, moment: datetime) -> None:
        if self._monitors():
            self._memory.write_text(json.dumps({"last": moment.isoformat()}))
