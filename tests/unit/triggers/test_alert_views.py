"""What is shown of an alert: all that came, bounded; of nothing, nothing."""

import base64

import pytest

from tests.alert_samples import common
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import AppHarness


@pytest.fixture
def door(harness: AppHarness) -> AlertDoor:
    return AlertDoor(harness)


def test_of_a_long_alert_the_beginning_is_shown(door: AlertDoor) -> None:
    taken = door.post(common(description="word " * 4000))
    original = door.show(taken.body["alertId"]).body["original"]
    assert (len(original), original[-1]) == (16_000, "…")


def test_bytes_that_are_no_text_are_shown_in_base64(door: AlertDoor) -> None:
    body = bytes(range(256))
    taken = door.post(body)
    shown = door.show(taken.body["alertId"]).body
    assert (shown["originalEncoding"], shown["originalBytes"]) == ("base64", 256)
    assert base64.b64decode(shown["original"]) == body


def test_an_unknown_alert_is_told_by_the_beginning_of_its_id(door: AlertDoor) -> None:
    assert door.show("q" * 300).body["detail"].count("q") == 200


def test_lists_of_nothing_are_lists(door: AlertDoor) -> None:
    for listed in (door.list(), door.holds()):
        assert (listed.status, listed.body["value"]) == (200, [])
