"""A job that was begun elsewhere is claimed on the item's lock, and nobody comes in between."""

from datetime import timedelta

import pytest

from storage import item_lock
from storage.documents import Changed
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments
from tests.unit.storage.test_item_lock import (
    ITEM,
    NOW,
    SECOND,
    WINDOW,
    acquire,
    finish,
    intend,
    ledger_with,
)

JOB = "job-of-others"


def look(ledger: Ledger, later: timedelta = timedelta()) -> item_lock.Look:
    return item_lock.look(ledger, ITEM, NOW + later)


def claim(ledger: Ledger, seen: item_lock.Look) -> None:
    item_lock.claim(ledger, ITEM, seen, JOB, NOW)


def test_an_item_that_nobody_ever_restored_is_free() -> None:
    ledger = ledger_with("a")
    claim(ledger, look(ledger))
    assert item_lock.claimed(ledger, ITEM) == (JOB,)
    assert acquire(ledger, "a") == item_lock.LockAttempt(True, (JOB,), {JOB: NOW})


def test_while_a_job_of_ours_may_begin_it_is_waited_for() -> None:
    ledger = ledger_with("a")
    acquire(ledger, "a")
    assert look(ledger).wait_s == item_lock.HELD_S
    intend(ledger, "a")
    assert look(ledger, WINDOW - SECOND).wait_s is not None
    assert look(ledger, WINDOW).wait_s is None
    assert look(ledger, WINDOW + SECOND).wait_s is None


def test_the_last_holders_job_is_learnt_and_the_holder_stays() -> None:
    ledger = ledger_with("a", "b")
    acquire(ledger, "a")
    intend(ledger, "a")
    ledger.started("a", job_id="job-of-a")
    for _ in range(2):
        claim(ledger, look(ledger))
    assert item_lock.claimed(ledger, ITEM) == ("job-of-a", JOB)
    finish(ledger, "a")
    assert acquire(ledger, "b").claimed == ("job-of-a", JOB)


def test_whoever_acquires_the_lock_in_between_makes_the_claim_void() -> None:
    ledger = ledger_with("a")
    before = look(ledger)
    acquire(ledger, "a")
    with pytest.raises(Changed):
        claim(ledger, before)
    finish(ledger, "a")
    seen = look(ledger)
    assert isinstance(ledger.documents, MemoryDocuments)
    (line,) = ledger.documents.page("items/", 10, None).lines
    ledger.documents.touch(line.name)
    with pytest.raises(Changed):
        claim(ledger, seen)
    assert item_lock.claimed(ledger, ITEM) == ()


def test_what_is_claimed_meanwhile_is_none_of_a_holders_whose_reply_was_lost() -> None:
    ledger = ledger_with("a")
    acquire(ledger, "a")
    intend(ledger, "a")
    claim(ledger, look(ledger, WINDOW))
    assert JOB in acquire(ledger, "a", WINDOW).claimed


def test_the_latest_two_hundred_claims_are_remembered() -> None:
    ledger = ledger_with("a")
    for number in range(201):
        item_lock.claim(ledger, ITEM, look(ledger), f"job-{number}", NOW)
    assert item_lock.claimed(ledger, ITEM) == tuple(f"job-{each}" for each in range(1, 201))
