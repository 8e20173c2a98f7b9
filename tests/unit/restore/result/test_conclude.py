"""Only the ledger's entry says whether anything can have been started."""

from datetime import UTC, datetime, timedelta

import pytest

from restore.messages.activity_io import Close
from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.model import Failure, Verdict
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
