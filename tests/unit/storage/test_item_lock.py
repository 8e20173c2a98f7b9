"""Turns on a protected item: two of our POSTs for one item are never out at once."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.model import Verdict
from storage import item_lock
from storage.documents import Changed
from storage.ledger import Held, Ledger
from tests.fakes.storage import MemoryDocuments

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ITEM = "/vaults/v/items/VM;a"
WINDOW = timedelta(seconds=200)
SECOND = timedelta(seconds=1)
TURN = timedelta(minutes=2)


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


def read(ledger: Ledger, request_id: str) -> Held:
    held = ledger.read(request_id)
    assert held is not None
    return held


def intended(at: datetime = NOW) -> Intent:
    return Intent(
        item_id=ITEM,
        container_name="c",
        recovery_point="1",
        vault_time=at,
        written_at=at,
        window_s=WINDOW.total_seconds(),
        known_jobs=(),
    )


def intend(ledger: Ledger, request_id: str, at: datetime = NOW) -> Held:
    return ledger.intend(read(ledger, request_id), intended(at))


def acquire(
    ledger: Ledger, request_id: str, later: timedelta = timedelta()
) -> item_lock.LockAttempt:
    return item_lock.acquire(ledger, ITEM, read(ledger, request_id), NOW + later)


def finish(ledger: Ledger, request_id: str) -> None:
    done = Verdict(verdict="DeadlinePassed", succeeded=False, text="It took too long.")
    ledger.finish(request_id, lambda _: done, NOW)


def test_the_first_to_come_has_the_turn_and_keeps_it() -> None:
    ledger = ledger_with("a", "b")
    assert acquire(ledger, "a").is_ours
    assert acquire(ledger, "a").is_ours
    assert not acquire(ledger, "b").is_ours


@pytest.mark.parametrize("after", [timedelta(), SECOND])
@pytest.mark.parametrize("how_far", ["intended", "started", "finished"])
def test_a_turn_is_held_while_a_job_may_begin_that_nobody_knows(
    how_far: str, after: timedelta
) -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    intend(ledger, "a")
    if how_far != "intended":
        ledger.started("a", operation_id="op")
    if how_far == "finished":
        finish(ledger, "a")
    assert not acquire(ledger, "b", WINDOW - SECOND).is_ours
    assert acquire(ledger, "b", WINDOW + after).is_ours


def test_a_holder_that_waits_within_its_window_keeps_the_turn_without_a_write() -> None:
    ledger = ledger_with("a")
    acquire(ledger, "a")
    intend(ledger, "a")
    assert isinstance(ledger.documents, MemoryDocuments)
    ledger.documents.before_write = lambda name: pytest.fail("written")
    assert acquire(ledger, "a", WINDOW - SECOND).is_ours


def test_the_next_has_the_turn_once_the_holders_job_is_known_and_learns_whose_it_is() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    intend(ledger, "a")
    ledger.started("a", job_id="job-of-a")
    taken = item_lock.LockAttempt(is_ours=True, claimed=("job-of-a",), begun={"job-of-a": NOW})
    assert acquire(ledger, "b") == taken
    assert acquire(ledger, "b") == taken
    assert item_lock.claimed(ledger, ITEM) == ("job-of-a",)


@pytest.mark.parametrize(
    ("later", "is_remembered"),
    [
        (timedelta(days=1) - SECOND, True),
        (timedelta(days=1), False),
        (timedelta(days=1) + SECOND, False),
    ],
)
def test_when_a_job_was_begun_is_remembered_for_a_day(
    later: timedelta, is_remembered: bool
) -> None:
    ledger = ledger_with("a", "b", "c")
    acquire(ledger, "a")
    intend(ledger, "a")
    ledger.started("a", job_id="job-of-a")
    acquire(ledger, "b", timedelta(hours=1))
    ledger.cancel("b")
    taken = acquire(ledger, "c", later)
    begun = {"job-of-a": NOW} if is_remembered else {}
    assert (taken.claimed, taken.begun) == (("job-of-a",), begun)


def test_a_job_began_when_it_was_sent_by_the_vaults_clock_or_else_with_the_lock() -> None:
    ledger = ledger_with("a", "b", "c")
    acquire(ledger, "a")
    intend(ledger, "a", NOW + SECOND)
    ledger.started("a", job_id="job-of-a")
    acquire(ledger, "b", 2 * SECOND)
    ledger.update("b", lambda entry: replace(entry, state=LedgerState.STARTED, job_id="job-of-b"))
    begun = {"job-of-a": NOW + SECOND, "job-of-b": NOW + 2 * SECOND}
    assert acquire(ledger, "c", 3 * SECOND).begun == begun


def test_the_jobs_of_the_latest_holders_are_remembered() -> None:
    ids = [f"r{number}" for number in range(203)]
    ledger = ledger_with(*ids)
    for request_id in ids[:-1]:
        acquire(ledger, request_id)
        intend(ledger, request_id)
        ledger.started(request_id, job_id=f"job-of-{request_id}")
    taken = acquire(ledger, ids[-1])
    assert taken.claimed == tuple(f"job-of-{each}" for each in ids[2:-1])
    assert set(taken.begun) == set(taken.claimed)


def test_a_turn_whose_holder_was_never_accepted_is_free() -> None:
    ledger = ledger_with("b")
    stranger = read(ledger_with("a"), "a")
    item_lock.acquire(ledger, ITEM, stranger, NOW)
    assert acquire(ledger, "b").is_ours


def test_a_cancelled_holder_gives_way() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    ledger.cancel("a")
    assert acquire(ledger, "b").is_ours


def test_a_holder_that_azure_refused_gives_way_at_once_and_must_ask_again() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    ledger.withdraw(intend(ledger, "a"))
    before = read(ledger, "a")
    assert acquire(ledger, "b").is_ours
    assert read(ledger, "a") == before
    assert not acquire(ledger, "a").is_ours


def test_a_holder_that_azure_refused_takes_its_turn_anew() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    ledger.withdraw(intend(ledger, "a"))
    assert acquire(ledger, "a").is_ours
    assert not acquire(ledger, "b").is_ours


def test_a_holder_that_never_comes_to_its_intent_gives_way_after_a_bounded_time() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    assert not acquire(ledger, "b", TURN - SECOND).is_ours
    assert acquire(ledger, "b", TURN).is_ours


@pytest.mark.parametrize(("holder", "other"), [("a", "b"), ("b", "a")])
def test_a_holder_that_sleeps_until_its_turn_is_taken_cannot_send_any_more(
    holder: str, other: str
) -> None:
    ledger = ledger_with("a", "b")
    cleared = read(ledger, holder)
    acquire(ledger, holder)
    assert acquire(ledger, other, TURN).is_ours
    with pytest.raises(Changed):
        ledger.intend(cleared, intended(NOW + TURN))
    assert not acquire(ledger, holder, TURN).is_ours


def test_a_holder_that_is_late_takes_its_turn_anew_and_may_still_send() -> None:
    ledger = ledger_with("a")
    acquire(ledger, "a")
    before = read(ledger, "a")
    assert acquire(ledger, "a", TURN + SECOND).is_ours
    assert read(ledger, "a") == before
    assert ledger.intend(before, intended(NOW + TURN)).entry.state is LedgerState.INTENDED


def test_a_holder_that_asks_again_costs_one_look() -> None:
    ledger = ledger_with("a")
    acquire(ledger, "a")
    held = read(ledger, "a")
    assert isinstance(ledger.documents, MemoryDocuments)
    calls = ledger.documents.count_calls()
    item_lock.acquire(ledger, ITEM, held, NOW)
    assert len(calls) == 1


def test_versions_have_no_order_by_which_one_that_is_written_anew_could_stay() -> None:
    ledger = ledger_with("a", "b")
    assert isinstance(ledger.documents, MemoryDocuments)
    while read(ledger, "a").version != "9":
        ledger.documents.touch("restores/a")
    acquire(ledger, "a")
    assert ledger.withdraw(intend(ledger, "a")).version < "9"
    assert acquire(ledger, "b").is_ours


def test_a_holder_that_sleeps_after_its_window_cannot_send_a_second_time() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    settled = intend(ledger, "a")
    assert acquire(ledger, "b", WINDOW).is_ours
    with pytest.raises(Changed):
        ledger.withdraw(settled)


def test_of_a_holder_back_after_its_window_and_another_only_one_has_the_turn() -> None:
    """The other one has made void what the holder could send, and is about to take the turn; the
    holder comes, as it is now, before that."""
    ledger = ledger_with("a", "b")
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)
    acquire(ledger, "a")
    intend(ledger, "a")
    won: list[bool] = []

    def holder_first(name: str) -> None:
        if name.startswith("items/"):
            documents.before_write = lambda name: None
            won.append(acquire(ledger, "a", WINDOW).is_ours)

    documents.before_write = holder_first
    won.append(acquire(ledger, "b", WINDOW).is_ours)
    assert won == [True, False]


def test_a_holder_that_wrote_its_intent_meanwhile_keeps_the_turn() -> None:
    ledger = ledger_with("a", "b")
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)
    acquire(ledger, "a")

    def intent_first(name: str) -> None:
        documents.before_write = lambda name: None
        intend(ledger, "a", NOW + TURN)

    documents.before_write = intent_first
    assert not acquire(ledger, "b", TURN).is_ours
    assert not acquire(ledger, "b", TURN).is_ours
    assert read(ledger, "a").entry.state is LedgerState.INTENDED


def test_a_holder_that_is_over_is_left_as_it_is() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    intend(ledger, "a")
    finish(ledger, "a")
    before = read(ledger, "a")
    assert acquire(ledger, "b", WINDOW).is_ours
    assert read(ledger, "a") == before


def test_turns_on_different_items_do_not_meet() -> None:
    ledger = ledger_with("a", "b")
    assert acquire(ledger, "a").is_ours
    assert item_lock.acquire(ledger, ITEM + "2", read(ledger, "b"), NOW).is_ours


def test_of_two_that_take_a_free_turn_at_once_one_has_it() -> None:
    ledger = ledger_with("a", "b")
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)
    won: list[bool] = []

    def other_first(name: str) -> None:
        documents.before_write = lambda name: None
        won.append(acquire(ledger, "b").is_ours)

    documents.before_write = other_first
    won.append(acquire(ledger, "a").is_ours)
    assert won == [True, False]


def test_a_turn_that_is_held_long_is_asked_for_less_often_but_at_its_end() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    intend(ledger, "a")
    waits = [
        acquire(ledger, "b", timedelta(seconds=held_s)).wait_s for held_s in (0, 100, 180, 199)
    ]
    assert waits == [7, 50, 20, 7]


def test_what_a_newer_build_keeps_of_turns_outlives_a_rewrite() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    (line,) = ledger.documents.page("items/", 10, None).lines
    name = line.name
    found = ledger.documents.read(name)
    assert found is not None
    ledger.documents.put(name, found.document | {"newer": 1})
    finish(ledger, "a")
    assert acquire(ledger, "b").is_ours
    found = ledger.documents.read(name)
    assert found is not None
    assert (found.document["newer"], found.document["holder"]) == (1, "b")
