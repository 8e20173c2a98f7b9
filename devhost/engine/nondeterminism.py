"""The check that a replay asked for what history says was asked for, with the engine's own words.

Inputs are not compared, and neither are versions: the real engine does not either.
"""

from devhost.engine.history import Event, Kind

_CHANGED = (
    "Was a change made to the orchestrator code after this instance had already started running?"
)


class NonDeterminism(Exception):
    """The replay differs from history; str() is what the instance's output becomes."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "Non-Deterministic workflow detected: A previous execution of this orchestration "
            f"scheduled {text} {_CHANGED}"
        )


def check(row: Event, expected: str, replayed: tuple[str, str] | None) -> None:
    """Compare a scheduling row with what replay asked for under its id: (class name, name)."""
    kind, task_id = Kind(row["EventType"]), row["EventId"]
    if replayed is None:
        raise NonDeterminism(_missing(kind, task_id, row))
    action, name = replayed
    if action != expected:
        raise NonDeterminism(_other_kind(kind, task_id, row, action))
    if kind is not Kind.TimerCreated and name.lower() != row["Name"].lower():
        raise NonDeterminism(_other_name(kind, task_id, row, name))


def _missing(kind: Kind, task_id: int, row: Event) -> str:
    tail = "but the current replay execution hasn't (yet?) scheduled this task."
    if kind is Kind.TimerCreated:
        return f"a timer task with sequence number {task_id} {tail}"
    if kind is Kind.TaskScheduled:
        return (
            f"an activity task with sequence ID {task_id} and name '{row['Name']}' "
            f"(version '{row['Version']}'), {tail}"
        )
    return f"{_child(task_id, row)}, {tail}"


def _other_kind(kind: Kind, task_id: int, row: Event, action: str) -> str:
    tail = f"but the current orchestration replay instead produced a {action} action"
    if kind is Kind.TimerCreated:
        return (
            f"a timer task with sequence number {task_id} named {tail} with this sequence number."
        )
    if kind is Kind.TaskScheduled:
        return (
            f"an activity task with sequence number {task_id} named '{row['Name']}', "
            f"{tail} with this sequence number."
        )
    return f"{_child(task_id, row)}, {tail} at this sequence number."


def _other_name(kind: Kind, task_id: int, row: Event, name: str) -> str:
    tail = "but the current orchestration replay instead scheduled"
    if kind is Kind.TaskScheduled:
        # The second blank at the end is the engine's.
        return (
            f"an activity task with sequence number {task_id} named '{row['Name']}', {tail} "
            f"an activity task named '{name}' with this sequence number. "
        )
    return (
        f"{_child(task_id, row)}, {tail} a sub-orchestration task with name {name} "
        "at this sequence number."
    )


def _child(task_id: int, row: Event) -> str:
    return (
        f"a sub-orchestration task with sequence ID {task_id} and name '{row['Name']}' "
        f"(version '{row['Version'] or ''}', instance ID '{row['InstanceId']}')"
    )
