"""An alert is judged once, and what it asks for is started a few at a time, however much it is."""

from typing import Any

import pytest

from activities import judge_alert, start_alerted
from restore.messages import names
from restore.messages.alert_io import AlertsStarted, Judged, TakeAlert
from restore.messages.errors import AccessDenied, ServiceUnavailable
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal, outcome

AWAY = ServiceUnavailable("No answer.", code="ServerBusy")


class Alert:
    """One that asks for so many restores, or whose steps end in these errors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        self.count, self.counts = count, {"restore": count} if count else {"held": 1}
        self.judge_error: Exception | None = None
        self.start_error: Exception | None = None
        self.bodies: list[str | None] = []
        self.offsets: list[int] = []
        monkeypatch.setattr(judge_alert, "_judge", self._judge)
        monkeypatch.setattr(start_alerted, "_start", self._start)

    def _judge(self, order: Any, settings: Any) -> Judged:
        del settings
        self.bodies.append(order.body)
        if self.judge_error is not None:
            raise self.judge_error
        return Judged(counts=self.counts)

    async def _start(self, order: Any, client: Any, settings: Any) -> AlertsStarted:
        del client, settings
        self.offsets.append(order.offset)
        if self.start_error is not None:
            raise self.start_error
        following = order.offset + 25
        return AlertsStarted(offset=following if following < self.count else None)


def take(harness: AppHarness, seconds: float = 60) -> Any:
    return outcome(harness, names.TAKE_ALERT, TakeAlert(alert_id="a1"), seconds)


@pytest.mark.parametrize(("count", "offsets"), [(1, [0]), (25, [0]), (26, [0, 25])])
def test_what_it_asks_for_is_started_from_the_first_to_the_last(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch, count: int, offsets: list[int]
) -> None:
    alert = Alert(monkeypatch, count)
    made = take(harness)
    assert (made.kind, made.value) == ("done", {"counts": {"restore": count}})
    assert (alert.bodies, alert.offsets) == ([None], offsets)


def test_after_ten_rounds_it_continues_as_new_and_is_not_judged_again(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = Alert(monkeypatch, 25 * 23)
    sizes: list[int] = []

    def on_turn(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        del answer
        if name == names.TAKE_ALERT:
            sizes.append(sum(event.get("EventType") == 4 for event in context["history"]))

    harness.on_turn = on_turn
    assert take(harness).kind == "done"
    assert len(alert.bodies) == 1
    assert alert.offsets == [25 * number for number in range(23)]
    generations = [size for size, after in zip(sizes, [*sizes[1:], 0], strict=True) if after < size]
    assert generations == [1 + 10, 10, 3]


def test_what_asks_for_no_restore_starts_none(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = Alert(monkeypatch, 0)
    assert take(harness).value == {"counts": {"held": 1}}
    assert alert.offsets == []


def test_what_cannot_be_judged_or_started_says_why(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = Alert(monkeypatch, 3)
    alert.start_error = AccessDenied("No.", code="Forbidden")
    made = take(harness)
    assert (made.kind, made.error.code, alert.offsets) == ("failed", "Forbidden", [0])
    alert.judge_error = AccessDenied("No.", code="NoRole")
    made = take(harness)
    assert (made.kind, made.error.code, alert.offsets) == ("failed", "NoRole", [0])


def test_it_is_tried_to_be_judged_for_two_hours(
    harness: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    Alert(monkeypatch, 3).judge_error = AWAY
    made = take(harness, 2.5 * 3600)
    assert made.error.code == "DeadlinePassed"
    assert 7_195 <= max(journal.waits_s()) <= 7_201


def test_a_dry_run_is_judged_with_its_body(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = Alert(monkeypatch, 0)
    outcome(harness, names.TAKE_ALERT, TakeAlert(alert_id="dry-run", body="e30="), 60)
    assert alert.bodies == ["e30="]
