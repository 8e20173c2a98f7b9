"""Slots for restores at once: never more taken than there are, first come first served, and none
stays taken, or waited for, because somebody died."""

from datetime import UTC, datetime, timedelta

import pytest

from restore.messages.errors import ServiceUnavailable
from storage import concurrency_slots
from tests.fakes.storage import MemoryDocuments

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LEASE = timedelta(hours=24)
LINE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


def look(
    documents: MemoryDocuments, request_id: str, limit: int = 2, later: timedelta = timedelta()
) -> concurrency_slots.SlotAttempt:
    return concurrency_slots.take(documents, request_id, limit, NOW + later, NOW + later + LEASE)


def take(
    documents: MemoryDocuments, request_id: str, limit: int = 2, later: timedelta = timedelta()
) -> bool:
    return look(documents, request_id, limit, later).is_ours


def test_so_many_have_a_slot_and_keep_it(documents: MemoryDocuments) -> None:
    assert take(documents, "a")
    assert take(documents, "b")
    assert not take(documents, "c")
    assert take(documents, "a")


def test_a_slot_that_is_released_is_for_who_came_first(documents: MemoryDocuments) -> None:
    for each in "abcd":
        take(documents, each)
    assert look(documents, "d").ahead == 1
    concurrency_slots.release(documents, "a", NOW)
    assert not take(documents, "d")
    assert not take(documents, "e")
    assert take(documents, "c")
    concurrency_slots.release(documents, "b", NOW)
    assert take(documents, "d")


def test_who_waits_reads_one_document_and_writes_none(documents: MemoryDocuments) -> None:
    for each in "abc":
        take(documents, each)
    concurrency_slots.release(documents, "a", NOW)
    take(documents, "d")
    seen: list[str] = []
    documents.before_read = documents.before_write = seen.append
    assert not take(documents, "d", later=SECOND)
    assert seen == ["slots/restores"]


def test_releasing_what_is_not_held_writes_nothing(documents: MemoryDocuments) -> None:
    take(documents, "a")
    documents.before_write = lambda name: pytest.fail("written")
    concurrency_slots.release(documents, "b", NOW)
    concurrency_slots.renew(documents, "b", NOW)


def test_who_gives_up_waiting_gives_its_place_in_the_line_away(documents: MemoryDocuments) -> None:
    for each in "abc":
        take(documents, each, limit=1)
    concurrency_slots.release(documents, "b", NOW)
    concurrency_slots.release(documents, "a", NOW)
    assert take(documents, "c", limit=1)


def test_who_died_in_the_line_keeps_a_slot_from_others_for_a_bounded_time(
    documents: MemoryDocuments,
) -> None:
    for each in ("a", "dead", "c", "d"):
        take(documents, each, limit=1)
    concurrency_slots.release(documents, "a", NOW)
    assert not take(documents, "c", 1, LINE)
    assert take(documents, "c", 1, LINE + SECOND)
    concurrency_slots.release(documents, "c", NOW + LINE)
    assert take(documents, "d", 1, LINE)
    assert not take(documents, "dead", 1, LINE)


def test_a_slot_that_more_slots_make_free_is_waited_for_no_longer(
    documents: MemoryDocuments,
) -> None:
    for each in ("a", "dead", "c"):
        take(documents, each, limit=1)
    assert not take(documents, "c", 2, LEASE)
    assert take(documents, "c", 2, LEASE + LINE + SECOND)


def test_fewer_slots_than_before_are_too_few_for_a_new_one(documents: MemoryDocuments) -> None:
    take(documents, "a", limit=3)
    take(documents, "b", limit=3)
    take(documents, "c", limit=3)
    concurrency_slots.release(documents, "a", NOW)
    assert not take(documents, "d", limit=2)


def test_a_lease_that_has_run_out_is_told_and_the_slot_still_held(
    documents: MemoryDocuments,
) -> None:
    take(documents, "a", limit=1)
    assert look(documents, "b", 1, LEASE - SECOND).overdue == ()
    late = look(documents, "b", 1, LEASE)
    assert (late.is_ours, late.overdue) == (False, ("a",))
    assert concurrency_slots.overdue(documents, NOW + LEASE) == ("a",)
    assert concurrency_slots.overdue(documents, NOW + 2 * LEASE) == ("a",)
    concurrency_slots.renew(documents, "a", NOW + LEASE + SECOND)
    assert concurrency_slots.overdue(documents, NOW + LEASE) == ()


@pytest.mark.parametrize(
    ("later", "until"),
    [
        (LEASE / 2 - SECOND, LEASE),
        (LEASE / 2, LEASE / 2 + LEASE),
        (2 * LEASE, 3 * LEASE),
    ],
)
def test_whoever_asks_again_has_its_lease_renewed_when_half_of_it_is_over(
    documents: MemoryDocuments, later: timedelta, until: timedelta
) -> None:
    take(documents, "a", limit=1)
    assert take(documents, "a", limit=1, later=later)
    assert kept(documents).holders == {"a": NOW + until}


