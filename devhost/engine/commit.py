"""Writes one turn into the store: history, messages, children, activities, the instance's row.

Runs inside the caller's transaction, so a turn is there with everything it sets going, or not.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from devhost.engine.answer import Answer
from devhost.engine.episode import Episode
from devhost.engine.history import (
    STATUS_NUMBERS,
    Event,
    Kind,
    Tags,
    event,
    execution_started,
    failed,
    parent_instance,
    played,
)
from devhost.engine.rendering import dump, time_text, to_micros
from devhost.engine.replay import Act, Completion, Decision
from devhost.engine.store import ActivityCall, Instance, Store
from devhost.engine.turn import Turn

_SECOND = timedelta(seconds=1)


class Commit:
    """The writing of one turn at one moment."""

    def __init__(self, store: Store, now: datetime, new_guid: Callable[[], UUID]) -> None:
        self._store = store
        self._now = now
        self._new_guid = new_guid

    def turn(self, episode: Episode, answer: Answer, turn: Turn) -> None:
        """Append the turn's events and send what it decided."""
        instance = episode.instance
        if episode.opens_generation:
            self._store.clear_history(instance.instance_id)
        events = played(episode.new)
        tags = episode.started["Tags"]
        events += [self._decision_event(decision, tags) for decision in turn.decisions]
        if turn.completion is not None:
            events.append(_completed(turn.completion, self._now))
        events.append(event(Kind.OrchestratorCompleted, self._now))
        self._store.append_history(instance.instance_id, len(episode.past), events)
        self._store.drop_messages(episode.seqs)
        for decision in turn.decisions:
            self._send(instance, decision, tags)
        if turn.completion is not None and instance.parent:
            self._tell_parent(json.loads(instance.parent), turn.completion)
        # Last, because a child may not have taken this very id.
        self._store.put_instance(self._row(episode, answer, turn))

    def _decision_event(self, decision: Decision, tags: Tags) -> Event:
        if decision.act is Act.TASK:
            return event(
                Kind.TaskScheduled,
                self._now,
                event_id=decision.id,
                Name=decision.name,
                Version="",
                Input=None,
                ParentTraceContext=None,
                Tags=None,
            )
        if decision.act is Act.TIMER:
            assert decision.fire_at is not None
            fire_at = time_text(decision.fire_at)
            return event(Kind.TimerCreated, self._now, event_id=decision.id, FireAt=fire_at)
        return event(
            Kind.SubOrchestrationInstanceCreated,
            self._now,
            event_id=decision.id,
            Name=decision.name,
            Version=None,
            InstanceId=decision.instance_id,
            Input=None,
            ClientSpanId=None,
            Tags=tags,
        )

    def _send(self, instance: Instance, decision: Decision, tags: Tags) -> None:
        if decision.act is Act.TASK:
            self._store.put_activity(
                ActivityCall(
                    0,
                    instance.instance_id,
                    instance.execution_id,
                    decision.id,
                    decision.name,
                    decision.input_text,
                )
            )
        elif decision.act is Act.TIMER:
            self._set_timer(instance, decision)
        else:
            self._start_child(instance, decision, tags)

    def _set_timer(self, instance: Instance, decision: Decision) -> None:
        assert decision.fire_at is not None
        # The real queue's delay is cut to whole seconds: timers fire up to one second early.
        wait_s = max(0, (decision.fire_at - self._now) // _SECOND)
        fired = event(
            Kind.TimerFired,
            self._now,
            TimerId=decision.id,
            FireAt=time_text(decision.fire_at),
        )
        due = to_micros(self._now + wait_s * _SECOND)
        self._store.send(instance.instance_id, instance.execution_id, due, fired)

    def _start_child(self, parent: Instance, decision: Decision, tags: Tags) -> None:
        link = parent_instance(parent.name, parent.instance_id, parent.execution_id, decision.id)
        child_id, execution_id = decision.instance_id, self._new_guid().hex
        input_text, now = dump(decision.input_text), to_micros(self._now)
        started = execution_started(
            self._now,
            instance_id=child_id,
            execution_id=execution_id,
            name=decision.name,
            input_text=input_text,
            parent=link,
            generation=None,
            tags=tags,
        )
        old = self._store.instance(child_id)
        # No dedupe: a running instance of that id is replaced without a trace, as in the real one.
        self._store.forget(child_id, keep_unbound=True)
        self._store.put_instance(
            Instance(
                instance_id=child_id,
                execution_id=execution_id,
                name=decision.name,
                status="Pending",
                input_text=input_text,
                output_text=None,
                custom_status_text=None,
                created=now,
                updated=now,
                generation=None,
                starts=old.starts if old else 0,
                parent=json.dumps(link, ensure_ascii=False),
            )
        )
        self._store.send(child_id, execution_id, now, started)

    def _tell_parent(self, link: Event, completion: Completion) -> None:
        task_id, parent = link["TaskScheduleId"], link["OrchestrationInstance"]
        if completion.status == "Completed":
            news = event(
                Kind.SubOrchestrationInstanceCompleted,
                self._now,
                TaskScheduledId=task_id,
                Result=completion.result,
            )
        else:
            kind = Kind.SubOrchestrationInstanceFailed
            reason = completion.result or ""
            news = failed(kind, self._now, task_id, reason, completion.details)
        due = to_micros(self._now)
        self._store.send(parent["InstanceId"], parent["ExecutionId"], due, news)

    def _row(self, episode: Episode, answer: Answer, turn: Turn) -> Instance:
        instance, completion = episode.instance, turn.completion
        terminated = completion is not None and completion.status == "Terminated"
        status_text = answer.custom_status
        if terminated or answer.broken or (episode.opens_generation and status_text is None):
            status_text = instance.custom_status_text
        running = "Suspended" if turn.suspended else "Running"
        return replace(
            instance,
            status=completion.status if completion else running,
            output_text=_shown_output(episode, completion),
            custom_status_text=status_text,
            updated=to_micros(self._now),
        )


def _completed(completion: Completion, now: datetime) -> Event:
    return event(
        Kind.ExecutionCompleted,
        now,
        event_id=completion.id,
        OrchestrationStatus=STATUS_NUMBERS[completion.status],
        Result=completion.result,
        FailureDetails=None,
    )


def _shown_output(episode: Episode, completion: Completion | None) -> str | None:
    """The result or the last suspend or resume reason: what is null leaves the row as it was."""
    if completion is not None and completion.result is not None:
        return completion.result
    reasons = [
        item["Reason"]
        for item in episode.new
        if item["EventType"] in (Kind.ExecutionSuspended, Kind.ExecutionResumed)
        and item["Reason"] is not None
    ]
    return reasons[-1] if reasons else episode.instance.output_text
