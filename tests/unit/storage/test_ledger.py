"""The ledger: one entry per request, moved only by conditional writes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.disks import VmDisk
from restore.messages.ledger_entry import (
    ALLOWED,
    CancelAnswer,
    Intent,
    LedgerEntry,
    LedgerState,
    moved,
)
from restore.messages.model import Approval, Authorization, Verdict
from storage.documents import Changed
from storage.ledger import Held, Ledger
from tests.fakes.storage import MemoryDocuments

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WANTED = Authorization(rule="replace", approval=True, until=NOW, disks=(VmDisk(name="os"),))
DONE = Verdict(verdict="Completed", succeeded=True, text="It is done.")


def entry(request_id: str = "r1", request_hash: str = "h1") -> LedgerEntry:
    return LedgerEntry(
        request_id=request_id,
        request_hash=request_hash,
        request={"recoveryType": "RestoreDisks"},
        source="queue",
        accepted_at=NOW,
    )


def intent(recovery_point: str = "1") -> Intent:
    return Intent(
        item_id="/item",
        container_name="iaasvmcontainerv2;rg;vm",
        recovery_point=recovery_point,
        vault_time=NOW,
        written_at=NOW,
        window_s=200,
        known_jobs=(),
    )


def accepted() -> tuple[Ledger, Held]:
    ledger = Ledger(MemoryDocuments())
    ledger.accept(entry())
    held = ledger.read("r1")
    assert held is not None
    return ledger, held


def state(ledger: Ledger) -> LedgerState:
    held = ledger.read("r1")
    assert held is not None
    return held.entry.state


def test_the_first_to_accept_sets_the_request_and_the_second_is_told() -> None:
    ledger = Ledger(MemoryDocuments())
    first, first_is_new = ledger.accept(entry(request_hash="first"))
    second, second_is_new = ledger.accept(entry(request_hash="second"))
    assert (first_is_new, second_is_new) == (True, False)
    assert first.request_hash == second.request_hash == "first"


def test_of_two_intents_from_one_reading_exactly_one_is_written() -> None:
    ledger, held = accepted()
    ledger.intend(held, intent())
    with pytest.raises(Changed):
        ledger.intend(held, intent())
    assert state(ledger) is LedgerState.INTENDED


def test_a_cancellation_that_wins_against_the_intent_keeps_it_from_being_written() -> None:
    ledger, held = accepted()
    assert ledger.cancel("r1").state is LedgerState.CANCELLED
    with pytest.raises(Changed):
        ledger.intend(held, intent())
    assert state(ledger) is LedgerState.CANCELLED


def test_a_cancellation_that_comes_after_the_intent_only_notes_that_it_was_asked() -> None:
    ledger, held = accepted()
    ledger.intend(held, intent())
    cancelled = ledger.cancel("r1")
    assert cancelled.state is LedgerState.INTENDED
    assert cancelled.cancel_asked


def test_a_cancellation_that_races_with_the_intent_looks_again_and_tells_the_truth() -> None:
    documents = MemoryDocuments()
    ledger = Ledger(documents)
    ledger.accept(entry())
    held = ledger.read("r1")
    assert held is not None

    def intend_first(name: str) -> None:
        documents.before_write = lambda name: None
        ledger.intend(held, intent())

    documents.before_write = intend_first
    assert ledger.cancel("r1").state is LedgerState.INTENDED


def test_the_first_verdict_stands() -> None:
    ledger, _ = accepted()
    ledger.finish("r1", lambda _: DONE, NOW)
    late = Verdict(verdict="Failed", succeeded=False, text="No.")
    assert ledger.finish("r1", lambda _: late, NOW).verdict == DONE


def test_a_job_is_recorded_beside_its_operation_and_repeating_it_changes_nothing() -> None:
    ledger, held = accepted()
    ledger.intend(held, intent())
    ledger.started("r1", operation_id="op")
    first = ledger.started("r1", job_id="job")
    assert (first.operation_id, first.job_id) == ("op", "job")
    assert ledger.started("r1", job_id="job") == first


def test_a_withdrawn_intent_leaves_the_request_as_it_was_accepted() -> None:
    ledger, held = accepted()
    ledger.withdraw(ledger.intend(held, intent()))
    after = ledger.read("r1")
    assert after is not None
    assert (after.entry.state, after.entry.intent) == (LedgerState.ACCEPTED, None)


def test_a_withdrawn_intent_that_somebody_has_asked_to_cancel_is_cancelled() -> None:
    ledger, held = accepted()
    ledger.intend(held, intent())
    ledger.cancel("r1")
    asked = ledger.read("r1")
    assert asked is not None
    after = ledger.withdraw(asked).entry
    assert (after.state, after.intent) == (LedgerState.CANCELLED, None)


def test_an_intent_cannot_be_withdrawn_past_a_cancel_that_came_meanwhile() -> None:
    ledger, held = accepted()
    written = ledger.intend(held, intent())
    ledger.cancel("r1")
    with pytest.raises(Changed):
        ledger.withdraw(written)


def test_who_has_the_entry_in_hand_records_the_start_without_another_look() -> None:
    ledger, held = accepted()
    written = ledger.intend(held, intent())
    assert isinstance(ledger.documents, MemoryDocuments)
    ledger.documents.before_read = lambda name: pytest.fail("read")
    assert ledger.started("r1", written, operation_id="op").operation_id == "op"


def test_who_has_an_old_entry_in_hand_looks_again() -> None:
    ledger, held = accepted()
    written = ledger.intend(held, intent())
    ledger.cancel("r1")
    entry = ledger.started("r1", written, operation_id="op")
    assert (entry.operation_id, entry.cancel_asked) == ("op", 1)


def test_a_verdict_is_judged_by_the_very_entry_that_it_closes() -> None:
    ledger, held = accepted()
    documents = ledger.documents
    assert isinstance(documents, MemoryDocuments)

    def intend_first(name: str) -> None:
        documents.before_write = lambda name: None
        ledger.intend(held, intent())

    documents.before_write = intend_first
    seen: list[LedgerState] = []

    def judge(entry: LedgerEntry) -> Verdict:
        seen.append(entry.state)
        return DONE

    ledger.finish("r1", judge, NOW)
    assert seen == [LedgerState.ACCEPTED, LedgerState.INTENDED]


@pytest.mark.parametrize("wishes", [1, 2])
def test_a_wish_to_cancel_stands_until_azure_has_answered_it(wishes: int) -> None:
    ledger, held = accepted()
    ledger.started("r1", ledger.intend(held, intent()), job_id="job")
    for _ in range(wishes):
        ledger.cancel("r1")
    asked = ledger.read("r1")
    assert asked is not None
    assert asked.entry.must_cancel
    after = ledger.cancel_answered(asked, CancelAnswer(asked=1, accepted=False)).entry
    assert after.must_cancel is (wishes == 2)


def test_a_restore_that_is_over_wants_nothing_cancelled() -> None:
    ledger, held = accepted()
    ledger.started("r1", ledger.intend(held, intent()), job_id="job")
    ledger.cancel("r1")
    assert not ledger.finish("r1", lambda _: DONE, NOW).must_cancel


@pytest.mark.parametrize("start", list(LedgerState))
@pytest.mark.parametrize("end", list(LedgerState))
def test_only_the_moves_of_the_table_are_possible(start: LedgerState, end: LedgerState) -> None:
    standing = LedgerEntry(
        request_id="r",
        request_hash="h",
        request={},
        source="http",
        accepted_at=NOW,
        state=start,
    )
    if end in ALLOWED[start]:
        assert moved(standing, end).state is end
    else:
        with pytest.raises(AssertionError):
            moved(standing, end)


@pytest.mark.parametrize("text", ["..", "../items/abc", "x" * 1100, "été", "a\x00b"])
def test_a_text_that_is_no_request_id_was_never_accepted_and_reaches_no_blob(text: str) -> None:
    documents = MemoryDocuments()
    documents.kept[f"restores/{text}"] = ('{"holder": "another document"}', {}, 1)
    assert Ledger(documents).read(text) is None


def test_an_entry_of_an_older_build_is_read() -> None:
    ledger, _ = accepted()
    assert isinstance(ledger.documents, MemoryDocuments)
    kept = ledger.documents.kept["restores/r1"][0]
    assert not any(name in kept for name in ("authorization", "approval", "askedBy"))


NEWER: dict[str, Any] = {
    "fromANewerBuild": {"any": ["thing"]},
    "authorization": {"rule": "all", "approval": True, "newer": 1},
    "events": [{"kind": "accepted", "at": "2026-11-23T03:00:00Z", "data": {}, "newer": 2}],
}
_ANSWER = CancelAnswer(asked=1, accepted=True)
MOVES: dict[str, Callable[[Ledger, Held], object]] = {
    "authorize": lambda ledger, held: ledger.authorize("r1", WANTED),
    "decide": lambda ledger, held: ledger.decide("r1", Approval(decision="approved", at=NOW)),
    "intend": lambda ledger, held: ledger.intend(held, intent()),
    "withdraw": lambda ledger, held: ledger.withdraw(ledger.intend(held, intent())),
    "fence": lambda ledger, held: ledger.fence(held),
    "started": lambda ledger, held: ledger.started("r1", ledger.intend(held, intent()), job_id="j"),
    "cancel": lambda ledger, held: ledger.cancel("r1"),
    "cancel_answered": lambda ledger, held: ledger.cancel_answered(held, _ANSWER),
    "revive": lambda ledger, held: ledger.revive(held.entry, NOW),
    "finish": lambda ledger, held: ledger.finish("r1", lambda _: DONE, NOW),
    "update": lambda ledger, held: ledger.update(
        "r1", lambda entry: msgspec.structs.replace(entry, revivals=9)
    ),
}


def test_every_way_in_which_an_entry_changes_is_among_the_moves() -> None:
    public = {name for name in vars(Ledger) if not name.startswith("_")}
    assert set(MOVES) == public - {"accept", "read", "page"}


@pytest.mark.parametrize("move", MOVES)
def test_what_a_newer_build_wrote_survives_every_move_of_an_older_one(move: str) -> None:
    documents = MemoryDocuments()
    ledger = Ledger(documents)
    ledger.accept(entry())
    found = documents.read("restores/r1")
    assert found is not None
    documents.replace("restores/r1", found.document | NEWER, found.version, {})
    held = ledger.read("r1")
    assert held is not None
    MOVES[move](ledger, held)
    after = documents.read("restores/r1")
    assert after is not None
    assert after.document["fromANewerBuild"] == NEWER["fromANewerBuild"]
    assert after.document["events"][0] == NEWER["events"][0]
    if move != "authorize":
        assert after.document["authorization"] == NEWER["authorization"]


def test_an_entry_that_an_older_build_reads_and_writes_says_the_same_to_a_newer_one() -> None:
    documents = MemoryDocuments()
    ledger = Ledger(documents)
    ledger.accept(entry())
    found = documents.read("restores/r1")
    assert found is not None
    documents.replace(
        "restores/r1",
        found.document | NEWER | {"authorization": {"rule": "all"}},
        found.version,
        {},
    )
    before = documents.read("restores/r1")
    held = ledger.read("r1")
    assert held is not None
    assert before is not None
    ledger.fence(held)
    after = documents.read("restores/r1")
    assert after is not None
    assert after.document == before.document


def test_a_revival_whose_write_meets_its_own_effect_is_counted_once_and_goes_on() -> None:
    ledger = Ledger(MemoryDocuments())
    known, _ = ledger.accept(entry())
    first = ledger.revive(known, NOW)
    assert ledger.revive(known, NOW) == first
    assert first.revivals == 1
    with pytest.raises(Changed):
        ledger.revive(known, NOW + timedelta(seconds=1))


def test_each_wish_to_cancel_is_counted_once() -> None:
    ledger, held = accepted()
    assert ledger.cancel("r1").cancel_asked == 1
    ledger.accept(entry("r2"))
    held = ledger.read("r2") or held
    ledger.intend(held, intent())
    assert [ledger.cancel("r2").cancel_asked for _ in range(3)] == [1, 2, 3]
    assert ledger.cancel("r1").cancel_asked == 1, "it is over"


@pytest.mark.parametrize(("revivals", "same_time", "counts"), [
    (0, False, True), (1, True, False), (1, False, None), (2, True, None), (2, False, None),
])  # fmt: skip
def test_of_two_that_revive_one_is_counted(
    revivals: int, same_time: bool, counts: bool | None
) -> None:
    """The one that this very call has written already is its own."""
    ledger, held = accepted()
    at = NOW + timedelta(hours=1)
    for number in range(revivals):
        now = ledger.read("r1")
        assert now is not None
        ledger.revive(now.entry, at if same_time else NOW + timedelta(minutes=number))
    if counts is None:
        with pytest.raises(Changed):
            ledger.revive(held.entry, at)
        return
    found = ledger.revive(held.entry, at)
    assert (found.revivals, found.revived_at) == (1, at)
