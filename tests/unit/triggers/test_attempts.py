"""What people see of a restore that fell back, and what they can do about it."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import azure.functions as func
import msgspec

from restore.messages.attempts import Attempt
from restore.messages.ledger_entry import Fallback, LedgerEntry, LedgerState, fallen_back
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
