"""A job that was begun elsewhere is entered once, and only where it is nobody else's."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from activities import adopt_job
from restore.messages.adoption import Adoption
from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.model import Failure, Outcome, Verdict
from restore.settings import Settings
from simulated_azure.state import JobRecord
from storage import item_lock
from storage.documents import Changed
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes import elsewhere
from tests.fakes.app_harness import START, AppHarness

JOB = "0c1d2e3f-0000-4000-8000-000000000001"
ID = f"adopted-{JOB}"
CALLER = {"name": "ann", "id": "1"}


def begin(harness: AppHarness, job_id: str = JOB, name: str = "web-01") -> JobRecord:
    request = request_for("RestoreDisks", "elsewhere", name=name)
    simulator = harness.simulator
    job = elsewhere.begin(simulator, vm(name), VAULT, job_id, "RestoreDisks", request=request)
    assert job is not None
    return job


def answer(job_id: str = JOB, **more: Any) -> Outcome:
    adopt = {"jobId": job_id, "vaultId": VAULT, "deadline": "PT2H"}
    order = {"adopt": adopt, "source": "http", "askedBy": CALLER, "traceparent": "00-1"} | more
    return Outcome.from_json(adopt_job.adopt_job(order, Settings()))


def adopted(job_id: str = JOB) -> Adoption:
    found = answer(job_id)
    assert found.kind == "done", found
    return Adoption.from_json(found.value)


def refused(job_id: str = JOB) -> Failure:
    found = answer(job_id)
    assert found.kind == "failed"
    assert found.error is not None
    return found.error


def entry(harness: AppHarness, request_id: str = ID) -> LedgerEntry:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


def ours(harness: AppHarness, **intent: Any) -> Intent:
    """A request of ours for web-01 that has sent and does not know its job."""
    entry = LedgerEntry(
        request_id="r1", request_hash="h", request={}, source="queue", accepted_at=START
    )
    harness.ledger.accept(entry)
    held = harness.ledger.read("r1")
    assert held is not None
    item = harness.backup.find_protected_item(VAULT, vm(intent.pop("name", "web-01")))
    made = Intent(
        item_id=item.id,
        container_name=item.container_name,
        recovery_point="1",
        vault_time=intent.pop("vault_time", START),
        written_at=START,
        window_s=200,
        known_jobs=(),
    )
    harness.ledger.intend(held, made)
    return made


def test_its_entry_is_that_of_a_restore_whose_job_is_known(harness: AppHarness) -> None:
    begin(harness)
    assert adopted() == Adoption(request_id=ID, is_new=True)
    known = entry(harness)
    assert (known.state, known.job_id, known.adopted) == (LedgerState.STARTED, JOB, True)
    assert (known.source, known.traceparent, known.accepted_at) == ("http", "00-1", START)
    assert known.asked_by is not None
    assert known.asked_by.name == "ann"
    assert known.authorization is not None
    assert known.authorization.rule == "everything"
    assert known.item is not None
    assert known.item.source_resource_id == vm()
    assert item_lock.claimed(harness.ledger, known.item.id) == (JOB,)
    assert known.request == {
        "recoveryType": "Adopted",
        "requestId": ID,
        "jobId": JOB,
        "vaultId": VAULT,
        "sourceResourceId": vm(),
        "jobRecoveryType": "RestoreDisks",
        "deadline": "PT2H",
    }
    kinds = [event["type"].split(".")[1] for event in harness.events.sent]
    assert kinds == ["accepted", "started"]


def test_the_claim_tells_when_the_job_began(harness: AppHarness) -> None:
    begin(harness)
    harness.clock.advance(3600)
    adopted()
    (lock,) = [text for name, text in harness.documents.kept.items() if name.startswith("items/")]
    began = "2026-11-23T03:00:00Z"
    assert json.loads(lock[0])["begun"] == {JOB: began}


def test_the_same_job_again_is_the_same_entry(harness: AppHarness) -> None:
    begin(harness)
    assert adopted().is_new
    assert adopted(JOB.upper()) == Adoption(request_id=ID)
    assert len(harness.events.sent) == 2


@pytest.mark.parametrize("change", [{"begun_elsewhere": False}, {"vault": VAULT + "-2"}])
def test_an_id_that_stands_for_something_else_is_refused(
    harness: AppHarness, change: dict[str, Any]
) -> None:
    begin(harness)
    is_elsewhere = change.get("begun_elsewhere", True)
    plain = {"recoveryType": "Adopted" if is_elsewhere else "RestoreDisks"}
    harness.ledger.accept(
        LedgerEntry(
            request_id=ID,
            request_hash="h",
            request=plain | {"vaultId": change.get("vault", VAULT)},
            source="http",
            accepted_at=START,
        )
    )
    told = refused()
    assert (told.code, told.category) == ("RequestIdReused", "Conflict")
    assert repr(ID) in told.message


def test_a_job_that_is_not_there_is_told_with_azures_words(harness: AppHarness) -> None:
    told = refused()
    assert (told.code, told.category) == ("JobNotFound", "NotFound")
    assert len(told.details) == 1


@pytest.mark.parametrize(("operation", "said"), [("Backup", "it Backup."), (None, "it nothing.")])
def test_a_job_that_is_no_restore_is_refused(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch, operation: str | None, said: str
) -> None:
    begin(harness)
    read = harness.backup.read_job

    def of_another_kind(*ids: str) -> Any:
        return msgspec.structs.replace(read(*ids), operation=operation)

    monkeypatch.setattr(harness.backup, "read_job", of_another_kind)
    told = refused()
    assert told.code == "NotARestoreJob"
    assert told.message.endswith(said)
    assert harness.ledger.read(ID) is None


def test_while_a_request_of_ours_holds_the_items_lock_it_waits(harness: AppHarness) -> None:
    begin(harness)
    intent = ours(harness, vault_time=START - timedelta(days=2))
    held = harness.ledger.read("r1")
    assert held is not None
    item_lock.acquire(harness.ledger, intent.item_id, held, START)
    found = answer()
    assert (found.kind, found.retry_after_s) == ("retryLater", item_lock.HELD_S)
    assert found.error is not None
    assert found.error.code == "ItemLocked"
    assert harness.ledger.read(ID) is None


@pytest.mark.parametrize("finished", [False, True])
def test_a_job_that_another_request_follows_is_taken(harness: AppHarness, finished: bool) -> None:
    begin(harness)
    ours(harness, name="web-02")
    harness.ledger.started("r1", job_id=JOB)
    if finished:
        verdict = Verdict(verdict="Completed", succeeded=True, text="x")
        harness.ledger.finish("r1", lambda _: verdict, START)
    taken = "had this job, and is over" if finished else "follows this job already"
    assert adopted() == Adoption(request_id="r1", taken=taken)
    assert harness.ledger.read(ID) is None


def test_a_job_of_a_request_that_fell_back_is_taken_and_its_request_is_not_over(
    harness: AppHarness,
) -> None:
    begin(harness)
    entry = LedgerEntry(
        request_id="r1", request_hash="h", request={}, source="queue", accepted_at=START,
        state=LedgerState.FALLEN_BACK, job_id=JOB,
    )  # fmt: skip
    harness.ledger.accept(entry)
    assert adopted() == Adoption(request_id="r1", taken="follows this job already")


LOOKS = "is looking for its job, which may be this one"


@pytest.mark.parametrize(
    ("before_s", "taken"),
    [
        (0, LOOKS),
        (40, LOOKS),  # certain: in the window
        (-30, LOOKS),  # doubtful: a little too early
        (86_400, None),
    ],
)
def test_a_job_that_a_request_of_ours_may_find_to_be_its_own_is_taken(
    harness: AppHarness, before_s: int, taken: str | None
) -> None:
    begin(harness)
    ours(harness, vault_time=START - timedelta(seconds=before_s))
    assert adopted().taken == taken


@pytest.mark.parametrize("what", ["another item", "another job", "nothing sent"])
def test_a_request_of_ours_that_cannot_have_begun_it_is_in_nobodys_way(
    harness: AppHarness, what: str
) -> None:
    begin(harness)
    if what == "nothing sent":
        harness.ledger.accept(
            LedgerEntry(
                request_id="r1", request_hash="h", request={}, source="queue", accepted_at=START
            )
        )
    else:
        ours(harness, name="web-02" if what == "another item" else "web-01")
    if what == "another job":
        harness.ledger.started("r1", job_id="another")
    assert adopted() == Adoption(request_id=ID, is_new=True)


def test_a_lost_race_for_the_items_lock_is_tried_again_later(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(harness)

    def lose(*_: object) -> None:
        raise Changed("items/x")

    monkeypatch.setattr(item_lock, "claim", lose)
    found = answer()
    assert found.error is not None
    assert (found.kind, found.error.code) == ("retryLater", "LostRace")
    assert harness.ledger.read(ID) is None
