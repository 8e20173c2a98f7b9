"""A message is put back as the request that it was: never is there a second restore of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from restore.messages.rejection import ORIGINAL_BYTES_MAX
from restore.policy.rules import Policy, Rule
from restore.settings import Settings
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor

FIELDS = request_for("RestoreDisks", "r1")
UNNAMED = {name: value for name, value in FIELDS.items() if name != "requestId"}
DAY_S = 86_400


def text(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode()


def test_a_poisoned_message_is_put_back_and_restored_once(
    harness: AppHarness, door: FrontDoor
) -> None:
    kept = door.poison(text(FIELDS))
    first, second = door.put_back(kept), door.put_back(kept)
    harness.run_for(3600)
    assert (first.status, first.body["requestId"], first.body["isNew"]) == (202, "r1", True)
    assert (second.status, second.body["isNew"]) == (202, False)
    assert door.put_back(kept).status == 200
    assert len(harness.posts()) == 1
    assert first.body["source"] == "queue"


def test_who_put_it_back_is_shown_and_may_not_approve_it(
    harness: AppHarness, door: FrontDoor
) -> None:
    kept = door.poison(text(FIELDS))
    door.put_back(kept, who="ann@example.com")
    shown = door.rejection(kept).body["putBack"]
    assert (shown["requestId"], shown["by"]) == ("r1", "ann@example.com (id-of-ann@example.com)")
    held = harness.ledger.read("r1")
    assert held is not None
    assert held.entry.asked_by is not None
    assert held.entry.asked_by.name == "ann@example.com"


def test_one_without_an_id_that_was_never_accepted_has_the_messages(
    harness: AppHarness, door: FrontDoor
) -> None:
    kept = door.poison(text(UNNAMED), "p1")
    replies = [door.put_back(kept) for _ in range(2)]
    harness.run_for(DAY_S)
    replies.append(door.put_back(kept))
    assert [reply.body["requestId"] for reply in replies] == ["p1"] * 3
    assert len(harness.posts()) == 1


def test_one_that_was_accepted_before_it_was_poisoned_is_that_restore(
    harness: AppHarness, door: FrontDoor
) -> None:
    """Its starter wrote the ledger, and failed five times after that."""
    door.drop(UNNAMED, "m1")
    harness.run_for(300)
    kept = door.poison(text(UNNAMED), "p1")
    harness.run_for(5 * DAY_S)
    reply = door.put_back(kept)
    assert (reply.status, reply.body["requestId"], reply.body["isNew"]) == (200, "m1", False)
    assert len(harness.posts()) == 1


@pytest.mark.parametrize("way", ["queue", "http"])
def test_one_that_its_sender_has_sent_again_meanwhile_is_that_restore(
    harness: AppHarness, door: FrontDoor, way: str
) -> None:
    kept = door.poison(text(UNNAMED), "p1")
    harness.run_for(DAY_S)
    if way == "queue":
        door.drop(UNNAMED, "m2")
    else:
        door.ask(FIELDS | {"requestId": "m2"})
    harness.run_for(DAY_S)
    assert door.put_back(kept).body["requestId"] == "m2"
    assert len(harness.posts()) == 1


@pytest.mark.parametrize(
    ("later_s", "told"), [(7 * DAY_S, ("m1", False)), (7 * DAY_S + 1, ("p1", True))]
)
def test_an_equal_request_of_more_than_a_week_ago_is_another_wish(
    harness: AppHarness, door: FrontDoor, later_s: float, told: tuple[str, bool]
) -> None:
    """A queue keeps a message for a week: this may be it."""
    door.drop(UNNAMED, "m1")
    harness.run_for(later_s)
    reply = door.put_back(door.poison(text(UNNAMED), "p1"))
    assert (reply.body["requestId"], reply.body["isNew"]) == told


@pytest.mark.parametrize("request_id", ["a1", "z1"])
def test_one_with_an_id_keeps_it_whatever_its_message_is_called(
    door: FrontDoor, request_id: str
) -> None:
    reply = door.put_back(door.poison(text(FIELDS | {"requestId": request_id}), "p1"))
    assert (reply.body["requestId"], reply.body["isNew"]) == (request_id, True)


def test_two_equal_messages_that_were_poisoned_are_one_restore(
    harness: AppHarness, door: FrontDoor
) -> None:
    kept = [door.poison(text(UNNAMED), message_id) for message_id in ("p1", "p2")]
    replies = [door.put_back(each) for each in kept]
    harness.run_for(3600)
    assert [reply.body["requestId"] for reply in replies] == ["p1", "p1"]
    assert len(harness.posts()) == 1


def test_a_plan_is_made_again_and_nothing_restored(harness: AppHarness, door: FrontDoor) -> None:
    kept = door.poison(text(FIELDS | {"planOnly": True}), "p1")
    reply = door.put_back(kept)
    harness.run_for(600)
    assert (reply.status, reply.body["plan"]) == (202, "/plans/p1")
    assert len(harness.sent("planned")) == 1
    assert harness.posts() == []


def test_what_is_still_wrong_is_said_and_not_put_back(door: FrontDoor) -> None:
    kept = door.poison(b'{"recoveryType": "RestoreDisks"}')
    reply = door.put_back(kept)
    assert (reply.status, reply.body["code"]) == (400, "InvalidRequest")
    assert "$.sourceResourceId" in {problem["path"] for problem in reply.body["problems"]}
    assert "putBack" not in door.rejection(kept).body


def test_an_id_that_stands_for_another_request_is_not_taken_over(door: FrontDoor) -> None:
    door.drop(FIELDS | {"deadline": "PT2H"})
    kept = door.poison(text(FIELDS))
    reply = door.put_back(kept)
    assert (reply.status, reply.body["code"]) == (409, "RequestIdReused")
    assert "putBack" not in door.rejection(kept).body


def test_a_message_that_is_not_whole_is_not_put_back(door: FrontDoor) -> None:
    kept = door.poison(b" " * ORIGINAL_BYTES_MAX + text(FIELDS))
    reply = door.put_back(kept)
    assert (reply.status, reply.body["code"]) == (409, "OriginalCut")


def test_what_is_not_kept_cannot_be_put_back(door: FrontDoor) -> None:
    assert door.put_back("x").status == 404
    assert door.put_back("..").status == 404


def test_a_rejected_message_is_put_back_when_the_app_understands_it(
    harness: AppHarness, door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from restore.messages.errors import InvalidRequest
    from restore.request import parsing
    from restore.values.problem import Problem

    whole = parsing.parse_text

    def older(*_: object, **__: object) -> None:
        raise InvalidRequest([Problem(path="$.planHash", message="is not a known field")])

    monkeypatch.setattr(parsing, "parse_text", older)
    door.drop(UNNAMED, "m1")
    monkeypatch.setattr(parsing, "parse_text", whole)
    (name,) = [each for each in harness.documents.kept if each.startswith("rejections/")]
    reply = door.put_back(name.partition("/")[2])
    assert (reply.status, reply.body["requestId"]) == (202, "m1")


@pytest.fixture
def people_only() -> Iterator[AppHarness]:
    rule = Rule(
        name="people",
        recovery_types=("RestoreDisks",),
        sources=("*",),
        targets=("*",),
        asked_by=("http",),
    )
    with AppHarness(policy=Policy(rules=(rule,))).open() as world:
        yield world


def test_who_puts_back_by_http_gets_no_more_rights_than_the_queue(
    people_only: AppHarness,
) -> None:
    door = FrontDoor(people_only, Settings())
    door.put_back(door.poison(text(FIELDS)))
    people_only.run_for(600)
    assert people_only.verdict("r1").verdict == "Rejected"
    assert "this one came by queue" in people_only.verdict("r1").text
