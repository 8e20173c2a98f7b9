"""The texts that failures of activities and orchestrators leave in history.

The engine serializes a .NET exception into an activity's Details. Ours has the same fields; the
.NET frames, which tell a Python developer nothing, stay null.
"""

from typing import Any

from devhost.engine.rendering import dump
from devhost.language_worker.failures import WorkerExited, WorkerFailure

_CLASS = "System.Exception"
_TYPE = "System.Exception, System.Private.CoreLib"
_SOURCE = "devhost"


def activity_reason(name: str, failure: WorkerFailure) -> str:
    """One sentence; what a function raised stands after two blanks, in the engine's own form."""
    return f"Activity function '{name}' failed: {_told(failure)}"


def activity_details(failure: WorkerFailure) -> str:
    """The JSON that an orchestrator finds behind the reason."""
    inner = _exception(str(failure), None, _SOURCE)
    is_exit = isinstance(failure, WorkerExited)
    return dump(inner if is_exit else _exception(_told(failure), inner, None))


def orchestrator_reason(name: str, error: str) -> str:
    return f"Orchestrator function '{name}' failed: {error}"


def orchestrator_details(error: str, stack: str) -> str:
    """What the parent of a failed child finds behind the reason."""
    return f"Message: {error}, StackTrace: {stack}"


def nondeterminism_details(text: str) -> str:
    kind = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException"
    return f"Unhandled exception while executing orchestration: {kind}: {text}"


def unread_details(failure: str) -> str:
    """The JSON behind the reason of a child whose failure carried no state."""
    inner = _exception(failure, None, _SOURCE)
    outer = _exception("One or more errors occurred.", inner, "System.Private.CoreLib")
    kind = "System.AggregateException"
    named = {"$type": _TYPE.replace(_CLASS, kind), "ClassName": kind}
    return dump({**outer, **named, "InnerExceptions": [inner]})


def _told(failure: WorkerFailure) -> str:
    """What the engine cuts out between `Exception:` and `Stack:`, or all of it without those."""
    return failure.message if isinstance(failure, WorkerExited) else f" {failure.message}"


def _exception(message: str, inner: dict[str, Any] | None, source: str | None) -> dict[str, Any]:
    return {
        "$type": _TYPE,
        "ClassName": _CLASS,
        "Message": message,
        "Data": None,
        "InnerException": inner,
        "HelpURL": None,
        "StackTraceString": None,
        "RemoteStackTraceString": None,
        "RemoteStackIndex": 0,
        "ExceptionMethod": None,
        "HResult": -2146233088,
        "Source": source,
        "WatsonBuckets": None,
    }
