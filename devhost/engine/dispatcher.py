"""The engine's core: hands out turns and activities, and commits what comes back.

A synchronous state machine over the store, without threads and without a clock of its own: the
caller says what time it is, and drives (virtual.py, real.py). What is handed out is remembered
only in memory, so a killed process hands it out again. What a turn decides is turn.py's business.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from devhost.engine.advice import Advice
from devhost.engine.answer import Answer, Names
from devhost.engine.commit import Commit
from devhost.engine.episode import Episode
from devhost.engine.failures import activity_details, activity_reason
from devhost.engine.history import (
    Event,
    Kind,
    event,
    execution_started,
    failed,
)
from devhost.engine.rendering import compact, from_micros, to_micros
from devhost.engine.seam import FINISHED
from devhost.engine.store import ActivityCall, Instance, Message, Store
from devhost.engine.turn import Turn, take_turn
from devhost.language_worker.failures import WorkerFailure

_log = logging.getLogger(__name__)


@dataclass
class Core:
    """All rules of delivery; `new_guid` is a parameter so that a simulation can be repeated."""

    store: Store
    names: Names
    new_guid: Callable[[], UUID] = uuid4
    advice: Advice = field(default_factory=Advice)
    _turning: set[str] = field(default_factory=set)
    _running: set[int] = field(default_factory=set)

    def next_episode(self, now: datetime) -> Episode | None:
        """The instance that has waited longest, locked until its turn is finished or released."""
        while True:
            ready = self.store.ready_instances(to_micros(now), len(self._turning) + 1)
            free = [item for item in ready if item not in self._turning]
            if not free:
                return None
            episode = self._begin(free[0], now)
            if episode is not None:
                self._turning.add(free[0])
                return episode

    def next_activity(self) -> ActivityCall | None:
        """The oldest activity that nobody runs, held until it is finished or released."""
        for call in self.store.activities(len(self._running) + 1):
            if call.seq not in self._running:
                self._running.add(call.seq)
                return call
        return None

    def next_due(self, now: datetime) -> datetime | None:
        """When a message that is not yet due becomes so."""
        due = self.store.next_due(to_micros(now))
        return None if due is None else from_micros(due)

    def finish_episode(self, episode: Episode, answer: Answer, now: datetime) -> Episode | None:
        """Commit a turn; a generation that continues as new is handed back as the next turn."""
        turn = take_turn(
            episode.instance, episode.past, episode.new, answer=answer, names=self.names
        )
        if turn.continues_with is not None:
            self.advice.on_turn(episode.instance, len(episode.past), turn)
            return self._continued(episode, answer, turn, now)
        try:
            with self.store.transaction():
                kept = self.store.instance(episode.instance.instance_id)
                # Replaced, purged or restarted meanwhile: this execution is gone without a trace.
                if kept is not None and kept.execution_id == episode.stored_execution_id:
                    Commit(self.store, now, self.new_guid).turn(episode, answer, turn)
                    self.advice.on_turn(episode.instance, len(episode.past), turn)
        finally:
            self._turning.discard(episode.instance.instance_id)
        return None

    def finish_activity(
        self, call: ActivityCall, result: str | WorkerFailure, now: datetime
    ) -> None:
        """Send the result to the orchestrator and forget the call, in one commit."""
        try:
            with self.store.transaction():
                if self.store.drop_activity(call.seq):
                    self.store.send(
                        call.instance_id,
                        call.execution_id,
                        to_micros(now),
                        _result(call, result, now),
                    )
        finally:
            self._running.discard(call.seq)

    def release(self, work: Episode | ActivityCall) -> None:
        """Give back what was handed out and not done."""
        if isinstance(work, ActivityCall):
            self._running.discard(work.seq)
        else:
            self._turning.discard(work.instance.instance_id)

    def _begin(self, instance_id: str, now: datetime) -> Episode | None:
        messages = self.store.messages(instance_id, to_micros(now))
        instance = self.store.instance(instance_id)
        wanted = [] if instance is None else [m for m in messages if _concerns(m, instance)]
        past = self.store.history(instance_id)
        if instance is None or not wanted or not (past or _starts(wanted)):
            with self.store.transaction():
                self.store.drop_messages([message.seq for message in messages])
            return None
        wanted.sort(key=lambda message: message.event["EventType"] != Kind.ExecutionStarted)
        new = [event(Kind.OrchestratorStarted, now), *(message.event for message in wanted)]
        return Episode(instance, past, new, [m.seq for m in messages], instance.execution_id)

    def _continued(self, episode: Episode, answer: Answer, turn: Turn, now: datetime) -> Episode:
        execution_id = self.new_guid().hex
        old = episode.instance
        started = execution_started(
            now,
            instance_id=old.instance_id,
            execution_id=execution_id,
            name=old.name,
            input_text=turn.continues_with,
            parent=json.loads(old.parent) if old.parent else None,
            generation=None,
            tags=episode.started["Tags"],
        )
        carried = [{**item, "IsPlayed": True} for item in turn.carried]
        instance = replace(
            old,
            execution_id=execution_id,
            status="Running",
            input_text=turn.continues_with,
            custom_status_text=answer.custom_status,
            created=to_micros(now),
            generation=None,
        )
        first = event(Kind.OrchestratorStarted, now)
        last = event(Kind.OrchestratorCompleted, now)
        new = [first, started, *carried, last]
        return replace(episode, instance=instance, past=[], new=new, opens_generation=True)


def _concerns(message: Message, instance: Instance) -> bool:
    if message.execution_id is not None:
        return message.execution_id == instance.execution_id and instance.status not in FINISHED
    return instance.status not in FINISHED


def _starts(messages: list[Message]) -> bool:
    return any(message.event["EventType"] == Kind.ExecutionStarted for message in messages)


def _result(call: ActivityCall, result: str | WorkerFailure, now: datetime) -> Event:
    if isinstance(result, WorkerFailure):
        reason, details = activity_reason(call.name, result), activity_details(result)
        _log.info("Activity %s of %s failed: %s", call.name, call.instance_id, result.message)
        return failed(Kind.TaskFailed, now, call.task_id, reason, details)
    text = compact(result)
    return event(
        Kind.TaskCompleted,
        now,
        TaskScheduledId=call.task_id,
        Result=None if text == "null" else text,
    )
