"""A person's decision about a restore: the first one stands, whoever comes next."""

from datetime import timedelta
from typing import Any

from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Approval, Authorization
from tests.fakes.storage import MemoryDocuments
from tests.unit.storage.test_ledger import NOW, WANTED, accepted, intent


def approval(decision: Any = "approved", by: str = "bob") -> Approval:
    return Approval(decision=decision, at=NOW, by=by)


def test_the_first_decision_stands_whoever_comes_next() -> None:
    ledger, _ = accepted()
    ledger.authorize("r1", WANTED)
    assert ledger.decide("r1", approval("refused")).approval == approval("refused")
    assert ledger.decide("r1", approval("approved", "carl")).approval == approval("refused")


def test_a_decision_is_about_what_the_guard_had_judged() -> None:
    ledger, _ = accepted()
    ledger.authorize(
        "r1", Authorization(rule="replace", approval=True, until=NOW, plan_hash="a" * 64)
    )
    decided = ledger.decide("r1", approval()).approval
    ledger.authorize(
        "r1", Authorization(rule="replace", approval=True, until=NOW, plan_hash="b" * 64)
    )
    held = ledger.read("r1")
    assert decided is not None
    assert held is not None
    assert held.entry.approval == decided
    assert decided.plan_hash == "a" * 64


def test_nothing_is_decided_that_nobody_asked_for() -> None:
    ledger, _ = accepted()
    assert ledger.decide("r1", approval()).approval is None
    ledger.authorize("r1", Authorization(rule="new"))
    assert ledger.decide("r1", approval()).approval is None


def test_a_decision_and_a_cancellation_compete_and_one_is_true() -> None:
    ledger, _ = accepted()
    ledger.authorize("r1", WANTED)
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)

    def cancel_first(name: str) -> None:
        documents.before_write = lambda name: None
        ledger.cancel("r1")

    documents.before_write = cancel_first
    decided = ledger.decide("r1", approval())
    assert (decided.state, decided.approval) == (LedgerState.CANCELLED, None)


def test_a_second_look_of_the_guard_does_not_move_the_end_of_the_waiting_time() -> None:
    ledger, _ = accepted()
    ledger.authorize("r1", WANTED)
    later = Authorization(rule="other", approval=True, until=NOW + timedelta(hours=4))
    authorization = ledger.authorize("r1", later).authorization
    assert authorization is not None
    assert (authorization.rule, authorization.until) == ("other", NOW)


def test_what_was_sent_is_not_permitted_anew() -> None:
    ledger, held = accepted()
    ledger.intend(held, intent())
    assert ledger.authorize("r1", WANTED).authorization is None
