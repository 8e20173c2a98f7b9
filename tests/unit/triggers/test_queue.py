"""Requests by the queue: accepted, planned or answered by an event that carries all of them."""

import pytest

from restore.messages import names
from restore.settings import Settings
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from tests.fakes.log import lines, listen

FIELDS = request_for("RestoreDisks", "r1")


def test_a_message_is_a_restore_and_delivered_twice_is_one(
    harness: AppHarness, door: FrontDoor, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    door.drop(FIELDS)
    door.drop(FIELDS)
    harness.run_for(3600)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1
    assert door.show("r1").body["source"] == "queue"
    first, second = lines(caplog, "accepted")
    assert (first["requestId"], first["isNew"], second["isNew"]) == ("r1", True, False)
    assert (first["vm"], first["source"]) == (FIELDS["sourceResourceId"], "queue")


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


UNNAMED = {name: value for name, value in FIELDS.items() if name != "requestId"}


def test_equal_messages_without_an_id_are_one_restore_and_each_is_told_so(
    harness: AppHarness, door: FrontDoor
) -> None:
    for number in range(5):
        door.drop(UNNAMED, f"m{number}")
        harness.run_for(60)
    harness.run_for(3600)
    assert len(harness.posts()) == 1
    told = harness.sent("duplicate")
    assert [each["messageId"] for each in told] == ["m1", "m2", "m3", "m4"]
    assert {each["requestId"] for each in told} == {"m0"}
    assert "is the same restore: 'm0'" in told[0]["text"]
    assert door.show("m0").body["duplicates"] == ["m1", "m2", "m3", "m4"]
    assert door.show("m1").status == 404


def test_after_the_window_an_equal_message_is_another_restore(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.drop(UNNAMED, "m0")
    harness.run_for(601)
    door.drop(UNNAMED, "m1")
    harness.run_for(3600)
    assert len(harness.posts()) == 2
    assert harness.sent("duplicate") == []
    assert "duplicates" not in door.show("m1").body


def accepted(harness: AppHarness) -> set[str]:
    return {line.name.partition("/")[2] for line in harness.ledger.page(99, None).lines}


@pytest.mark.parametrize(("window_s", "restores"), [(32, 1), (30, 2), (0, 2)])
def test_the_window_is_a_setting_and_zero_is_none(
    harness: AppHarness, window_s: int, restores: int
) -> None:
    door = FrontDoor(harness, Settings(restore_duplicate_window_s=window_s))
    for number in range(2):
        door.drop(UNNAMED, f"m{number}")
        harness.run_for(31)
    assert len(accepted(harness)) == restores


def test_messages_that_differ_or_have_an_id_are_restores_of_their_own(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.drop(UNNAMED, "m0")
    door.drop(UNNAMED | {"deadline": "PT2H"}, "m1")
    door.drop(FIELDS, "m2")
    door.drop(UNNAMED | {"planOnly": True}, "m3")
    door.drop(FIELDS | {"requestId": "a1"}, "m4")
    harness.run_for(60)
    assert accepted(harness) == {"m0", "m1", "r1", "a1"}


def test_a_message_whose_first_died_on_the_way_starts_its_restore(
    harness: AppHarness, door: FrontDoor
) -> None:
    def die(name: str) -> None:
        if name.startswith("open/"):
            raise SystemExit

    harness.documents.before_write = die
    with pytest.raises(SystemExit):
        door.drop(UNNAMED, "m0")
    harness.documents.before_write = lambda name: None
    door.drop(UNNAMED, "m1")
    door.drop(UNNAMED, "m0")
    harness.run_for(3600)
    assert harness.verdict("m0").verdict == "Completed"
    assert len(harness.posts()) == 1
    assert [each["messageId"] for each in harness.sent("duplicate")] == ["m1"]


def test_which_of_two_ids_sorts_first_does_not_matter(harness: AppHarness, door: FrontDoor) -> None:
    door.drop(UNNAMED, "m5")
    door.drop(UNNAMED, "m1")
    (told,) = harness.sent("duplicate")
    assert (told["messageId"], told["requestId"]) == ("m1", "m5")
