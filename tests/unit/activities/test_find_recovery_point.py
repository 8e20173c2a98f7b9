"""The point of a request is chosen, and the request must be one that can be sent for it."""

from typing import Any

from activities import find_recovery_point
from restore.messages.activity_io import FindPoint
from restore.messages.model import Choice, Outcome
from tests.fakes.app_harness import AppHarness
from tests.unit.activities import orders


def answer(harness: AppHarness, **fields: Any) -> Outcome:
    order = FindPoint(request=orders.request(**fields), item=orders.item(harness))
    return Outcome.from_json(find_recovery_point.find_recovery_point(order.as_json()))


def test_the_newest_point_is_chosen_with_its_disks(harness: AppHarness) -> None:
    found = answer(harness)
    points, _ = harness.backup.recovery_points(orders.item(harness))
    chosen = Choice.from_json(found.value).point
    assert chosen.name == max(points, key=lambda point: point.time).name
    assert chosen.disks is not None


def test_what_cannot_be_sent_for_the_point_is_refused_before_it_is_sent(
    harness: AppHarness,
) -> None:
    found = answer(harness, recoveryPoint={"notAfter": "2020-01-01T00:00:00Z"})
    assert found.kind == "failed"
