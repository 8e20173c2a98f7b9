"""What every activity wears: what is foreseen to go wrong travels as data, an Outcome.

The SDK hands an orchestrator only an exception's text and cannot exempt an error from retry. So a
RestoreError becomes data here; anything else is a bug or an unforeseen fault and is left to raise,
for the orchestrator's small RetryOptions. A reply that was lost is never "failed": see
`retry_later`. Nor is what this build cannot read: while two builds run, the other one can.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from arm import activity_time
from restore.messages.errors import NotYet, PermanentError, TemporaryError, to_failure
from restore.messages.model import Outcome
from restore.values.decoding import encode
from storage.documents import Changed

_log = logging.getLogger(__name__)

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


def outcome(effect: Callable[[], Any]) -> dict[str, Any]:
    """Run an activity's effect and return its Outcome as plain JSON."""
    try:
        with activity_time.activity():
            return _plain(effect())
    except _FORESEEN as error:
        return _plain(_foreseen(error))


async def outcome_of(effect: Awaitable[Any]) -> dict[str, Any]:
    """Await an activity's effect and return its Outcome as plain JSON."""
    try:
        return _plain(await effect)
    except _FORESEEN as error:
        return _plain(_foreseen(error))


def _foreseen(error: Exception) -> Outcome:
    if isinstance(error, Changed):
        return Outcome.retry_later(_LOST_RACE_S, to_failure(_LOST_RACE))
    if isinstance(error, msgspec.ValidationError):
        _log.error("What another build wrote cannot be read by this one: %s", error)
        return Outcome.retry_later(_OTHER_BUILD_S, to_failure(_OTHER_BUILD))
    if isinstance(error, TemporaryError):
        _log.info("Will try later: %s", error)
        return Outcome.retry_later(error.retry_after_s, to_failure(error))
    assert isinstance(error, PermanentError), "there are no other foreseen errors"
    _log.warning("Cannot go on: %s", error)
    return Outcome.failed(to_failure(error))


def _plain(value: Any) -> dict[str, Any]:
    outcome = value if isinstance(value, Outcome) else Outcome.done(encode(value))
    return outcome.as_json()
