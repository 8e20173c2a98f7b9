"""What every activity wears: what is foreseen to go wrong travels as data, an Outcome.

The SDK hands an orchestrator only an exception's text and cannot exempt an error from retry. So a
RestoreError becomes data here; anything else is a bug or an unforeseen fault and is left to raise,
for the orchestrator's small RetryOptions. A reply that was lost is never "failed": see `later`.
"""

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from arm import activity_time
from restore.contracts import Outcome
from restore.errors import NotYet, PermanentError, TemporaryError, to_failure
from storage.documents import Changed

_log = logging.getLogger(__name__)

_LOST_RACE_S = 5.0
_LOST_RACE = NotYet("Somebody else changed the restore's entry at that moment.", code="LostRace")


def outcome(effect: Callable[[], Any]) -> dict[str, Any]:
    """Run an activity's effect and return its Outcome as plain JSON."""
    plain: dict[str, Any] = as_json(_outcome(effect))
    return plain


def as_json(value: Any) -> Any:
    """Return a contract as what may cross the wire: dicts, lists, strings, numbers."""
    return msgspec.to_builtins(value)


def _outcome(effect: Callable[[], Any]) -> Outcome:
    try:
        with activity_time.activity():
            value = effect()
    except Changed:
        return Outcome.later(_LOST_RACE_S, to_failure(_LOST_RACE))
    except TemporaryError as error:
        _log.info("Will try later: %s", error)
        return Outcome.later(error.retry_after_s, to_failure(error))
    except PermanentError as error:
        _log.warning("Cannot go on: %s", error)
        return Outcome.failed(to_failure(error))
    return value if isinstance(value, Outcome) else Outcome.done(as_json(value))