def test_where_nobody_has_ever_asked_for_a_slot_none_is_overdue(
    documents: MemoryDocuments,
) -> None:
    assert concurrency_slots.overdue(documents, NOW) == ()


def test_of_two_that_race_for_the_last_slot_one_has_it(documents: MemoryDocuments) -> None:
    def other_first(name: str) -> None:
        documents.before_write = lambda name: None
        assert take(documents, "b", limit=1)

    documents.before_write = other_first
    assert not take(documents, "a", limit=1)


def test_who_loses_every_race_is_told_to_come_again(documents: MemoryDocuments) -> None:
    take(documents, "b", limit=9)
    documents.before_write = documents.touch
    with pytest.raises(ServiceUnavailable, match="Contended"):
        take(documents, "a", limit=9)
    documents.before_write = lambda name: None
    assert take(documents, "a", limit=9)


def test_what_a_newer_build_keeps_of_slots_outlives_a_rewrite(documents: MemoryDocuments) -> None:
    take(documents, "a", limit=9)
    found = documents.read("slots/restores")
    assert found is not None
    documents.put("slots/restores", found.document | {"newer": 1})
    take(documents, "b", limit=9)
    found = documents.read("slots/restores")
    assert found is not None
    assert (found.document["newer"], set(found.document["holders"])) == (1, {"a", "b"})


def kept(documents: MemoryDocuments) -> concurrency_slots.ConcurrencySlots:
    found = documents.read(concurrency_slots._NAME)
    assert found is not None
    return concurrency_slots.ConcurrencySlots.from_json(found.document)


def test_it_is_noted_since_when_a_slot_is_free(documents: MemoryDocuments) -> None:
    assert take(documents, "a", 3)
    assert kept(documents).free_since == NOW
    assert take(documents, "b", 3, SECOND)
    assert kept(documents).free_since == NOW + SECOND
    assert take(documents, "c", 3, 2 * SECOND)
    assert kept(documents).free_since is None
    assert not take(documents, "d", 3, 3 * SECOND)
    assert kept(documents).free_since is None
    concurrency_slots.release(documents, "a", NOW + 4 * SECOND)
    assert kept(documents).free_since == NOW + 4 * SECOND
    concurrency_slots.release(documents, "b", NOW + 5 * SECOND)
    assert kept(documents).free_since == NOW + 4 * SECOND
    assert not take(documents, "e", 2, 6 * SECOND)
    assert kept(documents).free_since == NOW + 4 * SECOND


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_slots_than_are_held_leave_none_free_however_long_ago(
    documents: MemoryDocuments, limit: int
) -> None:
    for each in "abc":
        take(documents, each, 3)
    concurrency_slots.release(documents, "a", NOW)
    assert not take(documents, "d", limit, 2 * LINE)
    assert kept(documents).free_since is None


def test_one_that_leaves_the_line_leaves_the_others_where_they_are(
    documents: MemoryDocuments,
) -> None:
    for each in ("a", "b", "m", "d", "z"):
        take(documents, each)
    concurrency_slots.release(documents, "m", NOW)
    assert kept(documents).waiters == ("d", "z")
    assert kept(documents).free_since is None
    assert look(documents, "z").ahead == 1


def test_only_a_slot_that_is_held_is_renewed(documents: MemoryDocuments) -> None:
    take(documents, "a", 1)
    take(documents, "b", 1)
    concurrency_slots.renew(documents, "a", NOW + 2 * LEASE)
    concurrency_slots.renew(documents, "b", NOW + 2 * LEASE)
    assert kept(documents).holders == {"a": NOW + 2 * LEASE}


@pytest.mark.parametrize(
    ("limit", "later", "taker", "left"),
    [
        (1, LINE + SECOND, "x", ("y", "z", "d")),
        (1, LINE + SECOND, "y", ("z", "d")),
        (1, LINE + SECOND, "z", ("d",)),
        (2, timedelta(), "y", ("x", "z", "d")),
        (3, timedelta(), "z", ("x", "y", "d")),
    ],
)
def test_whoever_passes_others_over_leaves_those_behind_where_they_are(
    documents: MemoryDocuments, limit: int, later: timedelta, taker: str, left: tuple[str, ...]
) -> None:
    """Those before it stay only where there is a slot for each of them."""
    for each in ("a", "x", "y", "z", "d"):
        take(documents, each, 1)
    concurrency_slots.release(documents, "a", NOW)
    assert take(documents, taker, limit, later)
    assert kept(documents).waiters == left


def test_whose_slot_is_released_is_none_of_the_others(documents: MemoryDocuments) -> None:
    for each in ("a", "m", "z"):
        take(documents, each, 3)
    concurrency_slots.release(documents, "m", NOW)
    assert set(kept(documents).holders) == {"a", "z"}


def test_whoever_has_a_slot_waits_behind_nobody(documents: MemoryDocuments) -> None:
    assert look(documents, "a") == (True, 0, ())
