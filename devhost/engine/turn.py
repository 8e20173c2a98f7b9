"""One turn, decided: history and the SDK's answer in, decisions and the end (if any) out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from devhost.engine.answer import Answer, Names
from devhost.engine.failures import (
    nondeterminism_details,
    orchestrator_details,
    orchestrator_reason,
)
from devhost.engine.history import Event, parent_id, start_of
from devhost.engine.nondeterminism import NonDeterminism
from devhost.engine.rendering import dump
from devhost.engine.replay import Completion, Decision, Replay
from devhost.engine.shim import Family, Shim, Unsupported
from devhost.engine.store import Instance


@dataclass(frozen=True)
class Turn:
    """What a turn came to."""

    decisions: list[Decision]
    completion: Completion | None
    continues_with: str | None
    """The next generation's input as ExecutionStarted holds it, when it continues as new."""
    carried: list[Event]
    suspended: bool
    warnings: list[str] = field(default_factory=list)


def take_turn(
    instance: Instance,
    past: Sequence[Event],
    new: Sequence[Event],
    *,
    answer: Answer,
    names: Names,
) -> Turn:
    """Act out the answer over the history; never raises for what an app can do wrong."""
    replay = Replay(instance.execution_id)
    shim = Shim(replay, answer, names, _family(instance, [*past, *new]))
    try:
        replay.play(past, new, shim.start)
    except NonDeterminism as error:
        replay.end("Failed", str(error), nondeterminism_details(str(error)))
    except Unsupported as error:
        replay.end("Failed", str(error), orchestrator_details(str(error), ""))
    else:
        _end(replay, shim, answer, instance.name)
    return Turn(
        decisions=sorted(replay.decisions.values(), key=lambda decision: decision.id),
        completion=replay.completion,
        continues_with=replay.continue_input if _goes_on(replay) else None,
        carried=replay.carried,
        suspended=replay.suspended,
        warnings=_warnings(replay, shim, answer),
    )


def _end(replay: Replay, shim: Shim, answer: Answer, name: str) -> None:
    if replay.open_tasks or not shim.finished:
        return
    if answer.error is not None:
        details = answer.details or orchestrator_details(answer.error, answer.stack)
        replay.end("Failed", orchestrator_reason(name, answer.error), details)
    elif answer.is_done and replay.continue_input is not None:
        replay.continue_input = dump(replay.continue_input)
        replay.end("ContinuedAsNew", replay.continue_input)
    elif answer.is_done:
        replay.end("Completed", answer.output)


def _family(instance: Instance, history: Sequence[Event]) -> Family:
    started = start_of(history)
    assert started is not None, "no turn is taken before it"
    return Family(instance.instance_id, parent_id(started["ParentInstance"]))


def _warnings(replay: Replay, shim: Shim, answer: Answer) -> list[str]:
    texts = [
        f"it calls {what}: the real engine writes no row and gives no id for that, so it never "
        "ends, or takes another task's result for its own"
        for what in shim.refused
    ]
    texts += [
        f"its timer is longer than 6 days and is split ({hop}): cancelling it does nothing, and "
        "what wins against it is delayed until the hop ends"
        for hop in shim.long_timers
    ]
    texts += _dropped(replay) if _goes_on(replay) else _unclaimed(replay)
    if replay.completion is None and not replay.suspended:
        texts += _waiting(replay, shim, answer)
    return texts


def _goes_on(replay: Replay) -> bool:
    return replay.completion is not None and replay.completion.status == "ContinuedAsNew"


def _dropped(replay: Replay) -> list[str]:
    names = sorted({item.name for queue in replay.unclaimed.values() for item in queue})
    return [f"continue_as_new drops event {name}, which nobody had claimed" for name in names]


def _unclaimed(replay: Replay) -> list[str]:
    texts = []
    for queue in replay.unclaimed.values():
        fresh = [item for item in queue if item.is_new]
        if fresh and len(queue) > 1:
            texts.append(
                f"a second event {fresh[-1].name} came while nobody waits for it: SDK 1.7 loses "
                "the first and returns the last one twice"
            )
        elif fresh:
            texts.append(
                f"event {fresh[0].name} came while nobody waits for it: a second wait would get "
                "it again, and continue_as_new drops it"
            )
    return texts


def _waiting(replay: Replay, shim: Shim, answer: Answer) -> list[str]:
    ends = answer.is_done or answer.error is not None
    does = "says it is done" if ends else "has gone on"
    if shim.left_behind and shim.awaited is not None:
        endless = not replay.open_tasks
        until = "for ever, unless that event comes" if endless else "until that ends"
        text = (
            f"the orchestrator {does}, but what let it is not among what its last task_any or "
            f"task_all listed: the engine still awaits {shim.awaited.label}, {until}"
        )
        return [text]
    if ends and shim.finished and replay.open_tasks:
        left = ", ".join(task.label for task in replay.open_tasks.values())
        return [f"the orchestrator {does}, but stays Running until these end: {left}"]
    return []
