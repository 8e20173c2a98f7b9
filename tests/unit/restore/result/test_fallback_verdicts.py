"""The verdict on a request of several attempts tells each, and is the last one's that was sent."""

import json
from typing import Any

import msgspec
import pytest

from restore.messages.attempts import Attempt
from restore.messages.ledger_entry import Fallback, Intent, LedgerEntry, LedgerState
from restore.messages.model import Choice, Failure, RecoveryPoint, Verdict
from restore.result import fallback_verdicts
from tests.fakes.app_harness import START

GONE = Failure(code="Gone", message="The point is gone.", category="Conflict")
OWN = Verdict(
    verdict="Failed", succeeded=False, text="Own text.", error=GONE, job_id="j1",
    recovery_point="p1",
)  # fmt: skip
DONE = Verdict(verdict="Completed", succeeded=True, text="It is done.", job_id="j2")
INTENT = Intent(
    item_id="/i", container_name="c", recovery_point="p1", vault_time=START, written_at=START,
    window_s=200, known_jobs=(),
)  # fmt: skip


def choice(name: str) -> Choice:
    return Choice(point=RecoveryPoint(name=name, time=START), why="w", considered=1)


def entry(**changes: Any) -> LedgerEntry:
    plain = LedgerEntry(
        request_id="r1",
        request_hash="h",
        request={"recoveryType": "AlternateLocation", "targetResourceGroupId": "/s/x/rg-new"},
        source="queue",
        accepted_at=START,
        choice=choice("p1"),
        intent=INTENT,
    )
    return msgspec.structs.replace(plain, **changes)


def attempt(number: int = 2, **more: Any) -> Attempt:
    plain: dict[str, Any] = {
        "id": f"r1~{number}",
        "at": START,
        "rung": "olderPoint",
        "because": "Gone",
        "recovery_type": "AlternateLocation",
        "recovery_point": f"p{number}",
        "sent": True,
    }
    return Attempt(**plain | more)


def concluded(*later: Any, own: Verdict = OWN, first: LedgerEntry | None = None) -> Verdict:
    choices = {"r1~2": choice("p2"), "r1~3": choice("p3")}
    return fallback_verdicts.concluded(first or entry(), own, later, choices)


OLDER = (
    "The recovery point p1 could not be restored any more (Gone). The app took an older one "
    "instead."
)


def test_the_first_attempt_is_what_was_asked_for() -> None:
    found = fallback_verdicts.first(entry(), OWN)
    assert found == Attempt(
        id="r1", at=START, recovery_type="AlternateLocation", recovery_point="p1", sent=True,
        verdict="Failed", code="Gone", text="Own text.", job_id="j1",
    )  # fmt: skip
    bare = fallback_verdicts.first(entry(request={}, choice=None, intent=None), DONE)
    assert (bare.recovery_type, bare.recovery_point) == ("", None)
    assert (bare.sent, bare.code) == (False, None)


def test_an_attempt_is_told_with_the_point_of_its_entry_before_its_own() -> None:
    known = attempt(request={"x": 1}, sent=False)
    found = fallback_verdicts.summary(known, entry(choice=choice("p9")), DONE)
    assert (found.recovery_point, found.sent, found.request) == ("p9", True, None)
    found = fallback_verdicts.summary(known, entry(choice=None, intent=None), DONE)
    assert (found.recovery_point, found.sent) == ("p2", False)


def test_an_older_point_that_was_restored_is_the_verdict() -> None:
    older = attempt(recovery_type=json.loads('"AlternateLocation"'))
    found = concluded((older, DONE))
    assert (found.verdict, found.succeeded, found.job_id) == ("Completed", True, "j2")
    assert found.text == f"{OLDER} It is done."
    assert [each.id for each in found.attempts] == ["r1", "r1~2"]
    assert found.choice == choice("p2")


def test_the_same_point_once_more_is_no_other_choice() -> None:
    found = concluded((attempt(recovery_point="".join(("p", "1")), rung="disks"), DONE))
    assert found.choice is None


def test_disks_in_place_of_a_vm_are_no_success() -> None:
    disks = attempt(rung="disks", recovery_type="RestoreDisks", recovery_point="p1")
    found = concluded((disks, DONE))
    assert (found.verdict, found.succeeded, found.error) == ("CompletedWithWarnings", False, GONE)
    assert found.text == (
        "The new VM was refused (Gone). The app asked for the disks instead. It is done."
    )


