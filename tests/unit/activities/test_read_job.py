"""A job is read whatever else cannot be seen to beside it."""

from types import SimpleNamespace
from typing import Any

import pytest

from activities import cancelling, read_job
from arm import connection as arm_connection
from restore.messages.errors import AccessDenied, NotFound, Throttled
from restore.messages.job_details import JobTask
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import JobSnapshot, Outcome
from storage import connection
from storage.ledger import Ledger
from tests.fakes import log
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments, MemoryEvents

UNCLEAR = JobSnapshot(
    job_id="j1", status="CompletedWithWarnings", start_time=START,
    tasks=(JobTask(name="a", status="Completed"), JobTask(name="b", status="other: Odd")),
)  # fmt: skip
CLEAR = JobSnapshot(job_id="j1", status="InProgress")


def read(job: Any, has_new: Any = None, **order: Any) -> Outcome:
    def answer(found: Any) -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    vms = SimpleNamespace(has_new=lambda vm_id, since: answer(has_new))
    backup = SimpleNamespace(read_job=lambda vault_id, job_id: answer(job), vms=vms)
    given = {"vaultId": "/v", "jobId": "j1"} | order
    with arm_connection.use(backup):  # type: ignore[arg-type]
        return Outcome.from_json(read_job.read_job(given))


def test_a_job_is_what_azure_shows_or_nothing() -> None:
    assert JobSnapshot.from_json(read(CLEAR).value) == CLEAR
    gone = read(NotFound("No job.", code="JobNotFound"))
    assert (gone.kind, gone.value) == ("done", None)
    assert read(AccessDenied("No.", code="Forbidden")).kind == "failed"


@pytest.mark.parametrize(
    ("has_new", "expected"),
    [(True, True), (False, False), (AccessDenied("No.", code="Forbidden"), None)],
)
def test_a_vm_is_looked_for_where_the_job_does_not_say(
    caplog: pytest.LogCaptureFixture, has_new: Any, expected: bool | None
) -> None:
    log.listen(caplog)
    found = JobSnapshot.from_json(read(UNCLEAR, has_new, targetVmId="/vm").value)
    assert found.has_target_vm is expected
    assert len(log.lines(caplog, "remark")) == (expected is None)
    assert JobSnapshot.from_json(read(UNCLEAR, has_new).value) == UNCLEAR
    assert JobSnapshot.from_json(read(CLEAR, has_new, targetVmId="/vm").value) == CLEAR


@pytest.mark.parametrize("fails", [True, False])
def test_a_wish_to_cancel_is_passed_on_first_and_keeps_nobody_from_looking(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fails: bool
) -> None:
    log.listen(caplog)
    asked: list[str] = []

    def ask(ledger: Ledger, held: Any) -> None:
        del ledger
        asked.append(held.entry.request_id)
        if fails:
            raise Throttled("Later.", code="TooManyRequests")

    monkeypatch.setattr(cancelling, "ask", ask)
    ledger = Ledger(MemoryDocuments(), lambda: START)
    ledger.accept(
        LedgerEntry(
            request_id="r1", request_hash="h", request={}, source="queue", accepted_at=START
        )
    )
    with connection.use(ledger, MemoryEvents()):
        assert read(CLEAR, cancels="r1").kind == "done"
        assert read(CLEAR, cancels="nobody").kind == "done"
        assert read(CLEAR).kind == "done"
    assert asked == ["r1"]
    assert len(log.lines(caplog, "remark")) == fails
