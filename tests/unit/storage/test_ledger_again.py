"""What comes again, or after the end, changes nothing in the ledger; what was found stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from restore.messages.activity_io import Close
from restore.messages.ledger_entry import CancelAnswer, LedgerState
from restore.messages.model import (
    Approval,
    Authorization,
    Choice,
    ProtectedItem,
    RecoveryPoint,
    Verdict,
)
from storage.documents import Changed
from storage.ledger import Held, Ledger
from tests.fakes.storage import MemoryDocuments
from tests.unit.storage.test_ledger import DONE, NOW, WANTED, accepted, entry, intent

HOUR = timedelta(hours=1)
LATE = Verdict(verdict="Failed", succeeded=False, text="No.")
ANSWER = CancelAnswer(asked=1, accepted=True)
ITEM = ProtectedItem(
    id="/i", vault_id="/v", container_name="c", name="n", source_resource_id="/vm", region="r",
    protection_state="Protected",
)  # fmt: skip
CHOICE = Choice(point=RecoveryPoint(name="1", time=NOW), why="The newest.", considered=1)

open_states = pytest.mark.parametrize(
    "state", [each for each in LedgerState if each is not LedgerState.FINISHED]
)


def read(ledger: Ledger) -> Held:
    held = ledger.read("r1")
    assert held is not None
    return held


def in_state(state: LedgerState) -> tuple[Ledger, Held]:
    ledger, _ = accepted()
    ledger.update("r1", lambda known: replace(known, state=state))
    return ledger, read(ledger)


def over() -> tuple[Ledger, Held]:
    ledger, _ = accepted()
    ledger.finish("r1", lambda _: DONE, NOW)
    return ledger, read(ledger)


TOO_LATE: dict[str, Callable[[Ledger, Held], object]] = {
    "authorize": lambda ledger, _: ledger.authorize("r1", WANTED),
    "decide": lambda ledger, _: ledger.decide("r1", Approval(decision="approved", at=NOW)),
    "started": lambda ledger, _: ledger.started("r1", job_id="j"),
    "cancel": lambda ledger, _: ledger.cancel("r1"),
    "cancel_answered": lambda ledger, held: ledger.cancel_answered(held, ANSWER),
    "finish": lambda ledger, _: ledger.finish("r1", lambda _: LATE, NOW + HOUR),
}


@pytest.mark.parametrize("move", TOO_LATE)
def test_what_is_over_stays_as_it_is(move: str) -> None:
    ledger, before = over()
    TOO_LATE[move](ledger, before)
    assert read(ledger) == before


def test_what_is_over_is_not_revived() -> None:
    ledger, before = over()
    with pytest.raises(Changed):
        ledger.revive(before.entry, NOW)
    assert read(ledger) == before


@open_states
def test_what_is_not_over_is_revived_answered_and_finished(state: LedgerState) -> None:
    ledger, held = in_state(state)
    assert ledger.revive(held.entry, NOW).revivals == 1
    assert ledger.cancel_answered(read(ledger), ANSWER).entry.cancel_answer == ANSWER
    assert ledger.finish("r1", lambda _: DONE, NOW).verdict == DONE


@open_states
def test_only_what_was_just_accepted_is_authorized(state: LedgerState) -> None:
    ledger, _ = in_state(state)
    is_recorded = ledger.authorize("r1", WANTED).authorization is not None
    assert is_recorded is (state is LedgerState.ACCEPTED)


def test_a_job_that_is_known_is_not_written_again() -> None:
    ledger, held = accepted()
    ledger.intend(held, intent())
    ledger.started("r1", job_id="job")
    before = read(ledger)
    ledger.started("r1", job_id="job")
    assert read(ledger) == before


@pytest.mark.parametrize(
    ("before", "after", "until"),
    [(Authorization(rule="new"), WANTED, NOW), (WANTED, Authorization(rule="new"), None)],
)
def test_a_time_to_decide_is_that_of_the_first_who_asked_for_a_decision(
    before: Authorization, after: Authorization, until: object
) -> None:
    ledger, _ = accepted()
    ledger.authorize("r1", before)
    authorization = ledger.authorize("r1", after).authorization
    assert authorization is not None
    assert authorization.until == until


def test_what_was_found_is_recorded_and_stays() -> None:
    ledger, _ = accepted()
    for item, choice in ((ITEM, CHOICE), (None, None)):
        found = ledger.authorize("r1", WANTED, item=item, choice=choice)
        assert (found.item, found.choice) == (ITEM, CHOICE)
    order = Close(
        request_id="r1", item=replace(ITEM, name="other"), choice=replace(CHOICE, why="Other.")
    )
    found = ledger.finish("r1", lambda _: DONE, NOW, order)
    assert (found.item, found.choice) == (ITEM, CHOICE)


def test_who_closes_tells_what_was_found_where_it_is_not_recorded() -> None:
    ledger, _ = accepted()
    order = Close(request_id="r1", item=ITEM, choice=CHOICE, is_over=True, has_data=True)
    found = ledger.finish("r1", lambda _: DONE, NOW, order)
    assert (found.item, found.choice) == (ITEM, CHOICE)
    assert (found.work_is_over, found.has_data) == (True, True)


def test_a_second_revival_is_counted_on_and_once() -> None:
    ledger, held = accepted()
    once = ledger.revive(held.entry, NOW)
    twice = ledger.revive(once, NOW)
    assert twice.revivals == 2
    assert ledger.revive(once, NOW) == twice
    for at in (NOW - HOUR, NOW + HOUR):
        with pytest.raises(Changed):
            ledger.revive(once, at)


def test_who_knows_of_more_revivals_than_there_are_counts_none() -> None:
    ledger, held = accepted()
    with pytest.raises(Changed):
        ledger.revive(replace(held.entry, revivals=5), NOW)


def test_an_end_is_told_with_its_own_time_and_all_else_with_the_clocks() -> None:
    ledger = Ledger(MemoryDocuments(), lambda: NOW + HOUR)
    ledger.accept(entry())
    ledger.intend(read(ledger), intent())
    ledger.started("r1", job_id="job")
    told = ledger.finish("r1", lambda _: DONE, NOW + 2 * HOUR).events
    assert [(event.kind, event.at) for event in told] == [
        ("accepted", NOW), ("started", NOW + HOUR), ("finished", NOW + 2 * HOUR),
    ]  # fmt: skip