def test_disks_that_failed_too_are_a_failure() -> None:
    failed = msgspec.structs.replace(OWN, job_id="j2", error=None)
    found = concluded((attempt(rung="disks", recovery_type="RestoreDisks"), failed))
    assert (found.verdict, found.succeeded, found.error) == ("Failed", False, None)


def test_what_was_refused_before_it_was_sent_is_told_and_does_not_count() -> None:
    refused = Verdict(
        verdict="Rejected", succeeded=False, text="Text.",
        error=Failure(code="QuotaSpent", message="It is spent.", category="PolicyRefused"),
    )  # fmt: skip
    found = concluded((attempt(sent=False), refused))
    said = "The app tried to fall back further, and nothing was sent: QuotaSpent: It is spent."
    assert found.text == f"{said} Own text."
    assert (found.verdict, found.job_id, found.choice) == ("Failed", "j1", None)
    no_error = msgspec.structs.replace(refused, error=None)
    assert "nothing was sent: Rejected: Text." in concluded((attempt(sent=False), no_error)).text


def test_a_later_one_is_told_after_the_one_before_it() -> None:
    failed = msgspec.structs.replace(OWN, job_id="j2")
    third = attempt(3, rung="disks", recovery_type="RestoreDisks", because="Full")
    found = concluded((attempt(), failed), (third, DONE))
    assert found.text == (
        f"{OLDER} The new VM was refused (Full). The app asked for the disks instead. It is done."
    )
    assert found.job_id == "j2"
    assert found.choice == choice("p3")


@pytest.mark.parametrize("own_sent", [True, False])
@pytest.mark.parametrize("kind", ["Cancelled", "Failed", "Rejected"])
def test_a_cancel_counts_where_nothing_at_all_was_sent(own_sent: bool, kind: Any) -> None:
    own = entry() if own_sent else entry(intent=None)
    ended = Verdict(verdict=kind, succeeded=False, text="So it ended.")
    found = concluded((attempt(sent=False), ended), first=own)
    counts = kind == "Cancelled" and not own_sent
    assert (found.verdict == kind) is (counts or kind == "Failed")
    assert found.text.startswith(OLDER) is counts


@pytest.mark.parametrize(
    ("count", "more"), [(1, ""), (20, ""), (21, " and 1 more"), (23, " and 3 more")]
)
def test_disks_that_were_left_behind_are_named(count: int, more: str) -> None:
    names = tuple(f"d{number}" for number in range(count))
    left = attempt(rung="disks", sent=False, disks=names)
    found = concluded((left, None))
    shown = ", ".join(names[:20])
    assert "These disks were made in rg-new since its job began" in found.text
    assert f"belong to no VM: {shown}{more}. Another restore" in found.text
    cause = "It failed with Gone: The point is gone. (job j1, recovery point p1)"
    assert found.text.endswith(cause), "what else to do about it would mislead: the disks are there"
    assert found.verdict == "Failed"


def test_a_request_that_nobody_follows_any_more_names_the_attempt_that_may_go_on() -> None:
    fallback = Fallback(verdict=OWN, attempts=(attempt(request={"x": 1}), attempt(3)))
    fallen = entry(state=LedgerState.FALLEN_BACK, fallback=fallback)
    found = fallback_verdicts.lost(fallen, GONE)
    assert found.text.endswith("Attempt r1~3 may go on by itself: look at it.")
    assert [each.id for each in found.attempts] == ["r1", "r1~2", "r1~3"]
    assert all(each.request is None for each in found.attempts)
    assert found.succeeded is False


def test_another_point_is_told_whatever_its_name() -> None:
    found = fallback_verdicts.concluded(
        entry(), OWN, [(attempt(recovery_point="p0"), DONE)], {"r1~2": choice("p0")}
    )
    assert found.choice == choice("p0")


@pytest.mark.parametrize(
    ("chars", "told"), [(299, "x" * 299 + "."), (300, "x" * 300 + "."), (301, "x" * 300 + "…")]
)
def test_an_attempt_is_told_in_three_hundred_characters(chars: int, told: str) -> None:
    long = msgspec.structs.replace(OWN, text="x" * chars)
    assert fallback_verdicts.first(entry(), long).text == told
