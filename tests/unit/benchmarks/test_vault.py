"""A job of the benchmark's vault ends at a certain poll, as one of 20 minutes would."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.engines import JOB_S, LOOKS
from benchmarks.vault import PolledVault
from restore.messages.model import JobSnapshot
from restore.messages.poll_policy import PollPolicy
from restore.progress.poll_intervals import next_poll_s
from simulated_azure.jobs import look
from simulated_azure.seed import VAULT_ID, vm_id
from simulated_azure.state import JobRecord, OperationRecord
from simulated_azure.wire import Request

JOB = "00000000-0000-0000-0000-00000000000a"
URL = f"http://127.0.0.1{VAULT_ID}/backupJobs/{JOB}?api-version=2025-02-01"


def a_job(start: datetime, duration_s: float) -> JobRecord:
    return JobRecord(
        id=JOB,
        operation_id="o",
        activity_id="a",
        vault_id=VAULT_ID,
        vm_id=vm_id("vm-0001"),
        point="1",
        recovery_type="RestoreDisks",
        request={},
        start=start,
        duration_s=duration_s,
        transfer_share=0.9,
        outcome="Completed",
        cancel_s=1,
    )


def statuses(duration_s: float, started_s_ago: float, polls: int | None) -> list[object]:
    vault = PolledVault(vms=1)
    start = vault.clock.now() - timedelta(seconds=started_s_ago)
    vault.state.job_records[JOB] = a_job(start, duration_s)
    vault.polls = polls
    found: list[object] = []
    for _ in range(3):
        answer = vault.answer(Request("GET", URL, {"Authorization": "Bearer a.b.c"}))
        body = answer.reply.json()
        assert isinstance(body, dict)
        found.append(body["properties"]["status"])
    return found


@pytest.mark.parametrize("duration_s", [10.0, 1_000.0])
def test_a_job_is_over_at_its_last_look_and_not_before(duration_s: float) -> None:
    wanted = ["InProgress", "InProgress", "Completed"]
    assert statuses(duration_s, started_s_ago=100, polls=3) == wanted


def test_an_operation_is_over_at_its_second_look() -> None:
    vault = PolledVault(vms=1)
    now = vault.clock.now()
    vault.state.operation_records["op"] = OperationRecord(
        id="op", kind="restore", vault_id=VAULT_ID, start=now, done=now, job_id=JOB
    )
    vault.polls = LOOKS
    url = f"http://127.0.0.1{VAULT_ID}/backupOperations/op?api-version=2025-02-01"
    found = []
    for _ in range(2):
        body = vault.answer(Request("GET", url, {"Authorization": "Bearer a.b.c"})).reply.json()
        assert isinstance(body, dict)
        found.append(body["status"])
    assert found == ["InProgress", "Succeeded"]


def test_without_a_last_look_the_clock_decides() -> None:
    assert statuses(10, started_s_ago=100, polls=None) == ["Completed"] * 3


def test_at_the_default_pace_a_job_of_20_minutes_is_looked_at_that_often() -> None:
    job = a_job(datetime(2026, 1, 1, tzinfo=UTC), JOB_S)
    elapsed_s, polls, seen = 5.0, 0, None
    while seen is None or not seen.is_terminal:
        # The spread of a real restore lengthens each wait by up to a tenth: here by its half.
        elapsed_s += next_poll_s(seen, polls + 1, elapsed_s, 86_400, PollPolicy()) * 1.05
        view = look(job, job.start + timedelta(seconds=elapsed_s))
        left_s = view.remaining.total_seconds() if view.remaining else None
        seen = JobSnapshot(job_id=JOB, status=view.status, remaining_s=left_s)
        polls += 1
    assert polls == LOOKS
