"""Only the ledger's entry says whether anything can have been started."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.activity_io import Close
from restore.messages.attempts import Attempt
from restore.messages.disks import VmDisk
from restore.messages.ledger_entry import Fallback, Intent, LedgerEntry, LedgerState
from restore.messages.model import (
    Authorization,
    Choice,
    Failure,
    JobSnapshot,
    RecoveryPoint,
    Verdict,
)
from restore.messages.request import RestoreDisks
from restore.messages.watch_io import Watched
from restore.progress.run_state import RestoreProgress
from restore.result import conclude

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DENIED = Failure(code="Denied", message="A role is missing.", category="AccessDenied")
REFUSED = Failure(code="QuotaSpent", message="It is spent.", category="PolicyRefused")
NOTHING = ("nothing was started", "could not be started")
S = LedgerState


def entry(state: LedgerState, job_id: str | None = None) -> LedgerEntry:
    intent = Intent(
        item_id="/i",
        container_name="c",
        recovery_point="p1",
        vault_time=NOW,
        written_at=NOW,
        window_s=timedelta(minutes=3).total_seconds(),
        known_jobs=(),
    )
    return LedgerEntry(
        request_id="r",
        request_hash="h",
        request={},
        source="http",
        accepted_at=NOW,
        state=state,
        intent=intent if state in (S.INTENDED, S.STARTED) else None,
        job_id=job_id,
    )


@pytest.mark.parametrize(
    ("state", "failure", "kind", "words"),
    [
        (S.ACCEPTED, DENIED, "Failed", "The restore could not be started."),
        (S.ACCEPTED, REFUSED, "Rejected", "nothing was started"),
        (S.CANCELLED, DENIED, "Cancelled", "nothing was started"),
        (S.CANCELLED, None, "Cancelled", "nothing was started"),
        (S.INTENDED, DENIED, "Failed", "It is not known whether Azure started a restore"),
        (S.INTENDED, REFUSED, "Failed", "It is not known whether Azure started a restore"),
        (S.STARTED, DENIED, "Failed", "lost sight"),
        (S.STARTED, REFUSED, "Failed", "lost sight"),
    ],
)
def test_what_a_failure_means_depends_on_how_far_the_entry_has_come(
    state: LedgerState, failure: Failure | None, kind: str, words: str
) -> None:
    verdict = conclude.of_entry(entry(state), Close(request_id="r", failure=failure))
    assert verdict.verdict == kind
    assert words in verdict.text


def test_what_was_started_before_is_named() -> None:
    verdict = conclude.of_entry(entry(S.STARTED, "job"), Close(request_id="r", failure=DENIED))
    assert (verdict.job_id, verdict.recovery_point) == ("job", "p1")
    assert not any(words in verdict.text for words in NOTHING)


def test_a_lost_reply_is_not_said_to_have_started_nothing() -> None:
    verdict = conclude.of_entry(entry(S.INTENDED), Close(request_id="r", failure=DENIED))
    assert verdict.recovery_point == "p1"
    assert not any(words in verdict.text for words in NOTHING)


def test_a_verdict_on_a_job_that_was_followed_stands() -> None:
    done = Verdict(verdict="Completed", succeeded=True, text="It is done.")
    assert conclude.of_entry(entry(S.STARTED, "job"), Close(request_id="r", verdict=done)) == done


def progress() -> RestoreProgress:
    known = RestoreProgress(RestoreDisks(request_id="r", source_resource_id="/vm"))
    point = RecoveryPoint(name="p1", time=NOW)
    known.choice = Choice(point=point, why="w", considered=1)
    known.authorization = Authorization(rule="r", disks=(VmDisk(name="os"),))
    return known


def test_a_job_that_is_over_is_judged() -> None:
    job = JobSnapshot(job_id="j", status="Completed").as_json()
    verdict = conclude.of_watched(Watched(end="job", job=job, job_id="j"), progress())
    assert (verdict.verdict, verdict.job_id, verdict.recovery_point) == ("Completed", "j", "p1")


@pytest.mark.parametrize("seen", [True, False])
def test_at_the_deadline_the_job_is_named_whether_it_was_seen_or_not(seen: bool) -> None:
    job = JobSnapshot(job_id="j", status="InProgress").as_json() if seen else None
    verdict = conclude.of_watched(Watched(end="deadline", job=job, job_id="j"), progress())
    assert (verdict.verdict, verdict.job_id, verdict.recovery_point) == (
        "DeadlinePassed", "j", "p1",
    )  # fmt: skip
    assert ("InProgress" in verdict.text) == seen


def test_an_operation_that_failed_ends_with_azures_reason() -> None:
    watched = Watched(end="operation_failed", error=DENIED)
    verdict = conclude.of_watched(watched, progress())
    assert (verdict.verdict, verdict.error, verdict.job_id) == ("Failed", DENIED, None)
    assert verdict.recovery_point == "p1"


@pytest.mark.parametrize(("error", "code"), [(None, "JobNotSeen"), (DENIED, DENIED.code)])
def test_a_job_that_is_seen_no_more_is_lost_with_a_reason(error: Any, code: str) -> None:
    watched = Watched(end="lost", job_id="j", error=error)
    verdict = conclude.of_watched(watched, progress())
    assert verdict.error is not None
    assert (verdict.error.code, verdict.job_id) == (code, "j")
    assert "lost sight" in verdict.text


def test_without_a_choice_no_point_is_named() -> None:
    bare = RestoreProgress(RestoreDisks(request_id="r", source_resource_id="/vm"))
    assert conclude.of_watched(Watched(end="lost"), bare).recovery_point is None


def test_a_job_of_a_request_without_an_authorization_has_no_disks_to_keep() -> None:
    known = progress()
    known.authorization = None
    job = JobSnapshot(job_id="j", status="Completed").as_json()
    found = conclude.of_watched(Watched(end="job", job=job), known)
    assert (found.verdict, found.kept_disks) == ("Completed", ())


def test_what_falls_back_no_more_is_lost_with_its_reason() -> None:
    own = Verdict(verdict="Failed", succeeded=False, text="x")
    fallen = msgspec.structs.replace(
        entry(S.FALLEN_BACK), fallback=Fallback(verdict=own, attempts=())
    )
    for failure, code in ((DENIED, "Denied"), (None, "JobNotSeen")):
        found = conclude.of_entry(fallen, Close(request_id="r", failure=failure))
        assert found.error is not None
        assert found.error.code == code


def test_what_fell_back_ends_with_the_verdict_on_all_attempts_and_with_no_other() -> None:
    own = Verdict(verdict="Failed", succeeded=False, text="x")
    fallen = msgspec.structs.replace(
        entry(S.FALLEN_BACK), fallback=Fallback(verdict=own, attempts=())
    )
    of_one = conclude.of_entry(fallen, Close(request_id="r", verdict=own, failure=DENIED))
    assert of_one.error == DENIED
    assert "lost sight" in of_one.text
    of_all = msgspec.structs.replace(own, attempts=(Attempt(id="r", at=NOW),))
    assert conclude.of_entry(fallen, Close(request_id="r", verdict=of_all)) == of_all
