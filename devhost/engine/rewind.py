"""Rewind: take back what failed in a Failed instance, through failed children, and run on.

Failed rows become GenericEvent rows that keep their ids and times; the deepest failed instances
get one more with the reason, which is what wakes them.
"""

from dataclasses import replace
from datetime import datetime

from devhost.engine.client import Client
from devhost.engine.history import STATUS_NUMBERS, Event, Kind, event
from devhost.engine.rendering import to_micros
from devhost.engine.seam import WrongState
from devhost.engine.store import Instance


def rewind(client: Client, instance_id: str, reason: str | None) -> None:
    """Rewind one instance and what failed below it; WrongState unless it is Failed."""
    row = client.known(instance_id)
    if row.status != "Failed":
        raise WrongState(
            f"This orchestration has status {row.status}, but only orchestrations in the "
            '"Failed" state can be rewound.'
        )
    with client.store.transaction():
        _rewind(client, row, reason, client.clock.now())


def _rewind(client: Client, row: Instance, reason: str | None, now: datetime) -> None:
    events = client.store.history(row.instance_id)
    children = [
        child
        for child_id in _failed_children(events)
        if (child := client.store.instance(child_id)) is not None and child.status == "Failed"
    ]
    for seq in _failed_rows(events):
        client.store.replace_event(row.instance_id, seq, _generic(events[seq]))
    # Its failure stays its output until another one is written over it.
    client.store.put_instance(replace(row, status="Pending", updated=to_micros(now)))
    for child in children:
        _rewind(client, child, reason, now)
    if not children:
        wake = event(Kind.GenericEvent, now, Data=reason)
        client.store.send(row.instance_id, row.execution_id, to_micros(now), wake)


def _failed_rows(events: list[Event]) -> list[int]:
    failed_tasks = {
        item["TaskScheduledId"] for item in events if item["EventType"] == Kind.TaskFailed
    }
    return [seq for seq, item in enumerate(events) if _is_failed(item, failed_tasks)]


def _is_failed(item: Event, failed_tasks: set[int]) -> bool:
    kind = Kind(item["EventType"])
    if kind is Kind.TaskScheduled:
        return item["EventId"] in failed_tasks
    if kind is Kind.ExecutionCompleted:
        return bool(item["OrchestrationStatus"] == STATUS_NUMBERS["Failed"])
    return kind in (Kind.TaskFailed, Kind.SubOrchestrationInstanceFailed)


def _failed_children(events: list[Event]) -> list[str]:
    failed = {
        item["TaskScheduledId"]
        for item in events
        if item["EventType"] == Kind.SubOrchestrationInstanceFailed
    }
    return [
        item["InstanceId"]
        for item in events
        if item["EventType"] == Kind.SubOrchestrationInstanceCreated and item["EventId"] in failed
    ]


def _generic(item: Event) -> Event:
    kept = {key: item[key] for key in ("EventId", "IsPlayed", "Timestamp")}
    return {"EventType": int(Kind.GenericEvent), "Data": None, **kept}
