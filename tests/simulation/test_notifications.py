"""A receiver that takes nothing for two hours delays no restore and no other receiver."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import msgspec
import pytest

from notifications.delivery import Delivery
from restore.values.times import time_of
from storage import connection
from storage.pending_notifications import PendingNotifications
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import PlannedFault, Scenario, ToldReceiver
from tests.simulation.test_events import HEARD
from tests.simulation.world import World
from triggers import notifications

_HOURS_S = 2 * 3600.0
_AT_ONCE = timedelta(seconds=10)
Mood = Literal["away", "fails", "refuses", "redirects"]


def told(mood: Mood = "away", until_s: float = _HOURS_S, **more: Any) -> Scenario:
    """Restores of which two are told, one of whom takes nothing for a while."""
    receivers = (
        ToldReceiver(name="bad", until_s=until_s, mood=mood),
        ToldReceiver(name="good"),
    )
    return msgspec.structs.replace(HEARD, receivers=receivers, **more)


def differences(mood: Mood = "away") -> list[str]:
    """What becomes different when a receiver takes nothing for two hours."""
    well, ill = run_scenario(told(until_s=0)), run_scenario(told(mood))
    assert judged(well).violations == []
    found = list(judged(ill).violations)
    posts, late = _posts(well), _posts(ill)
    found += [f"POST of {each}: {late.get(each)}" for each in posts if posts[each] != late[each]]
    if well.record.moves != ill.record.moves:
        found.append("the entries were written another number of times")
    assert ill.receivers is not None
    found += [
        f"{event['id']} came late to who is well: {at}"
        for at, event in ill.receivers.got["good"]
        if at - (time_of(event["time"]) or at) > _AT_ONCE
    ]
    return found


@pytest.mark.parametrize("mood", ["away", "fails", "refuses", "redirects"])
def test_two_hours_without_a_receiver_change_no_post_and_no_other_receiver(mood: Mood) -> None:
    assert differences(mood) == []


def test_what_is_held_up_arrives_when_it_takes_it_again() -> None:
    world = run_scenario(told())
    assert world.record.fired["receiver_in_trouble"] > 20
    assert world.receivers is not None
    got = world.receivers.got
    assert len(got["bad"]) == len(got["good"]) == len(world.storage.events.sent)


def test_a_queue_of_wakes_that_refuses_costs_minutes_only() -> None:
    refused = PlannedFault(kind="events_refused", where="send wake", times=9999, until_s=_HOURS_S)
    world = run_scenario(told(until_s=0, faults=(refused,), reconcile_s=300))
    assert judged(world).violations == []


def test_a_worker_that_dies_while_sending_loses_nothing() -> None:
    faults = tuple(
        PlannedFault(kind="exits_in_a_starter", where="of notifications", after=after)
        for after in (3, 9, 15, 30)
    )
    world = run_scenario(told(until_s=600, faults=faults, reconcile_s=300))
    assert world.record.fired["exits_in_a_starter"] == len(faults)
    assert judged(world).violations == []


def sends_while_it_tells(patch: pytest.MonkeyPatch) -> None:
    """The restore's own activity sends, and waits for whoever is away."""

    def wake(self: PendingNotifications, receiver: str | None = None, after_s: float = 0.0) -> None:
        delivery: Delivery = notifications._delivery(_SETTINGS[-1])
        delivery.deal()
        for each in delivery._notify.receivers:
            delivery.deliver(each.name)

    patch.setattr(PendingNotifications, "wake", wake)


def waits_for_the_first(patch: pytest.MonkeyPatch) -> None:
    """Receivers are told one after the other, and who is away stops the row."""
    whole = Delivery.deliver

    def deliver(self: Delivery, name: str) -> None:
        pending_notifications = connection.pending_notifications()
        assert pending_notifications is not None
        if name == "bad" or not pending_notifications.waiting("bad"):
            whole(self, name)

    patch.setattr(Delivery, "deliver", deliver)


def forgets_what_was_not_taken(patch: pytest.MonkeyPatch) -> None:
    """One try is all that a notification gets."""
    whole = Delivery._tell

    def tell(self: Delivery, receiver: Any, waiting: Any) -> Any:
        answer = whole(self, receiver, waiting)
        self._notices.done(waiting)
        return answer

    patch.setattr(Delivery, "_tell", tell)


_SETTINGS: list[Any] = []


@pytest.mark.parametrize(
    "plant", [sends_while_it_tells, waits_for_the_first, forgets_what_was_not_taken]
)
def test_a_planted_defect_makes_a_difference(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    _SETTINGS.append(World(told()).receivers.settings)  # type: ignore[union-attr]
    plant(monkeypatch)
    try:
        found = differences()
    except AssertionError as error:  # it breaks a promise while everybody is well, too
        found = [str(error)]
    assert found != []


def _posts(world: World) -> dict[str, Any]:
    return {post.request_id: post.at for post in world.record.posts if post.operation_id}
