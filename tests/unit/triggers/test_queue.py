"""Requests by the queue: accepted, planned or answered by an event that carries all of them."""

from collections.abc import Iterator

import pytest

from restore.messages import names
from tests.end_to_end.stage import request_for
from tests.fakes.front_door import FrontDoor
from tests.fakes.laboratory import Laboratory

FIELDS = request_for("RestoreDisks", "r1")


@pytest.fixture
def laboratory() -> Iterator[Laboratory]:
    with Laboratory().open() as world:
        yield world


@pytest.fixture
def door(laboratory: Laboratory) -> FrontDoor:
    return FrontDoor(laboratory)


def test_a_message_is_a_restore_and_delivered_twice_is_one(
    laboratory: Laboratory, door: FrontDoor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "triggers.queue")
    door.drop(FIELDS)
    door.drop(FIELDS)
    laboratory.run_for(3600)
    assert laboratory.verdict("r1").verdict == "Completed"
    assert len(laboratory.posts()) == 1
    assert door.show("r1").body["source"] == "queue"
    assert caplog.messages[:2] == ["Accepted restore r1", "Known restore r1"]


def test_a_message_without_an_id_has_the_messages(laboratory: Laboratory, door: FrontDoor) -> None:
    door.drop({name: value for name, value in FIELDS.items() if name != "requestId"}, "m7")
    assert laboratory.ledger.read("m7") is not None


def test_what_cannot_be_read_is_answered_by_an_event_that_carries_it(
    laboratory: Laboratory, door: FrontDoor
) -> None:
    door.take(b"{nonsense", "m1")
    (told,) = laboratory.sent("rejected")
    assert told["messageId"] == "m1"
    assert "nonsense" in str(told)
    assert laboratory.ledger.read("m1") is None


def test_a_used_id_for_another_request_is_rejected_and_named(
    laboratory: Laboratory, door: FrontDoor
) -> None:
    door.drop(FIELDS)
    door.drop(FIELDS | {"deadline": "PT2H"}, "m2")
    (told,) = laboratory.sent("rejected")
    assert (told["requestId"], told["messageId"]) == ("r1", "m2")
    assert told["problems"][0]["path"] == "$.requestId"
    assert "RequestIdReused" in str(told)


def test_a_request_for_a_plan_is_no_restore(laboratory: Laboratory, door: FrontDoor) -> None:
    door.drop(FIELDS | {"planOnly": True}, "m3")
    laboratory.run_for(60)
    assert laboratory.ledger.read("r1") is None
    assert laboratory.posts() == []
    (told,) = laboratory.sent("planned")
    assert told["plan"]["allowed"]
    row = laboratory.driver.client.get(names.plan_instance_id("m3"))
    assert row is not None
