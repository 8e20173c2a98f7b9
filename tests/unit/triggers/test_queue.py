"""Requests by the queue: accepted, planned or answered by an event that carries all of them."""

import pytest

from restore.messages import names
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor

FIELDS = request_for("RestoreDisks", "r1")


def test_a_message_is_a_restore_and_delivered_twice_is_one(
    harness: AppHarness, door: FrontDoor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "triggers.queue")
    door.drop(FIELDS)
    door.drop(FIELDS)
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1
    assert door.show("r1").body["source"] == "queue"
    assert caplog.messages[:2] == ["Accepted restore r1", "Known restore r1"]


def test_a_message_without_an_id_has_the_messages(harness: AppHarness, door: FrontDoor) -> None:
    door.drop({name: value for name, value in FIELDS.items() if name != "requestId"}, "m7")
    assert harness.ledger.read("m7") is not None


def test_what_cannot_be_read_is_answered_by_an_event_that_carries_it(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.take(b"{nonsense", "m1")
    (told,) = harness.sent("rejected")
    assert told["messageId"] == "m1"
    assert "nonsense" in str(told)
    assert harness.ledger.read("m1") is None


def test_a_used_id_for_another_request_is_rejected_and_named(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.drop(FIELDS)
    door.drop(FIELDS | {"deadline": "PT2H"}, "m2")
    (told,) = harness.sent("rejected")
    assert (told["requestId"], told["messageId"]) == ("r1", "m2")
    assert told["problems"][0]["path"] == "$.requestId"
    assert "RequestIdReused" in str(told)


def test_a_request_for_a_plan_is_no_restore(harness: AppHarness, door: FrontDoor) -> None:
    door.drop(FIELDS | {"planOnly": True}, "m3")
    harness.run_for(60)
    assert harness.ledger.read("r1") is None
    assert harness.posts() == []
    (told,) = harness.sent("planned")
    assert told["plan"]["allowed"]
    row = harness.driver.client.get(names.plan_instance_id("m3"))
    assert row is not None
