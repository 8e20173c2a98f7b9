"""What goes wrong in an activity travels as data; a bug of ours raises."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from activities import activity_result
from restore.messages.errors import (
    AccessDenied,
    Conflict,
    NotYet,
    RestoreError,
    ServiceUnavailable,
    Throttled,
)
from storage.documents import Changed


def raising(error: Exception) -> Callable[[], Any]:
    def effect() -> None:
        raise error

    return effect


async def awaited(error: Exception) -> None:
    raise error


CASES = [
    (Changed("x"), "retryLater", "LostRace", 5),
    (msgspec.ValidationError("x"), "retryLater", "OtherBuild", 30),
    (Throttled("m", code="TooMany", retry_after_s=17), "retryLater", "TooMany", 17),
    (ServiceUnavailable("m", code="Busy"), "retryLater", "Busy", None),
    (NotYet("m", code="NoSlot", retry_after_s=3), "retryLater", "NoSlot", 3),
    (AccessDenied("m", code="Denied"), None, "Denied", None),
    (Conflict("m", code="Taken"), "failed", "Taken", None),
]


@pytest.mark.parametrize(("error", "kind", "code", "retry_after_s"), CASES, ids=repr)
async def test_what_is_foreseen_is_an_outcome_with_its_code(
    error: Exception, kind: str | None, code: str, retry_after_s: float | None
) -> None:
    told = activity_result.outcome(raising(error))
    assert told == await activity_result.outcome_of(awaited(error))
    assert told["error"]["code"] == code
    if kind is not None:
        assert (told["kind"], told.get("retryAfterS")) == (kind, retry_after_s)


@pytest.mark.parametrize("error", [KeyError("bug"), AssertionError("bug")], ids=repr)
async def test_a_bug_is_no_outcome(error: Exception) -> None:
    with pytest.raises(type(error)):
        activity_result.outcome(raising(error))
    with pytest.raises(type(error)):
        await activity_result.outcome_of(awaited(error))


async def test_a_value_is_done() -> None:
    async def effect() -> dict[str, int]:
        return {"a": 1}

    assert activity_result.outcome(lambda: {"a": 1}) == {"kind": "done", "value": {"a": 1}}
    assert await activity_result.outcome_of(effect()) == {"kind": "done", "value": {"a": 1}}


def test_what_has_to_be_waited_for_is_logged_quietly_and_the_rest_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "activities.activity_result")
    for error in (Throttled("m", code="X"), Conflict("m", code="Y"), msgspec.ValidationError("z")):
        activity_result.outcome(raising(error))
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "ERROR"]
    assert isinstance(CASES[0][0], Changed)
    assert not isinstance(CASES[0][0], RestoreError)
