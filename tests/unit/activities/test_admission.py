"""A refusal counts only where nothing happened since, and then nobody else may send any more."""

import pytest

from activities import admission
from restore.messages.errors import Conflict, PolicyRefused, Throttled
from restore.messages.ledger_entry import LedgerEntry
from storage.documents import Changed
from storage.ledger import Held, Ledger
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger(MemoryDocuments(), lambda: START)
    ledger.accept(
        LedgerEntry(
            request_id="r1", request_hash="h", request={}, source="queue", accepted_at=START
        )
    )
    return ledger


def read(ledger: Ledger) -> Held:
    held = ledger.read("r1")
    assert held is not None
    return held


@pytest.mark.parametrize("error", [PolicyRefused("No."), Conflict("No.")], ids=repr)
def test_a_refusal_is_a_write(ledger: Ledger, error: Exception) -> None:
    before = read(ledger)
    with pytest.raises(type(error)), admission.refusing(ledger, before):
        raise error
    assert read(ledger).version != before.version
    assert read(ledger).entry == before.entry


def test_what_is_not_refused_leaves_the_entry_as_it_is(ledger: Ledger) -> None:
    before = read(ledger)
    with admission.refusing(ledger, before):
        pass
    with pytest.raises(Throttled), admission.refusing(ledger, before):
        raise Throttled("Later.")
    assert read(ledger).version == before.version


def test_a_refusal_that_comes_too_late_is_none(ledger: Ledger) -> None:
    before = read(ledger)
    ledger.cancel("r1")
    with pytest.raises(Changed), admission.refusing(ledger, before):
        raise PolicyRefused("No.")
