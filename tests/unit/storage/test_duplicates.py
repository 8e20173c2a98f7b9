"""Of equal messages without a request id the first names the restore, whoever comes in between."""

from datetime import UTC, datetime, timedelta

import pytest

from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry
from storage import duplicates
from storage.documents import Changed
from storage.duplicates import Message, Same
from tests.fakes.storage import MemoryDocuments

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=10)


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


def named(documents: MemoryDocuments, message_id: str, minutes: float, same: str = "h") -> str:
    sent = Message(message_id, NOW + timedelta(minutes=minutes))
    return duplicates.request_id_of(documents, same, sent, WINDOW)


def also(documents: MemoryDocuments, request_id: str) -> tuple[str, ...]:
    entry = LedgerEntry(
        request_id=request_id, request_hash="h", request={}, source="queue", accepted_at=NOW
    )
    return duplicates.messages_of(documents, entry)


def test_within_the_window_all_are_the_first_and_after_it_a_new_one(
    documents: MemoryDocuments,
) -> None:
    assert [named(documents, f"m{minute}", minute) for minute in (0, 1, 9.9, 10, 19.9, 20)] == [
        "m0", "m0", "m0", "m10", "m10", "m20",
    ]  # fmt: skip


def test_what_says_something_else_is_something_else(documents: MemoryDocuments) -> None:
    assert named(documents, "m1", 0) == "m1"
    assert named(documents, "m2", 0, same="other") == "m2"


@pytest.mark.parametrize("minutes", [0, 1, 600])
def test_a_message_that_is_delivered_again_means_the_same(
    documents: MemoryDocuments, minutes: float
) -> None:
    named(documents, "m1", 0)
    named(documents, "m2", 1)
    named(documents, "m2", 1)
    assert named(documents, "m1", minutes) == "m1"
    assert also(documents, "m1") == ("m2",)


def test_one_that_was_on_its_way_for_long_is_itself_and_hides_no_newer_one(
    documents: MemoryDocuments,
) -> None:
    named(documents, "m20", 20)
    assert named(documents, "m0", 0) == "m0"
    assert named(documents, "m11", 11) == "m20", "it was sent ten minutes before that at most"
    assert named(documents, "m21", 21) == "m20"


def test_of_two_that_come_at_once_one_is_the_first(documents: MemoryDocuments) -> None:
    raced: list[str] = []

    def race(name: str) -> None:
        if not raced:
            raced.append(name)
            assert named(documents, "m2", 0) == "m2"

    documents.before_write = race
    assert named(documents, "m1", 0) == "m2"


def test_of_two_that_come_at_once_after_the_window_one_is_the_first(
    documents: MemoryDocuments,
) -> None:
    named(documents, "m0", 0)
    raced: list[str] = []

    def race(name: str) -> None:
        if not raced:
            raced.append(name)
            assert named(documents, "m2", 11) == "m2"

    documents.before_write = race
    assert named(documents, "m1", 11) == "m2"


def test_a_storm_is_noted_up_to_a_bound_and_writes_no_more_after_that(
    documents: MemoryDocuments,
) -> None:
    for number in range(200):
        assert named(documents, f"m{number}", number / 100) == "m0"
    assert also(documents, "m0") == tuple(f"m{number}" for number in range(1, 21))
    calls = documents.count_calls()
    named(documents, "m300", 3)
    assert calls == ["read messages/same/h"]


def test_more_than_are_noted_today_stay_as_they_are(documents: MemoryDocuments) -> None:
    """Another build may have noted more."""
    many = tuple(f"m{number}" for number in range(1, 31))
    same = Same(request_id="m0", at=NOW, messages=many)
    documents.put("messages/same/h", same.as_json())
    assert named(documents, "m99", 1) == "m0"
    assert also(documents, "m0") == many


def test_two_that_are_noted_at_once_are_both_noted(documents: MemoryDocuments) -> None:
    named(documents, "m0", 0)
    raced: list[str] = []

    def race(name: str) -> None:
        if not raced:
            raced.append(name)
            named(documents, "m2", 1)

    documents.before_write = race
    assert named(documents, "m1", 1) == "m0"
    assert also(documents, "m0") == ("m2", "m1")


def test_that_others_are_always_noted_first_delays_nobody(documents: MemoryDocuments) -> None:
    named(documents, "m0", 0)

    def touch(name: str) -> None:
        raise Changed(name)

    documents.before_write = touch
    assert named(documents, "m1", 1) == "m0"


def test_who_loses_every_race_asks_again(documents: MemoryDocuments) -> None:
    named(documents, "m0", 0)

    def touch(name: str) -> None:
        raise Changed(name)

    documents.before_write = touch
    with pytest.raises(ServiceUnavailable, match="changed the same document"):
        named(documents, "m1", 11)


def test_messages_of_another_restore_of_the_same_content_are_not_shown(
    documents: MemoryDocuments,
) -> None:
    named(documents, "m0", 0)
    named(documents, "m1", 1)
    assert also(documents, "m0") == ("m1",)
    assert also(documents, "r7") == ()
    named(documents, "m11", 11)
    assert also(documents, "m0") == ()
    named(documents, "m12", 12)
    assert also(documents, "m0") == ()
    assert also(documents, "m11") == ("m12",)
