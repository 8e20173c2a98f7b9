"""What goes wrong in an activity travels as data; a bug of ours raises."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from activities import activity_result
from restore.messages import log_line
from restore.messages.errors import (
    AccessDenied,
    Conflict,
    NotYet,
    ServiceUnavailable,
    Throttled,
)
from restore.messages.log_line import LogContext
from storage.documents import Changed
from tests.fakes.log import lines, listen


def raising(error: Exception) -> Callable[[Any], Any]:
    def effect(_: Any) -> None:
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
    told = activity_result.outcome(None, raising(error))
    assert told == await activity_result.outcome_of(None, lambda _: awaited(error))
    assert told["error"]["code"] == code
    if kind is not None:
        assert (told["kind"], told.get("retryAfterS")) == (kind, retry_after_s)


@pytest.mark.parametrize("error", [KeyError("bug"), AssertionError("bug")], ids=repr)
async def test_a_bug_is_no_outcome(error: Exception) -> None:
    with pytest.raises(type(error)):
        activity_result.outcome(None, raising(error))
    with pytest.raises(type(error)):
        await activity_result.outcome_of(None, lambda _: awaited(error))


async def test_a_value_is_done() -> None:
    async def effect() -> dict[str, int]:
        return {"a": 1}

    assert activity_result.outcome(None, lambda _: {"a": 1}) == {"kind": "done", "value": {"a": 1}}
    assert await activity_result.outcome_of(None, lambda _: effect()) == {
        "kind": "done",
        "value": {"a": 1},
    }


def test_what_cannot_be_done_is_told_in_one_line_with_what_it_is_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listen(caplog)
    order = log_line.sent_with({"a": 1}, LogContext(request_id="r1", job="j", attempt=3))
    for error in (Throttled("m", code="X", retry_after_s=9), Conflict("m", code="Y")):
        activity_result.outcome(order, raising(error))
    about = {"function": "test_activity_result", "requestId": "r1", "job": "j", "attempt": 3}
    mark = {"vmRestore": 1} | about
    assert lines(caplog) == [
        mark
        | {"event": "retry-later", "code": "X", "category": "Throttled", "text": "m"}
        | {"retryAfterS": 9},
        mark | {"event": "step-failed", "code": "Y", "category": "Conflict", "text": "m"},
    ]
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]


async def test_a_bug_is_told_with_its_place_and_raised(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(KeyError):
        activity_result.outcome({}, raising(KeyError("sig=abcdef")))
    with pytest.raises(KeyError):
        await activity_result.outcome_of({}, lambda _: awaited(KeyError("bug")))
    first, second = lines(caplog)
    assert first["event"] == "fault"
    assert first["exception"] == second["exception"] == "KeyError"
    assert first["place"].startswith("activities/test_activity_result.py:")
    assert "abcdef" not in first["text"]
    assert {record.levelname for record in caplog.records} == {"ERROR"}


def test_an_order_reaches_the_effect_without_what_came_for_the_log() -> None:
    order = log_line.sent_with({"a": 1}, LogContext(request_id="r1"))
    assert order != {"a": 1}
    assert activity_result.outcome(order, lambda plain: plain)["value"] == {"a": 1}


def test_a_context_that_another_build_wrote_hinders_nothing() -> None:
    order = {"a": 1, "logContext": {"attempt": "three"}}
    assert activity_result.outcome(order, lambda plain: plain)["value"] == {"a": 1}
