"""The engine's parts with an eye on them: every turn and activity, every row and message.

Nothing of the engine is changed, but timers can be late and completions come twice.
"""

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from devhost.engine.history import Event, Kind
from devhost.engine.rendering import from_micros, parse_time, to_micros
from devhost.engine.store import Instance
from tests.fakes.app_harness import worker
from tests.fakes.store import MemoryStore
from tests.simulation.fault_kinds import Killed

if TYPE_CHECKING:
    from tests.simulation.world import World

_ENDINGS = (
    Kind.TaskCompleted,
    Kind.TaskFailed,
    Kind.SubOrchestrationInstanceCompleted,
    Kind.SubOrchestrationInstanceFailed,
)
_EARLY_US = 50_000


class WatchedWorker:
    """The worker, told of each turn and activity."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.has_orchestrator = worker().has_orchestrator
        self.has_activity = worker().has_activity
        self.orchestrator_names = worker().orchestrator_names

    def run_activity(self, name: str, input_text: str) -> str:
        """Run one activity; what it raises is as much an answer as what it returns."""
        world = self._world
        world.record.steps += 1
        world.rounds += 1
        before = world.round, world.order
        world.round, world.order = world.rounds, input_text
        world.record.search(input_text, f"an order of {name}")
        with world.acting(name), world.worker.calling():
            world.at("begun", "begun")
            try:
                client = world.api.client_binding()
                answer = worker().run_activity(name, input_text, client)
                world.record.search(answer, f"an answer of {name}")
            except Killed:  # it answers nothing, whichever worker had it
                raise
            except BaseException:
                world.at("answered", "answered")
                raise
            finally:
                world.round, world.order = before
            world.at("answered", "answered")
            return answer

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Run one turn."""
        world = self._world
        world.record.steps += 1
        with world.acting(name), world.worker.calling():
            world.at("turn", "turn begun")
            answer = worker().run_orchestrator(name, context_json)
            world.record.search(context_json, f"a history of {name}")
            world.record.search(answer, f"a status or an answer of {name}")
            events = context_json.count('"EventType"')
            world.record.longest_history = max(world.record.longest_history, events)
            if world.keeps_histories:
                execution = json.loads(context_json)["history"]
                world.store.keep_answer(execution, answer)
            world.at("turn", "turn taken")
        return answer


class WatchedStore(MemoryStore):
    """The rows, seen as they are written."""

    def __init__(self, world: "World") -> None:
        super().__init__()
        self._world = world
        self.answers: dict[tuple[str, int], str] = {}
        """What the SDK answered, by execution and length of the history it was given."""
        self._begun: set[str] = set()
        self.over: list[tuple[Instance, list[Event]]] = []
        """Executions that have made room for others, with their histories."""

    def keep_answer(self, history: list[Event], answer: str) -> None:
        """Keep what the SDK answered, for it to be asked again."""
        started = next(item for item in history if item["EventType"] == Kind.ExecutionStarted)
        execution_id = started["OrchestrationInstance"]["ExecutionId"]
        self.answers[execution_id, len(history)] = answer

    def executions(self) -> list[tuple[Instance, list[Event]]]:
        """All executions with their whole histories."""
        rows = self.instances_from("")
        return [*self.over, *((row, self.history(row.instance_id)) for row in rows)]

    def clear_history(self, instance_id: str) -> None:
        """Drop an instance's events, for it continues as new."""
        row = self.instance(instance_id)
        if row is not None and self._world.keeps_histories:
            self.over.append((row, self.history(instance_id)))
        super().clear_history(instance_id)

    def put_instance(self, row: Instance) -> None:
        """Keep one row; its custom status tells the phase."""
        super().put_instance(row)
        record = self._world.record
        if row.status == "Pending":
            record.restarts[row.instance_id] += row.instance_id in self._begun
            self._begun.add(row.instance_id)
        text = row.custom_status_text
        if text is None:
            return
        phase = json.loads(text).get("phase")
        if phase is not None:  # a child that only waits has none
            phases = record.phases[row.instance_id, record.life_of(row.instance_id)]
            if not phases or phases[-1] != phase:
                phases.append(phase)
        digest = blake2b(text.encode(), digest_size=8).hexdigest()
        self._world.note(f"{row.instance_id} {row.status} {phase} {digest}")

    def send(self, instance_id: str, execution_id: str | None, due: int, item: Event) -> None:
        """Put an event into an inbox; a timer's may be late, a completion may come twice."""
        world, kind = self._world, item["EventType"]
        if kind == Kind.TimerFired:
            if to_micros(parse_time(item["FireAt"])) - due >= _EARLY_US:
                world.record.fired["timer_early"] += 1
            late = world.at("timer", f"timer of {instance_id}")
            due += sum(int(float(str(each)) * 1e6) for each in late)
            if late:
                world.latest_timer = max(world.latest_timer, from_micros(due))
        super().send(instance_id, execution_id, due, item)
        if kind in _ENDINGS:
            for again in world.at("ending", f"completion for {instance_id}"):
                super().send(
                    instance_id, execution_id, due + int(float(str(again)) * 1e6), dict(item)
                )
