"""Places for restores at once: never more taken than there are, and none stays taken for ever."""

from datetime import UTC, datetime, timedelta

from restore.contracts import Verdict
from restore.ledger import LedgerEntry
from storage import slots
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DONE = Verdict(verdict="Completed", succeeded=True, text="It is done.")


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


def take(ledger: Ledger, request_id: str, places: int = 2, later: timedelta = timedelta()) -> bool:
    return slots.take(ledger, request_id, places, NOW + later).is_ours


def test_so_many_have_a_place_and_keep_it() -> None:
    ledger = ledger_with("a", "b", "c")
    assert take(ledger, "a")
    assert take(ledger, "b")
    assert not take(ledger, "c")
    assert take(ledger, "a")


def test_a_place_is_free_when_its_holder_is_over_or_was_cancelled() -> None:
    ledger = ledger_with("a", "b", "c", "d")
    take(ledger, "a")
    take(ledger, "b")
    ledger.finish("a", DONE, NOW)
    assert take(ledger, "c")
    assert not take(ledger, "d")
    ledger.cancel("b")
    assert take(ledger, "d")


def test_a_holder_that_nobody_knows_holds_nothing() -> None:
    ledger = ledger_with("a")
    take(ledger, "ghost", places=1)
    assert take(ledger, "a", places=1)


def test_a_holder_that_nobody_follows_loses_its_place_after_a_bounded_time() -> None:
    ledger = ledger_with("a", "b")
    take(ledger, "a", places=1)
    assert not take(ledger, "b", 1, slots.HELD_MAX - timedelta(seconds=1))
    assert take(ledger, "b", 1, slots.HELD_MAX)


def test_fewer_places_than_before_are_too_few_for_a_new_one() -> None:
    ledger = ledger_with("a", "b", "c")
    take(ledger, "a")
    take(ledger, "b")
    ledger.finish("a", DONE, NOW)
    assert not take(ledger, "c", places=1)


def test_of_two_that_race_for_the_last_place_one_has_it() -> None:
    ledger = ledger_with("a", "b")
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)

    def other_first(name: str) -> None:
        documents.before_write = lambda name: None
        assert take(ledger, "b", places=1)

    documents.before_write = other_first
    assert not take(ledger, "a", places=1)


def test_who_loses_every_race_is_not_told_that_all_places_are_taken() -> None:
    ledger = ledger_with("a", "b")
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)
    take(ledger, "b", places=9)
    documents.before_write = documents.touch
    slot = slots.take(ledger, "a", 9, NOW)
    assert (slot.is_ours, slot.is_full) == (False, False)
    documents.before_write = lambda name: None
    assert take(ledger, "a", places=9)
