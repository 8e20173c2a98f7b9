"""The virtual driver: one thread, one step at a time, and a clock that jumps to the next due time.

Every step costs a small fixed latency on the clock. Without one, a timer's whole seconds would
never be cut, and timers would fire on time, which the real ones do not. What the world does
meanwhile is planned with `at`, and happens at its moment even if a step is under way.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from devhost.clock import VirtualClock
from devhost.engine.client import Client
from devhost.engine.dispatcher import Core
from devhost.engine.episode import Episode
from devhost.engine.invoke import Runner, answer_of, result_of
from devhost.engine.store import ActivityCall

STEP_S = 0.04
"""About what a turn takes on the real engine with a fast storage emulator."""


class VirtualDriver:
    """Runs a core on a virtual clock; `steps` counts what was run."""

    def __init__(
        self, core: Core, worker: Runner, clock: VirtualClock, step_s: float = STEP_S
    ) -> None:
        self.core = core
        self.clock = clock
        self.client = Client(core.store, clock, core.new_guid)
        self.steps = 0
        self._worker = worker
        self._step_s = step_s
        self._plan: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()

    def at(self, moment: datetime, action: Callable[[], object]) -> None:
        """Plan what somebody outside does at a moment; same moments keep their order."""
        heapq.heappush(self._plan, (moment, next(self._numbers), action))

    def step(self) -> bool:
        """Run one turn or one activity; False when nothing is due now."""
        self._live_until(self.clock.now())
        episode = self.core.next_episode(self.clock.now())
        if episode is not None:
            self._turn(episode)
            return True
        call = self.core.next_activity()
        if call is not None:
            self._activity(call)
            return True
        return False

    def run_until(self, moment: datetime) -> None:
        """Live until a moment, jumping over the time in which nothing is due."""
        while self.clock.now() < moment:
            if not self.step():
                self._live_until(min([moment, *self._next_moments()]))
        self._live_until(moment)

    def run_for(self, seconds: float) -> None:
        self.run_until(self.clock.now() + timedelta(seconds=seconds))

    def _next_moments(self) -> list[datetime]:
        due = self.core.next_due(self.clock.now())
        planned = [self._plan[0][0]] if self._plan else []
        return planned if due is None else [due, *planned]

    def _turn(self, episode: Episode) -> None:
        following: Episode | None = episode
        while following is not None:
            self.steps += 1
            answer = answer_of(self._worker, following)
            self._spend_step()
            following = self.core.finish_episode(following, answer, self.clock.now())

    def _activity(self, call: ActivityCall) -> None:
        self.steps += 1
        result = result_of(self._worker, call)
        self._spend_step()
        self.core.finish_activity(call, result, self.clock.now())

    def _spend_step(self) -> None:
        self._live_until(self.clock.now() + timedelta(seconds=self._step_s))

    def _live_until(self, moment: datetime) -> None:
        while self._plan and self._plan[0][0] <= moment:
            planned, _, action = heapq.heappop(self._plan)
            self.clock.move_to(planned)
            action()
        self.clock.move_to(moment)
