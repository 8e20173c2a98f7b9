"""How a job looks at any moment, by the clock alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulated_azure.jobs import JobView, end_of, look
from simulated_azure.state import JobRecord

START = datetime(2030, 1, 1, tzinfo=UTC)
TERMINAL = ("Completed", "CompletedWithWarnings", "Failed", "Cancelled")


def _job(**changes: Any) -> JobRecord:
    fields: dict[str, Any] = {
        "id": "j",
        "operation_id": "o",
        "activity_id": "a",
        "vault_id": "/v",
        "vm_id": "/vm",
        "point": "1",
        "recovery_type": "AlternateLocation",
        "request": {},
        "start": START,
        "duration_s": 1000,
        "transfer_share": 0.9,
        "outcome": "Completed",
        "cancel_s": 10,
    }
    return JobRecord(**(fields | changes))


def _at(job: JobRecord, seconds: float) -> JobView:
    return look(job, START + timedelta(seconds=seconds))


def test_a_job_can_be_cancelled_only_while_it_transfers() -> None:
    job = _job()
    assert [_at(job, s).is_cancellable for s in (0, 899, 900, 1000)] == [True, True, False, False]


def test_a_job_with_one_task_transfers_to_its_end() -> None:
    job = _job(recovery_type="RestoreDisks")
    assert _at(job, 999).is_cancellable
    assert [task.status for task in _at(job, 1000).tasks] == ["Completed"]


def test_the_remaining_time_appears_with_progress_and_counts_down_to_the_end() -> None:
    job = _job()
    assert _at(job, 100).remaining is None
    assert _at(job, 600).remaining == timedelta(seconds=400)
    assert _at(job, 1000).remaining == timedelta()


def test_a_job_that_did_not_succeed_shows_no_progress() -> None:
    failed, cancelled = _job(outcome="Failed"), _job(cancelled=START + timedelta(seconds=500))
    for view in (_at(failed, 2000), _at(cancelled, 2000)):
        assert (view.percent, view.remaining) == (None, None)


def test_a_failed_job_ends_at_its_share_and_stays_as_it_was() -> None:
    job = _job(outcome="Failed", fails_at_share=0.5)
    assert end_of(job) == START + timedelta(seconds=500)
    late = _at(job, 5000)
    assert (late.status, late.elapsed) == ("Failed", timedelta(seconds=500))
    assert [task.status for task in late.tasks] == ["Failed", "NotStarted"]


def test_a_cancelled_job_is_cancelling_for_a_moment() -> None:
    job = _job(cancelled=START + timedelta(seconds=300))
    assert [_at(job, s).status for s in (300, 309, 310)] == [
        "Cancelling",
        "Cancelling",
        "Cancelled",
    ]


def test_rehydration_comes_before_everything_else() -> None:
    job = _job(rehydration_s=7200)
    assert _at(job, 7200).percent == 1.0
    assert _at(job, 8199).status == "InProgress"
    assert _at(job, 8200).status == "Completed"


@given(
    st.floats(0.001, 100_000),
    st.floats(0, 1),
    st.sampled_from(["Completed", "Failed", "CompletedWithWarnings"]),
    st.lists(st.floats(0, 120_000), min_size=2, max_size=20),
)
def test_a_job_never_goes_back(
    duration_s: float, share: float, outcome: str, moments: list[float]
) -> None:
    job = _job(duration_s=duration_s, transfer_share=share, outcome=outcome, fails_at_share=share)
    views = [_at(job, moment) for moment in sorted(moments)]
    percents = [view.percent for view in views if view.percent is not None]
    assert percents == sorted(percents)
    over = [view.status in TERMINAL for view in views]
    assert over == sorted(over)
    assert all((view.end is not None) == done for view, done in zip(views, over, strict=True))
