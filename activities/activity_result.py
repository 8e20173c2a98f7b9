"""What every activity wears: what is foreseen to go wrong travels as data, an Outcome.

The SDK hands an orchestrator only an exception's text and cannot exempt an error from retry. So a
RestoreError becomes data here; anything else is a bug or an unforeseen fault and is left to raise,
for the orchestrator's small RetryOptions. A reply that was lost is never "failed": see
`retry_later`. Nor is what this build cannot read: while two builds run, the other one can.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from arm import activity_scope, log
from restore.messages import log_line
from restore.messages.errors import NotYet, PermanentError, TemporaryError, to_failure
from restore.messages.log_events import LogEvent
from restore.messages.log_line import LogContext, LogLine
from restore.messages.model import Failure, Outcome
from restore.values.decoding import encode
from storage.documents import Changed

_FORESEEN = (Changed, TemporaryError, PermanentError, msgspec.ValidationError)
_LOST_RACE_S = 5.0
"""The shortest wait there is: the other one is done in milliseconds."""
_OTHER_BUILD_S = 30.0
"""A deployment replaces its instances within a minute or two."""
_OTHER_BUILD = NotYet(
    "Another build of the app wrote data that this build cannot read. It waits for that build.",
    code="OtherBuild",
)
_LOST_RACE = NotYet("Another process has just changed the restore's entry.", code="LostRace")


def outcome(order: Any, effect: Callable[[Any], Any]) -> dict[str, Any]:
    """Run an activity's effect on its order, and return its Outcome as plain JSON."""
    order, about = _received(order, effect)
    with activity_scope.activity(about):
        try:
            return _plain(effect(order))
        except _FORESEEN as error:
            return _plain(_foreseen(error))
        except Exception as error:
            log.write(log_line.fault(error))
            raise


async def outcome_of(order: Any, effect: Callable[[Any], Awaitable[Any]]) -> dict[str, Any]:
    """The same of an activity that is async."""
    order, about = _received(order, effect)
    with activity_scope.activity(about):
        try:
            return _plain(await effect(order))
        except _FORESEEN as error:
            return _plain(_foreseen(error))
        except Exception as error:
            log.write(log_line.fault(error))
            raise


def _received(order: Any, effect: Callable[[Any], Any]) -> tuple[Any, LogContext]:
    """Return the order, and what its orchestration and the activity's own name tell the log."""
    order, about = log_line.taken_from(order)
    function = LogContext(function=effect.__module__.rpartition(".")[2])
    return order, log_line.about_input(order).known(about).known(function)


def _foreseen(error: Exception) -> Outcome:
    if isinstance(error, Changed):
        return _later(_LOST_RACE_S, to_failure(_LOST_RACE))
    if isinstance(error, msgspec.ValidationError):
        log.write(LogLine(event="remark", text=f"Another build's data: {error}"))
        return _later(_OTHER_BUILD_S, to_failure(_OTHER_BUILD))
    if isinstance(error, TemporaryError):
        return _later(error.retry_after_s, to_failure(error))
    assert isinstance(error, PermanentError), "there are no other foreseen errors"
    failure = to_failure(error)
    _tell("step-failed", failure)
    return Outcome.failed(failure)


def _later(retry_after_s: float | None, failure: Failure) -> Outcome:
    _tell("retry-later", failure, retry_after_s)
    return Outcome.retry_later(retry_after_s, failure)


def _tell(event: LogEvent, failure: Failure, retry_after_s: float | None = None) -> None:
    log.write(
        LogLine(
            event=event,
            code=failure.code,
            category=failure.category,
            text=failure.message,
            retry_after_s=retry_after_s,
        )
    )


def _plain(value: Any) -> dict[str, Any]:
    outcome = value if isinstance(value, Outcome) else Outcome.done(encode(value))
    return outcome.as_json()
