"""Turns on a protected item: two of our POSTs for one item are never out at once."""

from datetime import UTC, datetime, timedelta

import pytest

from restore.ledger import Intent, LedgerEntry
from storage import turns
from storage.documents import Changed
from storage.ledger import Held, Ledger
from tests.fakes.storage import MemoryDocuments

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ITEM = "/vaults/v/items/VM;a"


def ledger_with(*request_ids: str) -> Ledger:
    ledger = Ledger(MemoryDocuments())
    for request_id in request_ids:
        ledger.accept(
            LedgerEntry(
                request_id=request_id,
                request_hash=request_id,
                request={},
                source="queue",
                accepted_at=NOW,
            )
        )
    return ledger


def intent(at: datetime = NOW, attempt: int = 1) -> Intent:
    return Intent(
        item_id=ITEM,
        container_name="c",
        recovery_point="1",
        vault_time=at,
        known_jobs=(),
        attempt=attempt,
    )


def intend(ledger: Ledger, request_id: str, at: datetime = NOW) -> None:
    held = ledger.read(request_id)
    assert held is not None
    ledger.intend(held, intent(at))


def take(ledger: Ledger, request_id: str, later: timedelta = timedelta()) -> turns.Taking:
    return turns.take(ledger, ITEM, request_id, NOW + later)


def test_the_first_to_come_has_the_turn_and_keeps_it() -> None:
    ledger = ledger_with("a", "b")
    assert take(ledger, "a").is_ours
    assert take(ledger, "a").is_ours
    assert not take(ledger, "b").is_ours


def test_a_turn_is_held_while_the_holder_has_a_post_out_whose_job_is_unknown() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a")
    assert not take(ledger, "b").is_ours
    ledger.started("a", operation_id="op")
    assert not take(ledger, "b").is_ours


def test_the_next_has_the_turn_once_the_holders_job_is_known_and_learns_whose_it_is() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a")
    ledger.started("a", job_id="job-of-a")
    taken = turns.Taking(is_ours=True, claimed=("job-of-a",), begun={"job-of-a": NOW})
    assert take(ledger, "b") == taken
    assert take(ledger, "b") == taken
    assert turns.claimed(ledger, ITEM) == ("job-of-a",)


def test_when_a_job_was_begun_is_remembered_for_a_day() -> None:
    ledger = ledger_with("a", "b", "c")
    take(ledger, "a")
    intend(ledger, "a")
    ledger.started("a", job_id="job-of-a")
    take(ledger, "b", timedelta(hours=23))
    ledger.cancel("b")
    taken = take(ledger, "c", timedelta(hours=24))
    assert (taken.claimed, taken.begun) == (("job-of-a",), {})


def test_the_jobs_of_the_latest_holders_are_remembered() -> None:
    ids = [f"r{number}" for number in range(203)]
    ledger = ledger_with(*ids)
    for request_id in ids[:-1]:
        take(ledger, request_id)
        intend(ledger, request_id)
        ledger.started(request_id, job_id=f"job-of-{request_id}")
    taken = take(ledger, ids[-1])
    assert taken.claimed == tuple(f"job-of-{each}" for each in ids[2:-1])
    assert set(taken.begun) == set(taken.claimed)


def test_a_cancelled_holder_gives_way() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    ledger.cancel("a")
    assert take(ledger, "b").is_ours


def test_a_holder_that_vanished_gives_way_after_a_bounded_time() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a")
    almost = timedelta(seconds=turns.TURN_S_MAX - 1)
    assert not take(ledger, "b", almost).is_ours
    assert take(ledger, "b", almost + timedelta(seconds=2)).is_ours


LOST = timedelta(seconds=turns.TURN_S_MAX + 1)


def cleared(ledger: Ledger, request_id: str) -> Held:
    held = ledger.read(request_id)
    assert held is not None
    return held


def test_a_holder_that_sleeps_longer_than_its_turn_may_not_send_any_more() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    clearance = cleared(ledger, "a")
    assert take(ledger, "b", LOST).is_ours
    with pytest.raises(Changed):
        ledger.intend(clearance, intent())


