"""What the SDK answered to one turn, read from its JSON or from the failure text around it.

A failure carries its state after a label. What the app itself raised comes before both label and
stack and may hold either's first words, so the text is taken apart from its end.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

from devhost.engine.failures import unread_details
from devhost.engine.rendering import dump, redated, status_too_large
from devhost.language_worker.failures import WorkerFailure

_LABEL = "\n\n$OutOfProcData$:"
"""Never within the state, where JSON writes line ends as escapes."""


class Names(Protocol):
    """What the engine needs to know of the app; `Worker` offers it."""

    def has_orchestrator(self, name: str) -> bool: ...

    def has_activity(self, name: str) -> bool: ...

    def orchestrator_names(self) -> list[str]: ...


@dataclass(frozen=True)
class Answer:
    """The orchestrator's state after one turn."""

    actions: list[dict[str, Any]] = field(default_factory=list)
    is_done: bool = False
    output: str | None = None
    """JSON text, date-like strings re-rendered; None for no output."""
    custom_status: str | None = None
    """JSON text; None when the turn reported none."""
    error: str | None = None
    stack: str = ""
    details: str | None = None
    """What a parent finds behind the reason, when it is not made of error and stack."""
    broken: bool = False
    """Nothing of the state could be read, so no action is replayed."""


def parse(reply: str | WorkerFailure) -> Answer:
    """Read the SDK's reply to a turn."""
    if isinstance(reply, str):
        return _checked(_state(json.loads(reply), ""))
    text = str(reply)
    _, label, state = text.rpartition("\nStack:")[0].rpartition(_LABEL)
    try:
        value = json.loads(state) if label else None
    except ValueError:
        value = None
    if not isinstance(value, dict) or "actions" not in value:
        # Whole, with its stack: nobody takes the text out of it, as is done for activities.
        error, details = f"One or more errors occurred. ({text})", unread_details(text)
        return Answer(error=error, details=details, broken=True)
    return _checked(_state(value, reply.stack))


def unknown_orchestrator(name: str, names: Names) -> Answer:
    """The answer of the engine itself when the app has no such orchestrator."""
    known = ", ".join(f"'{item}'" for item in names.orchestrator_names())
    text = (
        f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function. "
        f"Additional info: The following are the known orchestrator functions: {known}."
    )
    return Answer(error=text, broken=True)


def _state(value: dict[str, Any], stack: str) -> Answer:
    lists = value.get("actions") or []
    if len(lists) != 1:
        text = f"expected actions array to be of length 1 in outer layer but got size: {len(lists)}"
        return Answer(error=f"With OOProc schema V3, {text}", stack=stack, broken=True)
    return Answer(
        actions=lists[0],
        is_done=bool(value.get("isDone")),
        output=_text(value.get("output")),
        custom_status=_text(value.get("customStatus")),
        error=value.get("error"),
        stack=stack,
    )


def _checked(answer: Answer) -> Answer:
    complaint = status_too_large(answer.custom_status or "")
    return Answer(error=complaint, broken=True) if complaint else answer


def _text(value: Any) -> str | None:
    return None if value is None else dump(redated(value))
