"""The virtual driver: one thread, one step at a time, and a clock that jumps to the next due time.

Every step costs a small fixed latency on the clock. Without one, a timer's whole seconds would
never be cut, and timers would fire on time, which the real ones do not.
"""

from datetime import datetime, timedelta

from devhost.clock import VirtualClock
from devhost.engine.client import Client
from devhost.engine.dispatcher import Core, Episode
from devhost.engine.invoke import answer_of, result_of
from devhost.engine.store import ActivityCall
from devhost.worker import Worker

STEP_S = 0.02


class VirtualDriver:
    """Runs a core on a virtual clock; `steps` counts what was run."""

    def __init__(
        self, core: Core, worker: Worker, clock: VirtualClock, step_s: float = STEP_S
    ) -> None:
        self.core = core
        self.clock = clock
        self.client = Client(core.store, clock, core.new_guid)
        self.steps = 0
        self._worker = worker
        self._step_s = step_s

    def step(self) -> bool:
        """Run one turn or one activity; False when nothing is due now."""
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
                due = self.core.next_due(self.clock.now())
                self.clock.move_to(moment if due is None else min(due, moment))

    def run_for(self, seconds: float) -> None:
        self.run_until(self.clock.now() + timedelta(seconds=seconds))

    def _turn(self, episode: Episode) -> None:
        following: Episode | None = episode
        while following is not None:
            self.steps += 1
            answer = answer_of(self._worker, following)
            self.clock.advance(self._step_s)
            following = self.core.finish_episode(following, answer, self.clock.now())

    def _activity(self, call: ActivityCall) -> None:
        self.steps += 1
        result = result_of(self._worker, call)
        self.clock.advance(self._step_s)
        self.core.finish_activity(call, result, self.clock.now())
