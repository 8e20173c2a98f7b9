"""The action list awaited one action after the other, as the real engine does out of process.

The SDK has already decided everything; here its list is acted out through the framework's own
tasks (replay.py). The two can disagree: an action is asked for only when the one before it has
ended here, so a winner that the SDK saw and this list does not name makes the instance wait. Those
hangs and delays are real ones and must not be repaired.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from devhost.engine.answer import Answer, Names
from devhost.engine.rendering import parse_time
from devhost.engine.replay import Replay
from devhost.engine.tasks import Task, ended, when_all, when_any

Action = dict[str, Any]
_LONG_HOP = timedelta(days=2, hours=23)


@dataclass(frozen=True)
class Family:
    """Whose turn it is: what the engine refuses as a child's id."""

    instance_id: str
    parent_id: str | None


class Unsupported(Exception):
    """An action of the protocol that this engine does not act out."""


class Shim:
    """One turn's action list over one replay."""

    def __init__(self, replay: Replay, answer: Answer, names: Names, family: Family) -> None:
        self._replay = replay
        self._answer = answer
        self._names = names
        self._family = family
        self._at = 0
        self.finished = False
        """True once every action has ended: only then does the answer's end count."""
        self.awaited: Task | None = None
        self.refused: list[str] = []
        self.long_timers: list[str] = []
        self._invoke_by_type: dict[int, Callable[[Action], Task]] = {
            0: self._activity,
            1: self._activity_with_retry,
            2: self._child,
            3: self._child_with_retry,
            4: lambda action: replay.continue_as_new(action["input"]),
            5: self._timer,
            6: lambda action: replay.wait_event(action["externalEventName"]),
            11: lambda action: when_any(self._children(action)),
            12: self._all,
        }

    def start(self) -> None:
        """Run at ExecutionStarted; goes as far as history allows."""
        if self._answer.broken:
            self.finished = True
        else:
            self._advance()

    @property
    def left_behind(self) -> bool:
        """The SDK has gone past the action that the engine still awaits."""
        ends = self._answer.is_done or self._answer.error is not None
        return not self.finished and (ends or self._at < len(self._answer.actions))

    def _advance(self) -> None:
        while self._at < len(self._answer.actions):
            task = self._invoke(self._answer.actions[self._at])
            self._at += 1
            if not task.done:
                self.awaited = task
                task.then(self._advance)
                return
        self.finished, self.awaited = True, None

    def _invoke(self, action: Action) -> Task:
        number = int(action["actionType"])
        if number not in self._invoke_by_type:
            raise Unsupported(f"devhost runs neither entities nor call_http (action {number})")
        return self._invoke_by_type[number](action)

    def _children(self, action: Action) -> list[Task]:
        return [self._invoke(child) for child in action["compoundActions"]]

    def _all(self, action: Action) -> Task:
        children: list[Action] = action["compoundActions"]
        if len(children) == 1 and children[0]["actionType"] == 5:
            # The SDK wraps the first hop of a timer that it splits; nothing else looks like this.
            fire_at = parse_time(children[0]["fireAt"])
            if fire_at - self._replay.now > _LONG_HOP:
                self.long_timers.append(children[0]["fireAt"])
        return when_all(self._children(action))

    def _activity(self, action: Action) -> Task:
        name = action["functionName"]
        if not self._names.has_activity(name):
            return self._refuse(f"activity {name}, which the app does not have")
        return self._replay.schedule_task(name, action["input"])

    def _activity_with_retry(self, action: Action) -> Task:
        if not self._names.has_activity(action["functionName"]):
            return self._activity(action)
        return self._retried(action, lambda: self._activity(action))

    def _child(self, action: Action) -> Task:
        name, child_id = action["functionName"], (action.get("instanceId") or "").strip()
        if not self._names.has_orchestrator(name):
            return self._refuse(f"orchestrator {name}, which the app does not have")
        if child_id.startswith("@") or child_id in (
            self._family.instance_id,
            self._family.parent_id,
        ):
            return self._refuse(f"child {name} under the id {child_id!r}, which is not allowed")
        return self._replay.create_child(name, child_id or None, action["input"])

    def _child_with_retry(self, action: Action) -> Task:
        if not self._names.has_orchestrator(action["functionName"]):
            return self._child(action)
        return self._retried(action, lambda: self._child(action))

    def _timer(self, action: Action) -> Task:
        fire_at = parse_time(action["fireAt"])
        return self._replay.create_timer(fire_at, cancelled=bool(action.get("isCanceled")))

    def _refuse(self, what: str) -> Task:
        # A refused call writes no row and takes no id; its exception is swallowed.
        self.refused.append(what)
        return ended(what, failed=True)

    def _retried(self, action: Action, call: Callable[[], Task]) -> Task:
        options = action["retryOptions"]
        interval = timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"])
        return _Retry(self._replay, call, interval, options["maxNumberOfAttempts"]).outcome


class _Retry:
    """Calls again after each failure, and waits once more after the last, as the SDK expects."""

    def __init__(
        self, replay: Replay, call: Callable[[], Task], interval: timedelta, attempts: int
    ) -> None:
        self._replay = replay
        self._call = call
        self._interval = interval
        self._left = attempts
        self.outcome = Task("retried call")
        self._try()

    def _try(self) -> None:
        self._left -= 1
        task = self._call()
        task.then(lambda: self._judge(task))

    def _judge(self, task: Task) -> None:
        if not task.failed:
            self.outcome.finish()
        elif self._left > 0:
            self._replay.create_timer(self._replay.now + self._interval).then(self._try)
        else:
            last = self._replay.create_timer(self._replay.now)
            last.then(lambda: self.outcome.finish(failed=True))
