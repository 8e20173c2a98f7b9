"""What people see of a restore that fell back, and what they can do about it."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import azure.functions as func
import msgspec
import pytest

from restore.messages import names
from restore.messages.attempts import Attempt
from restore.messages.ledger_entry import (
    Fallback,
    Intent,
    LedgerEntry,
    LedgerState,
    fallen_back,
)
from restore.messages.model import Failure, Verdict
from restore.settings import Settings
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from triggers import abandon, restores, views

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ERROR = Failure(code="UserErrorSkuNotAvailable", message="No.", category="Conflict")
OWN = Verdict(verdict="Failed", succeeded=False, text="No.", error=ERROR)
SECOND = Attempt(
    id="r1~2",
    at=NOW,
    rung="disks",
    because="UserErrorSkuNotAvailable",
    recovery_type="RestoreDisks",
    request={"recoveryType": "RestoreDisks", "requestId": "r1~2"},
)


def fall_back(ledger: Ledger, *, is_made: bool = True) -> None:
    fallback = Fallback(verdict=OWN, attempts=(SECOND,))
    ledger.update("r1", lambda entry: fallen_back(entry, LedgerState.ACCEPTED, fallback))
    if is_made:
        assert SECOND.request is not None
        ledger.accept(
            LedgerEntry(
                request_id="r1~2",
                request_hash="h2",
                request=SECOND.request,
                source="queue",
                accepted_at=NOW,
                attempt_of="r1",
            )
        )


def entry(ledger: Ledger, request_id: str = "r1") -> LedgerEntry:
    held = ledger.read(request_id)
    assert held is not None
    return held.entry


async def call(handler: Any, client: FakeDurableClient) -> tuple[int, Any]:
    request = func.HttpRequest("POST", "/x", route_params={"id": "r1"}, body=b"")
    reply = await handler(request, cast("Any", client), Settings())
    return reply.status_code, json.loads(reply.get_body())


async def test_all_attempts_are_shown_and_the_one_under_way_as_it_stands(ledger: Ledger) -> None:
    fall_back(ledger)
    client = FakeDurableClient()
    client.started["restore-r1~2"] = ("x", None)
    client.custom["restore-r1~2"] = {"phase": "Triggering", "since": "2026-11-23T03:05:00Z"}
    shown = await views.read(cast("Any", client), "r1")
    assert shown is not None
    first, second = shown["attempts"]
    assert (first["id"], first["verdict"], first["code"]) == ("r1", "Failed", ERROR.code)
    assert (second["id"], second["rung"], second["phase"]) == ("r1~2", "disks", "Triggering")
    assert second["seeAt"] == "/api/restores/r1~2"
    assert "request" not in second


async def test_an_attempt_is_shown_by_its_own_id_with_whose_it_is(ledger: Ledger) -> None:
    fall_back(ledger)
    shown = await views.read(cast("Any", FakeDurableClient()), "r1~2")
    assert shown is not None
    assert (shown["requestId"], shown["attemptOf"]) == ("r1~2", "r1")


async def test_a_wish_to_cancel_goes_to_the_attempt_that_is_under_way(ledger: Ledger) -> None:
    fall_back(ledger)
    status, body = await call(restores.cancel, FakeDurableClient())
    assert (status, body["cancel"]) == (202, "Asked")
    assert entry(ledger).cancel_asked == 1
    assert entry(ledger, "r1~2").state is LedgerState.CANCELLED


async def test_a_wish_stands_at_the_request_while_there_is_no_attempt_yet(ledger: Ledger) -> None:
    fall_back(ledger, is_made=False)
    status, body = await call(restores.cancel, FakeDurableClient())
    assert (status, body["cancel"]) == (202, "Asked")
    assert entry(ledger).cancel_asked == 1


async def test_who_abandons_a_restore_abandons_the_attempt_under_way(ledger: Ledger) -> None:
    fall_back(ledger)
    client = FakeDurableClient()
    client.started = dict.fromkeys(("restore-r1", "restore-r1~2"), ("x", None))
    status, body = await call(abandon.abandon, client)
    assert (status, body["verdict"]) == (200, "Failed")
    assert "r1~2" in body["text"]
    assert entry(ledger, "r1~2").verdict is not None
    ended = [instance_id for instance_id, _ in client.terminated]
    assert ended == ["restore-r1", "restore-r1~2"]


def test_an_attempt_is_recorded_once_and_only_of_what_was_judged(ledger: Ledger) -> None:
    fall_back(ledger, is_made=False)
    standing = entry(ledger)
    for judged in LedgerState:
        fallback = Fallback(verdict=OWN, attempts=(SECOND,))
        assert fallen_back(standing, judged, fallback) == standing
    cancelled = msgspec.structs.replace(standing, cancel_asked=1)
    more = Fallback(verdict=OWN, attempts=(SECOND, SECOND))
    assert fallen_back(cancelled, LedgerState.FALLEN_BACK, more) == cancelled
    assert fallen_back(standing, LedgerState.FALLEN_BACK, more).fallback == more


THIRD = msgspec.structs.replace(
    SECOND, id="r1~3", request={"recoveryType": "RestoreDisks", "requestId": "r1~3"}
)


def fall_back_twice(ledger: Ledger) -> None:
    fall_back(ledger)
    fallback = Fallback(verdict=OWN, attempts=(SECOND, THIRD))
    ledger.update("r1", lambda entry: fallen_back(entry, LedgerState.FALLEN_BACK, fallback))
    second = entry(ledger, "r1~2")
    ledger.accept(msgspec.structs.replace(second, request_id="r1~3", events=()))


async def test_of_two_attempts_the_last_one_is_under_way(ledger: Ledger) -> None:
    fall_back_twice(ledger)
    client = FakeDurableClient()
    for attempt_id, phase in (("r1~2", "FindingItem"), ("r1~3", "Triggering")):
        client.started[f"restore-{attempt_id}"] = ("x", None)
        client.custom[f"restore-{attempt_id}"] = {"phase": phase}
    shown = await views.read(cast("Any", client), "r1")
    assert shown is not None
    assert [each["id"] for each in shown["attempts"]] == ["r1", "r1~2", "r1~3"]
    assert [each.get("seeAt") for each in shown["attempts"]] == [
        None, None, "/api/restores/r1~3",
    ]  # fmt: skip
    assert [each.get("phase") for each in shown["attempts"]] == [None, None, "Triggering"]


async def test_an_attempt_that_is_not_made_yet_is_nowhere_to_be_seen(ledger: Ledger) -> None:
    fall_back(ledger, is_made=False)
    shown = await views.read(cast("Any", FakeDurableClient()), "r1")
    assert shown is not None
    assert [each["id"] for each in shown["attempts"]] == ["r1", "r1~2"]
    assert "seeAt" not in shown["attempts"][1]


async def test_a_wish_to_cancel_wakes_the_last_attempt_and_no_other(ledger: Ledger) -> None:
    fall_back_twice(ledger)
    client = FakeDurableClient()
    assert (await call(restores.cancel, client))[0] == 202
    assert (client.raised, client.started) == ([("restore-r1~3", names.DECISION_EVENT)], {})
    assert entry(ledger, "r1~2").state is LedgerState.ACCEPTED
    assert entry(ledger, "r1~3").state is LedgerState.CANCELLED


@pytest.mark.parametrize("is_over", [False, True])
async def test_azure_is_asked_to_cancel_an_attempt_that_is_there_and_not_over(
    ledger: Ledger, is_over: bool
) -> None:
    fall_back(ledger)
    held = ledger.read("r1~2")
    assert held is not None
    intent = Intent(
        item_id="/i", container_name="c", recovery_point="1", vault_time=NOW, written_at=NOW,
        window_s=200, known_jobs=(),
    )  # fmt: skip
    ledger.started("r1~2", ledger.intend(held, intent), job_id="job")
    if is_over:
        ledger.finish("r1~2", lambda _: OWN, NOW)
    client = FakeDurableClient()
    assert (await call(restores.cancel, client))[0] == 202
    assert client.raised == []
    assert [*client.started] == ([] if is_over else ["restore-r1~2~cancel"])


async def test_who_abandons_a_restore_whose_next_attempt_is_not_made_ends_it_alone(
    ledger: Ledger,
) -> None:
    fall_back(ledger, is_made=False)
    client = FakeDurableClient()
    client.started = {"restore-r1": ("x", None)}
    status, body = await call(abandon.abandon, client)
    assert (status, body["verdict"]) == (200, "Failed")
    assert [instance_id for instance_id, _ in client.terminated] == ["restore-r1"]
    assert ledger.read("r1~2") is None
