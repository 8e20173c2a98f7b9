"""All calls of one activity share its time: nothing is begun that the host would cut short."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from activities import activity_result
from arm import activity_scope
from arm.client import Client
from arm.transport import Timeout
from restore.messages.errors import ServiceUnavailable
from tests.unit.arm.fakes import Script, client, reply

ALLOWED_S = 210.0


class Clock:
    """A monotonic clock that moves when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(activity_scope, "monotonic", lambda: self.now_s)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def limited(script: Script) -> Client:
    whole = client(script)
    return replace(whole, authorized=replace(whole.authorized, activity_s=ALLOWED_S))


def after(clock: Clock, seconds: float, call: Callable[[], Any]) -> Any:
    """Make a call when an activity has run for so many seconds."""
    with activity_scope.activity():
        clock.now_s += seconds
        return call()


def test_a_read_waits_no_longer_than_the_activity_has_time_left(clock: Clock) -> None:
    script = Script(reply(200, {}))
    after(clock, 190, lambda: limited(script).get("/x", "look"))
    assert script.sent[0].timeout == Timeout(connect_s=10, read_s=20, whole_s=20)


def test_a_read_that_has_no_time_left_is_later_and_not_begun(clock: Clock) -> None:
    with pytest.raises(ServiceUnavailable, match="ran out of time") as caught:
        after(clock, 201, lambda: limited(Script()).get("/x", "look"))
    assert caught.value.code == "OutOfTime"


def test_a_write_is_sent_with_time_for_a_whole_one_or_not(clock: Clock) -> None:
    script = Script(reply(202))
    after(clock, 140, lambda: limited(script).post("/x", {}, "start"))
    assert script.sent[0].timeout == Timeout(connect_s=10, read_s=60, whole_s=70)
    with pytest.raises(ServiceUnavailable, match="ran out of time"):
        after(clock, 141, lambda: limited(Script()).post("/x", {}, "start"))


def test_the_calls_of_one_activity_share_its_time(clock: Clock) -> None:
    script = Script(reply(200, {}), reply(200, {}))

    def both() -> None:
        slow = limited(script)
        slow.get("/x", "look")
        clock.now_s += 100
        slow.get("/x", "look")
        clock.now_s += 101
        slow.get("/x", "look")

    with pytest.raises(ServiceUnavailable, match="ran out of time"):
        after(clock, 0, both)
    assert len(script.sent) == 2


def test_each_activity_has_its_own_time_and_who_is_none_has_no_limit(clock: Clock) -> None:
    script = Script(*(reply(200, {}) for _ in range(3)))
    after(clock, 199, lambda: limited(script).get("/x", "look"))
    after(clock, 0, lambda: limited(script).get("/x", "look"))
    clock.now_s += 10_000
    limited(script).get("/x", "look")
    assert [sent.timeout.read_s for sent in script.sent] == [11, 60, 60]


def test_every_activity_wears_its_time(clock: Clock) -> None:
    def effect(_: object) -> None:
        clock.now_s += 201
        limited(Script()).get("/x", "look")

    outcome = activity_result.outcome(None, effect)
    assert (outcome["kind"], outcome["error"]["code"]) == ("retryLater", "OutOfTime")
