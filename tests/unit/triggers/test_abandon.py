"""Who abandons a restore has it closed and its orchestrations ended; what runs in Azure goes on."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import azure.functions as func
import msgspec
import pytest

from restore.messages.attempts import Attempt
from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import Fallback, Intent, LedgerEntry, LedgerState
from restore.messages.model import Verdict
from restore.progress.reconcile_decision import Step, next_step
from restore.settings import Settings
from storage import concurrency_slots, instances
from storage.ledger import Ledger
from tests.fakes import callers
from tests.fakes.durable import FakeDurableClient
from triggers import abandon

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WORKS = ("restore-r1", "restore-r1~watch")


def running() -> FakeDurableClient:
    client = FakeDurableClient()
    client.started = dict.fromkeys(WORKS, ("x", None))
    return client


async def ask(client: FakeDurableClient, request_id: str = "r1") -> tuple[int, Any]:
    request = func.HttpRequest(
        "POST",
        "/x",
        headers=callers.headers("ann@example.com"),
        route_params={"id": request_id},
        body=b"",
    )
    settings = Settings(website_auth_enabled=True)
    reply = await abandon.abandon(request, cast("Any", client), settings)
    return reply.status_code, json.loads(reply.get_body())


def send(ledger: Ledger) -> None:
    held = ledger.read("r1")
    assert held is not None
    concurrency_slots.take(ledger.documents, "r1", 1, NOW, NOW)
    intent = Intent(
        item_id="/i",
        container_name="c",
        recovery_point="1",
        vault_time=NOW,
        written_at=NOW,
        window_s=200,
        known_jobs=(),
    )
    ledger.intend(held, intent)


async def test_its_orchestrations_are_ended_and_nobody_starts_them_again(ledger: Ledger) -> None:
    send(ledger)
    ledger.started("r1", job_id="job")
    client = running()
    status, body = await ask(client)
    assert (status, body["verdict"]) == (200, "Failed")
    assert all(each in body["text"] for each in ("ann@example.com", "job job", "Look at"))
    assert tuple(instance_id for instance_id, _ in client.terminated) == WORKS
    held = ledger.read("r1")
    assert held is not None
    assert next_step(held.entry, "Terminated", 0, NOW, 3) is Step.LEAVE


async def test_its_slot_stays_with_the_job_that_runs_on(ledger: Ledger) -> None:
    send(ledger)
    ledger.started("r1", job_id="job")
    await ask(running())
    assert concurrency_slots.overdue(
        ledger.documents, datetime.now(UTC) + concurrency_slots.JOB_AGAIN
    ) == ("r1",)


async def test_of_what_may_have_been_sent_it_says_that_this_is_not_known(ledger: Ledger) -> None:
    send(ledger)
    _, body = await ask(running())
    assert "not known" in body["text"]


async def test_of_what_was_not_sent_nothing_ever_will_be(ledger: Ledger) -> None:
    _, body = await ask(running())
    assert "could not be started" in body["text"]
    held = ledger.read("r1")
    assert held is not None
    assert held.entry.state is LedgerState.FINISHED


async def test_asking_again_is_told_the_same(ledger: Ledger) -> None:
    del ledger
    first = await ask(running())
    again = running()
    assert await ask(again) == first
    assert len(again.terminated) == 2  # should the first one have died before


async def test_one_whose_orchestrations_are_gone_is_abandoned_too(ledger: Ledger) -> None:
    del ledger
    assert (await ask(FakeDurableClient()))[0] == 200


async def test_what_is_over_cannot_be_abandoned(ledger: Ledger) -> None:
    ledger.finish("r1", lambda _: Verdict(verdict="Completed", succeeded=True, text="Done."), NOW)
    client = running()
    status, body = await ask(client)
    assert (status, body["code"], body["verdict"]) == (409, "RestoreIsOver", "Completed")
    assert client.terminated == []


async def test_what_was_never_asked_is_not_found(ledger: Ledger) -> None:
    del ledger
    assert (await ask(FakeDurableClient(), "r2"))[0] == 404


@pytest.mark.parametrize("where", ["read", "end"])
async def test_while_storage_does_not_answer_it_is_said_so(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise ServiceUnavailable("No answer.", code="Busy")

    if where == "read":
        monkeypatch.setattr(Ledger, "read", refuse)
    else:
        monkeypatch.setattr(instances, "end", refuse)
    status, body = await ask(running())
    assert status == 503
    assert "No answer." in body["detail"]
    del ledger


async def test_the_last_attempt_in_its_place_is_abandoned_as_well(ledger: Ledger) -> None:
    fallen = ("r1~2", "r1~3")
    for each in fallen:
        ledger.accept(
            LedgerEntry(
                request_id=each, request_hash="h", request={"recoveryType": "RestoreDisks"},
                source="queue", accepted_at=NOW,
            )
        )  # fmt: skip
    own = Verdict(verdict="Failed", succeeded=False, text="x")
    attempts = tuple(Attempt(id=each, at=NOW, rung="olderPoint") for each in fallen)
    fallback = Fallback(verdict=own, attempts=attempts)
    ledger.update(
        "r1",
        lambda entry: msgspec.structs.replace(
            entry, state=LedgerState.FALLEN_BACK, fallback=fallback
        ),
    )
    client = running()
    client.started |= dict.fromkeys((f"restore-{each}" for each in fallen), ("x", None))
    status, _ = await ask(client)
    assert status == 200
    assert [known.entry.state for each in fallen if (known := ledger.read(each))] == [
        LedgerState.ACCEPTED, LedgerState.FINISHED,
    ]  # fmt: skip
    ended = [instance_id for instance_id, _ in client.terminated]
    assert "restore-r1~3" in ended
    assert "restore-r1~2" not in ended
