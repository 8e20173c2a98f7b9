"""One generation's history played through: ids, open tasks, events, non-determinism, suspension.

This is the Durable Task framework's own half of a turn. It hands out tasks to the shim, resolves
them from history, and what was asked for but has no history row is this turn's decisions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from devhost.engine.history import Event, Kind
from devhost.engine.nondeterminism import check
from devhost.engine.rendering import parse_time
from devhost.engine.tasks import Task, ended


class Act(Enum):
    """What a decision asks for; the value is the framework's class name, met in error texts."""

    TASK = "ScheduleTaskOrchestratorAction"
    TIMER = "CreateTimerOrchestratorAction"
    CHILD = "CreateSubOrchestrationAction"


@dataclass(frozen=True)
class Decision:
    """Something new that this turn asked for."""

    id: int
    act: Act
    name: str = ""
    input_text: str = ""
    fire_at: datetime | None = None
    instance_id: str = ""


@dataclass(frozen=True)
class Completion:
    """How the generation ends; `input_text` only when it continues as new."""

    id: int
    status: str
    result: str | None = None
    details: str | None = None


@dataclass
class Buffered:
    """An event that nobody has claimed."""

    name: str
    is_new: bool


@dataclass
class Replay:
    """The framework's state while one history is played."""

    execution_id: str
    now: datetime = datetime(1, 1, 1, tzinfo=UTC)
    decisions: dict[int, Decision] = field(default_factory=dict)
    open_tasks: dict[int, Task] = field(default_factory=dict)
    completion: Completion | None = None
    continue_input: str | None = None
    carried: list[Event] = field(default_factory=list)
    suspended: bool = False
    unclaimed: dict[str, list[Buffered]] = field(default_factory=dict)
    _waiters: dict[str, list[Task]] = field(default_factory=dict)
    _held_events: list[Event] = field(default_factory=list)
    _held_decisions: dict[int, Decision] = field(default_factory=dict)
    _next_id: int = 0
    _playing_new: bool = False

    def play(self, past: Iterable[Event], new: Iterable[Event], start: Callable[[], None]) -> None:
        """Process a history, the shim from ExecutionStarted on; may raise NonDeterminism."""
        for item in past:
            self._process(item, start)
        self._playing_new = True
        for item in new:
            self._process(item, start)

    def schedule_task(self, name: str, input_text: str) -> Task:
        return self._decide(Act.TASK, f"activity {name}", name=name, input_text=input_text)

    def create_timer(self, fire_at: datetime, *, cancelled: bool = False) -> Task:
        """A timer; a cancelled one takes its id and its row but holds nothing open."""
        task = self._decide(Act.TIMER, f"timer due {fire_at:%Y-%m-%dT%H:%M:%SZ}", fire_at=fire_at)
        if cancelled:
            del self.open_tasks[self._next_id - 1]
            task.finish(failed=True)
        return task

    def create_child(self, name: str, instance_id: str | None, input_text: str) -> Task:
        child_id = instance_id or f"{self.execution_id}:{self._next_id}"
        return self._decide(
            Act.CHILD, f"child {name}", name=name, input_text=input_text, instance_id=child_id
        )

    def wait_event(self, name: str) -> Task:
        """Wait for an event: the newest waiter gets it, an unclaimed one is taken oldest first."""
        task = Task(f"event {name}", durable=False)
        self._waiters.setdefault(name.lower(), []).append(task)
        queue = self.unclaimed.get(name.lower())
        if queue:
            self._raise_event(queue.pop(0))
        return task

    def continue_as_new(self, input_text: str) -> Task:
        self.continue_input = input_text
        return ended("continue as new")

    def end(self, status: str, result: str | None, details: str | None = None) -> None:
        """Complete the generation, unless something has ended it before."""
        if self.completion is None:
            self.completion = Completion(self._take_id(), status, result, details)

    def _process(self, item: Event, start: Callable[[], None]) -> None:
        kind = Kind(item["EventType"])
        if kind is Kind.OrchestratorStarted:
            self.now = parse_time(item["Timestamp"])
        elif self.suspended and kind not in (Kind.ExecutionResumed, Kind.ExecutionTerminated):
            if kind is not Kind.ExecutionSuspended:
                self._held_events.append(item)
        elif kind is Kind.ExecutionStarted:
            start()
        elif kind is Kind.ExecutionSuspended:
            self._suspend()
        elif kind is Kind.ExecutionResumed:
            self._resume(start)
        elif kind is Kind.ExecutionTerminated:
            self.end("Terminated", item["Input"])
        else:
            self._resolve(kind, item)

    def _resolve(self, kind: Kind, item: Event) -> None:
        if kind in _SCHEDULED:
            self._confirm(_SCHEDULED[kind], item)
        elif kind is Kind.EventRaised:
            if self.continue_input is None:
                self._raise_event(Buffered(item["Name"], self._playing_new))
            else:
                self.carried.append(item)
        elif kind in _ENDED:
            task = self.open_tasks.pop(item[_ENDED[kind]], None)
            # An unknown id is a duplicate, or a timer that was cancelled: neither is an error.
            if task is not None:
                task.finish(failed=kind in _FAILED)

    def _confirm(self, act: Act, item: Event) -> None:
        decision = self.decisions.get(item["EventId"])
        replayed = None if decision is None else (decision.act.value, decision.name)
        check(item, act.value, replayed)
        del self.decisions[item["EventId"]]

    def _raise_event(self, raised: Buffered) -> None:
        waiters = self._waiters.get(raised.name.lower())
        if waiters:
            waiters.pop().finish()
        else:
            self.unclaimed.setdefault(raised.name.lower(), []).append(raised)

    def _suspend(self) -> None:
        self.suspended = True
        self._held_decisions, self.decisions = self.decisions, {}

    def _resume(self, start: Callable[[], None]) -> None:
        self.suspended = False
        self.decisions, self._held_decisions = self._held_decisions, {}
        held, self._held_events = self._held_events, []
        for item in held:
            self._process(item, start)

    def _decide(self, act: Act, label: str, **fields: object) -> Task:
        decision = Decision(self._take_id(), act, **fields)  # type: ignore[arg-type]
        task = Task(label)
        self.decisions[decision.id] = decision
        self.open_tasks[decision.id] = task
        return task

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1


_SCHEDULED = {
    Kind.TaskScheduled: Act.TASK,
    Kind.TimerCreated: Act.TIMER,
    Kind.SubOrchestrationInstanceCreated: Act.CHILD,
}
_ENDED = {
    Kind.TaskCompleted: "TaskScheduledId",
    Kind.TaskFailed: "TaskScheduledId",
    Kind.SubOrchestrationInstanceCompleted: "TaskScheduledId",
    Kind.SubOrchestrationInstanceFailed: "TaskScheduledId",
    Kind.TimerFired: "TimerId",
}
_FAILED = {Kind.TaskFailed, Kind.SubOrchestrationInstanceFailed}
