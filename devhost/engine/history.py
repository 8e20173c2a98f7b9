"""The events of an instance's history: their kinds, how each is built, how showHistory folds them.

An event is the plain dict that an orchestrator is sent. Which events an episode writes, and when,
is decided in dispatcher.py.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import Any

from devhost.engine.rendering import parsed_or_text, time_text
from devhost.engine.seam import HistoryUnreadable

Event = dict[str, Any]
Tags = dict[str, str] | None
"""What children and continued generations inherit; the engine itself sets one of them only."""
SOURCE_TAG = "MS_DurableFunctions_SourceInstanceId"
"""The id of the instance that was restarted under a new one."""


class Kind(IntEnum):
    """The engine's own numbers; the SDK fails on names."""

    ExecutionStarted = 0
    ExecutionCompleted = 1
    ExecutionTerminated = 3
    TaskScheduled = 4
    TaskCompleted = 5
    TaskFailed = 6
    SubOrchestrationInstanceCreated = 7
    SubOrchestrationInstanceCompleted = 8
    SubOrchestrationInstanceFailed = 9
    TimerCreated = 10
    TimerFired = 11
    OrchestratorStarted = 12
    OrchestratorCompleted = 13
    EventRaised = 15
    GenericEvent = 17
    ExecutionSuspended = 19
    ExecutionResumed = 20


STATUS_NUMBERS = {"Completed": 1, "ContinuedAsNew": 2, "Failed": 3, "Canceled": 4, "Terminated": 5}
_STATUS_NAMES = {number: name for name, number in STATUS_NUMBERS.items()}
_BOOKKEEPING = {Kind.OrchestratorStarted, Kind.OrchestratorCompleted}
_CREATING = {Kind.TaskScheduled, Kind.SubOrchestrationInstanceCreated}
_ENDING = {
    Kind.TaskCompleted: Kind.TaskScheduled,
    Kind.TaskFailed: Kind.TaskScheduled,
    Kind.SubOrchestrationInstanceCompleted: Kind.SubOrchestrationInstanceCreated,
    Kind.SubOrchestrationInstanceFailed: Kind.SubOrchestrationInstanceCreated,
}


def event(kind: Kind, at: datetime, *, event_id: int = -1, **fields: Any) -> Event:
    """One event, not yet played."""
    tail = {"EventId": event_id, "IsPlayed": False, "Timestamp": time_text(at)}
    return {"EventType": int(kind), **fields, **tail}


def execution_started(
    at: datetime,
    *,
    instance_id: str,
    execution_id: str,
    name: str,
    input_text: str | None,
    parent: Event | None,
    generation: int | None,
    tags: Tags,
) -> Event:
    return event(
        Kind.ExecutionStarted,
        at,
        OrchestrationInstance={"InstanceId": instance_id, "ExecutionId": execution_id},
        ParentInstance=parent,
        Name=name,
        Version=None,
        Input=input_text,
        Tags=tags,
        Correlation=None,
        ParentTraceContext=None,
        ScheduledStartTime=None,
        Generation=generation,
        GenerateNewTrace=False,
    )


def start_of(history: Iterable[Event]) -> Event | None:
    """What began a generation; None where it has not begun."""
    return next((item for item in history if item["EventType"] == Kind.ExecutionStarted), None)


def parent_instance(name: str, instance_id: str, execution_id: str, task_id: int) -> Event:
    """The link a child carries to the task of its parent that waits for it."""
    return {
        "Name": name,
        "OrchestrationInstance": {"InstanceId": instance_id, "ExecutionId": execution_id},
        "TaskScheduleId": task_id,
        "Version": None,
    }


def parent_id(link: Event | None) -> str | None:
    """Whose child an instance with this link is; None for one that a client started."""
    if link is None:
        return None
    instance_id: str = link["OrchestrationInstance"]["InstanceId"]
    return instance_id


def failed(kind: Kind, at: datetime, task_id: int, reason: str, details: str | None) -> Event:
    """The failure of an activity or a child, as its caller hears of it."""
    return event(
        kind, at, TaskScheduledId=task_id, Reason=reason, Details=details, FailureDetails=None
    )


def played(events: Iterable[Event]) -> list[Event]:
    """The episode's incoming events as they are kept: messages played, OrchestratorStarted not."""
    start = Kind.OrchestratorStarted
    return [{**item, "IsPlayed": item["EventType"] != start} for item in events]


def shown(events: Iterable[Event], *, show_input: bool, show_output: bool) -> list[Event]:
    """The rows of showHistory: what ended stands for what began it, bookkeeping is left out."""
    known = [item for item in events if Kind(item["EventType"]) not in _BOOKKEEPING]
    created = _created(known)
    ended = {_key_of_origin(item) for item in known if Kind(item["EventType"]) in _ENDING}
    return [
        _row(item, created, show_input, show_output)
        for item in known
        if (Kind(item["EventType"]), item["EventId"]) not in ended
    ]


def _created(events: Iterable[Event]) -> dict[tuple[Kind, int], Event]:
    created: dict[tuple[Kind, int], Event] = {}
    for item in events:
        kind, task_id = Kind(item["EventType"]), item["EventId"]
        if kind not in _CREATING:
            continue
        if (kind, task_id) in created:
            raise HistoryUnreadable(
                f"An item with the same key has already been added. Key: {kind.name}_{task_id}"
            )
        created[kind, task_id] = item
    return created


def _key_of_origin(item: Event) -> tuple[Kind, int]:
    return _ENDING[Kind(item["EventType"])], item["TaskScheduledId"]


def _row(
    item: Event, created: dict[tuple[Kind, int], Event], show_input: bool, show_output: bool
) -> Event:
    kind = Kind(item["EventType"])
    hidden = {"EventId", "IsPlayed", "TaskScheduledId", "TimerId", "EventType"}
    row: Event = {"EventType": kind.name}
    if kind is Kind.GenericEvent:
        row = {"Data": item["Data"], **row}
    row |= {key: value for key, value in item.items() if key not in hidden}
    if kind in _CREATING:
        # Only what is still open has a row of its own.
        row.pop("Version")
    if "Result" in row:
        row["Result"] = parsed_or_text(row["Result"])
    if kind is Kind.ExecutionStarted:
        for key in ("OrchestrationInstance", "ParentInstance", "Version", "Tags"):
            del row[key]
        row["FunctionName"] = row.pop("Name")
    if kind is Kind.ExecutionCompleted:
        row["OrchestrationStatus"] = _STATUS_NAMES[row["OrchestrationStatus"]]
    if kind in _ENDING:
        row |= _origin(created.get(_key_of_origin(item)))
    if not show_output:
        row.pop("Result", None)
    if not show_input and kind is not Kind.ExecutionTerminated:
        row.pop("Input", None)
    return row


def _origin(creation: Event | None) -> Event:
    if creation is None:
        return {}
    scheduled: str = creation["Timestamp"]
    child = {"InstanceId": creation["InstanceId"]} if "InstanceId" in creation else {}
    return {
        "ScheduledTime": scheduled.removesuffix("Z") + "+00:00",
        "FunctionName": creation["Name"],
        **child,
        "Input": None,
    }