def test_a_holder_that_sleeps_before_it_sends_a_lost_post_again_may_not_send_any_more() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a")
    clearance = cleared(ledger, "a")
    assert take(ledger, "b", LOST).is_ours
    with pytest.raises(Changed):
        ledger.intend(clearance, intent(attempt=2))


def test_a_holder_that_has_sent_loses_its_turn_and_nothing_else() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a")
    ledger.started("a", operation_id="op")
    version = cleared(ledger, "a").version
    assert take(ledger, "b", LOST).is_ours
    assert cleared(ledger, "a").version == version


def test_a_holder_that_sent_late_keeps_its_turn_from_then_on() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a", at=NOW + timedelta(seconds=turns.TURN_S_MAX - 1))
    assert not take(ledger, "b", LOST).is_ours
    assert take(ledger, "b", 2 * LOST).is_ours


def test_a_holder_that_asks_again_late_keeps_its_turn_from_then_on() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a")
    assert take(ledger, "a", LOST - timedelta(seconds=2)).is_ours
    assert not take(ledger, "b", LOST).is_ours


def test_a_holder_that_is_fenced_while_it_sends_keeps_its_turn() -> None:
    """Of the fence and the intent one comes first; the other one's writer must look again."""
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)

    def sends_first(name: str) -> None:
        documents.before_write = lambda name: None
        intend(ledger, "a", at=NOW + LOST)

    documents.before_write = sends_first
    assert not take(ledger, "b", LOST).is_ours
    assert take(ledger, "a", LOST).is_ours


def test_a_turn_whose_holder_was_never_accepted_is_free() -> None:
    ledger = ledger_with("b")
    take(ledger, "a")
    assert take(ledger, "b").is_ours


def test_turns_on_different_items_do_not_meet() -> None:
    ledger = ledger_with("a", "b")
    assert take(ledger, "a").is_ours
    assert turns.take(ledger, ITEM + "2", "b", NOW).is_ours


def test_those_who_wait_are_told_how_long_by_their_place_in_the_line() -> None:
    ledger = ledger_with("a", "b", "c")
    take(ledger, "a")
    waits = [take(ledger, each, timedelta(seconds=n)).wait_s for n, each in enumerate("bcb", 1)]
    assert waits == [turns.SLOT_S, 2 * turns.SLOT_S, turns.SLOT_S]


def test_who_had_the_turn_or_came_no_more_stands_in_line_no_longer() -> None:
    ledger = ledger_with("a", "b", "c", "d", "e")
    take(ledger, "a")
    take(ledger, "b", timedelta(seconds=1))
    take(ledger, "c", timedelta(seconds=2))
    ledger.cancel("a")
    assert take(ledger, "c", timedelta(seconds=3)).is_ours
    intend(ledger, "c", at=NOW + LOST)
    assert take(ledger, "d", timedelta(seconds=4)).wait_s == 2 * turns.SLOT_S  # only b is ahead
    later = LOST + timedelta(seconds=4)
    assert take(ledger, "e", later).wait_s == turns.SLOT_S  # neither b nor d has come for long


def test_nobody_in_the_line_can_block_a_free_turn() -> None:
    ledger = ledger_with("a", "b", "c")
    take(ledger, "a")
    take(ledger, "b")
    ledger.cancel("a")
    assert take(ledger, "c").is_ours


def test_of_two_that_take_a_free_turn_at_once_one_has_it() -> None:
    documents = MemoryDocuments()
    ledger = ledger_with("a", "b")
    ledger.documents = documents
    won: list[bool] = []

    def other_first(name: str) -> None:
        documents.before_write = lambda name: None
        won.append(take(ledger, "b").is_ours)

    documents.before_write = other_first
    won.append(take(ledger, "a").is_ours)
    assert won == [True, False]


def test_a_turn_that_is_held_long_is_asked_for_less_often() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a")
    intend(ledger, "a")
    assert take(ledger, "b").wait_s == turns.SLOT_S
    assert take(ledger, "b", timedelta(seconds=200)).wait_s == 100
