"""What each look at the operation or the job changes, and when watching ends."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.job_details import RestoreOutput
from restore.messages.model import Failure, JobSnapshot, OperationSnapshot, Outcome, ProtectedItem
from restore.messages.poll_policy import PollPolicy
from restore.messages.watch_io import Watch, Watched
from restore.progress import job_watch
from restore.progress.phases import RestorePhase
from restore.values.decoding import encode

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ITEM = ProtectedItem(
    id="/item",
    vault_id="/vault",
    container_name="c",
    name="n",
    source_resource_id="/vm",
    region="westeurope",
    protection_state="Protected",
)


def watch(**changes: Any) -> Watch:
    plain = Watch(
        request_id="r",
        item=ITEM,
        poll_policy=PollPolicy(),
        deadline_at=NOW + timedelta(hours=24),
        since=NOW,
        operation_id="op",
    )
    return msgspec.structs.replace(plain, **changes)


def done(value: Any) -> Outcome:
    return Outcome.done(encode(value))


def seen(value: Watch | Watched) -> Watch:
    assert isinstance(value, Watch)
    return value


def test_an_operation_that_names_the_job_ends_the_search() -> None:
    snapshot = done(OperationSnapshot(state="Succeeded", job_id="job"))
    after = seen(job_watch.learn_operation(watch(consecutive_not_found=3), snapshot))
    assert (after.job_id, after.consecutive_not_found) == ("job", 0)


def test_an_operation_that_succeeded_without_naming_a_job_or_is_forgotten_is_searched_for() -> None:
    assert job_watch.must_search(done(OperationSnapshot(state="Succeeded")))
    assert job_watch.must_search(done(OperationSnapshot(state="Unknown")))
    assert not job_watch.must_search(done(OperationSnapshot(state="InProgress")))
    assert not job_watch.must_search(done(OperationSnapshot(state="Succeeded", job_id="job")))
    assert not job_watch.must_search(Outcome.retry_later(60))


def test_an_operation_that_goes_on_is_no_miss() -> None:
    snapshot = done(OperationSnapshot(state="InProgress"))
    after = seen(job_watch.learn_operation(watch(polls=7, consecutive_not_found=20), snapshot))
    assert (after.consecutive_not_found, after.polls) == (0, 8)


def test_a_failed_operation_ends_the_watch_with_azures_own_error() -> None:
    error = Failure(code="UserErrorX", message="No.", category="InvalidRequest")
    over = job_watch.learn_operation(watch(), done(OperationSnapshot(state="Failed", error=error)))
    assert isinstance(over, Watched)
    assert (over.end, over.error) == ("operation_failed", error)


def test_a_job_that_is_not_shown_yet_is_looked_for_again_but_not_for_ever() -> None:
    missed = seen(job_watch.learn_job(watch(job_id="job"), Outcome.done(None), NOW))
    assert missed.consecutive_not_found == 1


@pytest.mark.parametrize("learn", ["learn_job", "learn_job_id"])
def test_azure_must_have_answered_twenty_one_times_that_it_knows_no_job(learn: str) -> None:
    found: Watch | Watched = watch()
    for _ in range(20):
        found = no_job(learn, seen(found))
    over = no_job(learn, seen(found))
    assert isinstance(over, Watched)
    assert (over.end, over.polls) == ("lost", 21)


def no_job(learn: str, watched: Watch) -> Watch | Watched:
    if learn == "learn_job":
        return job_watch.learn_job(watched, Outcome.done(None), NOW)
    return job_watch.learn_job_id(watched, done({"jobId": None}))


def test_a_job_that_the_list_shows_is_known_from_then_on() -> None:
    after = seen(job_watch.learn_job_id(watch(consecutive_not_found=3), done({"jobId": "job"})))
    assert (after.job_id, after.consecutive_not_found) == ("job", 0)


def test_a_job_that_is_seen_again_forgives_the_misses() -> None:
    snapshot = done(JobSnapshot(job_id="job", status="InProgress"))
    assert (
        seen(
            job_watch.learn_job(watch(job_id="job", consecutive_not_found=7), snapshot, NOW)
        ).consecutive_not_found
        == 0
    )


def test_a_terminal_status_ends_the_watch_even_if_the_job_says_it_could_be_cancelled() -> None:
    snapshot = JobSnapshot(job_id="job", status="Completed", cancellable=True)
    over = job_watch.learn_job(watch(job_id="job"), done(snapshot), NOW)
    assert isinstance(over, Watched)
    assert (over.end, over.job) == ("job", encode(snapshot))


UNANSWERED = {
    "denied": Outcome.failed(
        Failure(code="AuthorizationFailed", message="No backupJobs/read.", category="AccessDenied")
    ),
    "throttled": Outcome.retry_later(
        900, Failure(code="TooManyRequests", message="Slower.", category="Throttled")
    ),
    "away": Outcome.retry_later(
        None, Failure(code="Unreachable", message="Away.", category="ServiceUnavailable")
    ),
}


def _learn_job(watched: Watch, outcome: Outcome) -> Watch | Watched:
    return job_watch.learn_job(watched, outcome, NOW)


@pytest.mark.parametrize("why", UNANSWERED)
@pytest.mark.parametrize("learn", [_learn_job, job_watch.learn_operation, job_watch.learn_job_id])
def test_a_look_without_an_answer_is_no_miss_however_often_it_happens(
    why: str, learn: Callable[[Watch, Outcome], Watch | Watched]
) -> None:
    after = watch(consecutive_not_found=job_watch.NOT_FOUND_MAX)
    for _ in range(1_000):
        after = seen(learn(after, UNANSWERED[why]))
    assert (after.consecutive_not_found, after.consecutive_failures) == (
        job_watch.NOT_FOUND_MAX,
        1_000,
    )


def test_the_status_says_which_right_is_missing_until_a_look_is_answered() -> None:
    after = seen(job_watch.learn_job(watch(job_id="job"), UNANSWERED["denied"], NOW))
    shown = job_watch.status(after, None)["waiting"]
    assert (shown["code"], shown["attempt"]) == ("AccessDenied", 1)
    assert "No backupJobs/read." in shown["reason"]
    snapshot = done(JobSnapshot(job_id="job", status="InProgress"))
    assert (
        job_watch.status(seen(job_watch.learn_job(after, snapshot, NOW)), None)["waiting"] is None
    )


def test_a_job_that_azure_does_not_know_is_shown_as_waited_for() -> None:
    missed = seen(job_watch.learn_job(watch(job_id="job"), Outcome.done(None), NOW))
    assert job_watch.status(missed, None)["waiting"]["code"] == "JobNotShown"


@pytest.mark.parametrize(("left_s", "is_over"), [(4, True), (5, True), (5.5, False)])
def test_the_deadline_ends_the_watch_with_what_was_seen_last(left_s: float, is_over: bool) -> None:
    snapshot = JobSnapshot(job_id="job", status="InProgress")
    near = watch(job_id="job", deadline_at=NOW + timedelta(seconds=left_s), polls=3)
    over = job_watch.at_deadline(near, snapshot, NOW)
    expected = Watched(end="deadline", job=encode(snapshot), job_id="job", polls=4)
    assert over == (expected if is_over else None)


def test_azures_wish_to_be_left_alone_is_found_in_a_look_at_an_operation() -> None:
    snapshot = done(OperationSnapshot(state="InProgress", retry_after_s=60))
    assert job_watch.asked_wait_s(snapshot) == 60
    assert job_watch.asked_wait_s(done({"jobId": None})) is None
    assert job_watch.asked_wait_s(Outcome.retry_later(60)) is None


_P = RestorePhase


@pytest.mark.parametrize(
    ("phase", "to", "shown"),
    [
        (_P.FINALIZING, _P.TRANSFERRING, _P.FINALIZING),
        (_P.TRANSFERRING, _P.STARTING, _P.TRANSFERRING),
        (_P.STARTING, _P.TRANSFERRING, _P.TRANSFERRING),
        (_P.TRANSFERRING, _P.FINALIZING, _P.FINALIZING),
    ],
)
def test_a_look_between_two_tasks_does_not_lead_back(
    phase: RestorePhase, to: RestorePhase, shown: RestorePhase
) -> None:
    later = NOW + timedelta(minutes=1)
    after = job_watch.in_phase(watch(phase=phase.value, phase_since=NOW), to, later)
    assert (after.phase, after.phase_since) == (shown.value, NOW if shown is phase else later)


def test_a_phase_keeps_the_time_at_which_it_was_entered() -> None:
    first = job_watch.in_phase(watch(), RestorePhase.TRANSFERRING, NOW)
    kept = Watch.from_json(json.loads(json.dumps(first.as_json())))
    later = job_watch.in_phase(kept, RestorePhase.TRANSFERRING, NOW + timedelta(minutes=5))
    assert later.phase_since == NOW
    assert job_watch.status(later, None)["since"] == "2026-11-23T03:00:00Z"


def running(**more: Any) -> JobSnapshot:
    return JobSnapshot(job_id="job", status="InProgress", **more)


def test_each_poll_is_counted_and_the_log_names_the_next() -> None:
    after = watch(polls=6, job_id="job", phase="Transferring")
    for polls in (7, 8, 9):
        assert job_watch.about(after).attempt == polls
        after = seen(job_watch.learn_job(after, done(running()), NOW))
        assert after.polls == polls
    assert (job_watch.about(after).job, job_watch.about(after).phase) == ("job", after.phase)


@pytest.mark.parametrize("kind", ["failed", "retryLater"])
def test_a_poll_without_an_answer_says_nothing_of_the_job(kind: Any) -> None:
    error = Failure(code="Busy", message="Later.", category="Throttled")
    outcome = Outcome(kind=kind, error=error, retry_after_s=9)
    assert job_watch.job_snapshot(outcome) is None
    assert job_watch.asked_wait_s(outcome) is None
    for learn in (job_watch.learn_operation, job_watch.learn_job_id):
        found = learn(watch(), outcome)
        assert getattr(found, "job_id", None) is None


def test_an_operation_that_goes_on_says_how_long_it_wants_to_be_left_alone() -> None:
    snapshot = done(OperationSnapshot(state="InProgress", retry_after_s=7))
    assert job_watch.asked_wait_s(snapshot) == 7
    for state in ("InProgress", "Cancelled"):
        assert isinstance(
            job_watch.learn_operation(watch(), done(OperationSnapshot(state="InProgress"))), Watch
        ), state


@pytest.mark.parametrize(
    ("snapshot", "phase", "job"),
    [
        (None, "Transferring", {"status": None, "percent": None, "cancellable": None}),
        (running(percent=5, cancellable=True), "Transferring",
         {"status": "InProgress", "percent": 5, "cancellable": True}),
        (running(cancellable=True), "Finalizing", {"cancellable": False}),
        (running(cancellable=True), "Accepted", {"cancellable": True}),
        (running(cancellable=False), "Transferring", {"cancellable": False}),
        (running(output=RestoreOutput(target_vm="web-02")), "Transferring",
         {"output": {"targetVm": "web-02"}}),
    ],
)  # fmt: skip
def test_the_status_shows_where_the_job_stands(
    snapshot: JobSnapshot | None, phase: str, job: dict[str, Any]
) -> None:
    known = watch(job_id="job", phase=phase, phase_since=NOW)
    shown = job_watch.status(known, snapshot)
    assert shown["job"]["id"] == "job"
    assert {name: shown["job"][name] for name in job} == job
    assert ("output" in shown["job"]) is ("output" in job)
    assert (shown["phase"], shown["since"]) == (phase, "2026-11-23T03:00:00Z")


def test_before_the_job_is_known_the_status_shows_its_operation() -> None:
    shown = job_watch.status(watch(), running())
    assert (shown["job"], shown["operationId"], shown["since"]) == (None, "op", None)


def test_every_poll_counts_whatever_it_saw() -> None:
    error = Failure(code="Busy", message="Later.", category="Throttled")
    later = Outcome(kind="retryLater", error=error)
    known = watch(polls=7, consecutive_failures=3, consecutive_not_found=1)
    failed = seen(job_watch.learn_job(known, later, NOW))
    assert (failed.polls, failed.consecutive_failures, failed.consecutive_not_found) == (8, 4, 1)
    missed = seen(job_watch.learn_job(known, done(None), NOW))
    assert (missed.polls, missed.consecutive_failures, missed.consecutive_not_found) == (8, 0, 2)
    answered = seen(job_watch.learn_job(known, done(running()), NOW))
    counts = (answered.polls, answered.consecutive_failures, answered.consecutive_not_found)
    assert counts == (8, 0, 0)
    over = job_watch.learn_job(known, done(JobSnapshot(job_id="j", status="Completed")), NOW)
    assert isinstance(over, Watched)
    assert over.polls == 8
