"""A restore over HTTP: accepted once, shown where it stands, refused with every fault."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import azure.functions as func
import pytest

from restore.messages import names
from restore.messages.model import Caller, Verdict
from restore.settings import Settings
from storage import connection
from storage.ledger import Ledger
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.durable import FakeDurableClient
from tests.fakes.front_door import FrontDoor
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from tests.unit.orchestrators.journal import plant
from triggers import restores, views

HOUR = 3600.0
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
FIELDS = request_for("RestoreDisks", "r1")


def test_a_restore_is_shown_from_its_acceptance_to_its_verdict(
    harness: AppHarness, door: FrontDoor
) -> None:
    reply = door.ask(FIELDS, who="ann@example.com")
    assert (reply.status, reply.body["isNew"], reply.body["phase"]) == (202, True, "Accepted")
    harness.run_for(120)
    shown = door.show("r1").body
    assert (shown["phase"], shown["source"]) == ("Transferring", "http")
    assert shown["job"]["status"] == "InProgress"
    assert shown["percent"] == shown["job"]["percent"]
    assert shown["recoveryPoint"]["why"]
    harness.run_for(HOUR)
    over = door.show("r1").body
    assert (over["phase"], over["verdict"], over["percent"]) == ("Completed", "Completed", 100)
    assert over["job"] == {"id": shown["job"]["id"]}
    assert "waiting" not in over
    assert over["runtimeStatus"] == "Completed"


def test_the_same_request_again_is_answered_with_what_stands(
    harness: AppHarness, door: FrontDoor
) -> None:
    door.ask(FIELDS)
    again = door.ask(FIELDS)
    assert (again.status, again.body["isNew"]) == (202, False)
    harness.run_for(HOUR)
    over = door.ask(FIELDS)
    assert (over.status, over.body["isNew"], over.body["verdict"]) == (200, False, "Completed")
    assert len(harness.posts()) == 1


def test_another_request_under_a_used_id_is_a_conflict(door: FrontDoor) -> None:
    door.ask(FIELDS)
    reply = door.ask(FIELDS | {"deadline": "PT2H"})
    assert (reply.status, reply.body["code"]) == (409, "RequestIdReused")
    assert reply.body["requestId"] == "r1"
    assert "accepted it at 2026-11-23T03:00:00Z" in reply.body["detail"]


def test_every_fault_of_a_request_is_told_at_once(door: FrontDoor) -> None:
    reply = door.ask({"requestId": "r1", "recoveryType": "RestoreDisks", "deadline": "soon"})
    assert (reply.status, reply.body["code"]) == (400, "InvalidRequest")
    assert {"$.deadline"} < {problem["path"] for problem in reply.body["problems"]}


def test_a_request_that_azures_state_refuses_is_told_so_when_it_is_asked_again(
    harness: AppHarness, door: FrontDoor
) -> None:
    fields = request_for("RestoreDisks", "r1", name="nobody-knows")
    door.ask(fields)
    harness.run_for(60)
    reply = door.ask(fields)
    assert (reply.status, reply.body["verdict"]) == (404, "Rejected")
    assert reply.body["requestId"] == "r1"


def test_what_waits_in_a_child_is_shown_as_the_child_tells_it(
    harness: AppHarness, door: FrontDoor
) -> None:
    plant(harness, "status", {"path": "backupProtectedItems"}, status=503, times=None)
    door.ask(FIELDS)
    harness.run_for(HOUR)
    shown = door.show("r1").body
    child = harness.status(names.wait_id("restore-r1", 0))
    assert (shown["phase"], shown["waiting"]) == ("FindingItem", child["waiting"])
    assert shown["waiting"]["attempt"] > 6


def test_what_was_never_accepted_is_not_found(door: FrontDoor) -> None:
    for reply in (door.show("r9"), door.cancel("r9"), door.decide("r9", "approve")):
        assert (reply.status, reply.body["code"]) == (404, "RestoreNotFound")
        assert "'r9'" in reply.body["detail"]


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    ledger = Ledger(MemoryDocuments())
    with connection.use(ledger, MemoryEvents()):
        yield ledger


async def post(
    body: dict[str, Any], client: FakeDurableClient | None = None, **headers: str
) -> tuple[func.HttpResponse, Any]:
    request = func.HttpRequest(
        "POST",
        "http://x/api/restores",
        headers={"prefer": "respond-async"} | {k.replace("_", "-"): v for k, v in headers.items()},
        body=json.dumps(body).encode(),
    )
    reply = await restores.start(request, cast("Any", client or FakeDurableClient()), Settings())
    return reply, json.loads(reply.get_body())


async def test_an_accepted_request_names_its_place_and_when_to_look(ledger: Ledger) -> None:
    reply, body = await post(FIELDS)
    assert reply.status_code == 202
    assert reply.headers["Location"] == "/api/restores/r1"
    assert reply.headers["Retry-After"] == "10"
    assert ledger.read("r1") is not None
    assert body["requestId"] == "r1"


async def test_the_idempotency_key_is_the_request_id_where_the_body_has_none(
    ledger: Ledger,
) -> None:
    without = {name: value for name, value in FIELDS.items() if name != "requestId"}
    _, body = await post(without, idempotency_key="k1")
    assert body["requestId"] == "k1"
    assert ledger.read("k1") is not None


async def test_without_either_the_id_is_new_each_time(ledger: Ledger) -> None:
    del ledger
    without = {name: value for name, value in FIELDS.items() if name != "requestId"}
    ids = {(await post(without))[1]["requestId"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(each) == 32 for each in ids)


@pytest.mark.parametrize("key", ["other", "zzz"])
async def test_two_keys_are_refused_and_one_said_twice_is_taken(ledger: Ledger, key: str) -> None:
    reply, body = await post(FIELDS, idempotency_key=key)
    assert (reply.status_code, body["problems"][0]["path"]) == (400, "$.requestId")
    assert ledger.read("r1") is None
    reply, _ = await post(FIELDS, idempotency_key="r1")
    assert reply.status_code == 202


@pytest.mark.parametrize(
    ("prefer", "wait_s"),
    [
        (None, 3), ("respond-async", 0), ("wait=7", 7), ("respond-async, wait=7", 0),
        ("wait = 20", 20), ("wait=21", 20), ("wait=999", 20), ("await=7", 3), ("wait=0", 0),
    ],
)  # fmt: skip
def test_whoever_asks_says_how_long_to_wait_up_to_twenty_seconds(
    prefer: str | None, wait_s: float
) -> None:
    headers = {"prefer": prefer} if prefer else {}
    assert (
        restores._wait_s(
            func.HttpRequest("POST", "http://x/api/restores", headers=headers, body=b"")
        )
        == wait_s
    )


class Time:
    """A clock that moves with each sleep."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now_s)
        monkeypatch.setattr(module.asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


async def test_the_answer_waits_until_the_checks_are_over(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeDurableClient()
    await post(FIELDS, client)
    time = Time(monkeypatch, views)
    phases = iter(["Accepted", "FindingItem", "Triggering"])

    async def look(instance_id: str) -> Any:
        if instance_id == "restore-r1":
            client.custom["restore-r1"] = {"phase": next(phases)}
        return await FakeDurableClient.get_status(client, instance_id)

    monkeypatch.setattr(client, "get_status", look)
    view = await views.read_settled(cast("Any", client), "r1", "/api", 3, 0.25)
    assert view is not None
    assert (view["phase"], time.slept) == ("Triggering", [0.25, 0.25])


async def test_it_waits_no_longer_than_asked(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeDurableClient()
    await post(FIELDS, client)
    time = Time(monkeypatch, views)
    view = await views.read_settled(cast("Any", client), "r1", "/api", 1, 0.25)
    assert view is not None
    assert (view["phase"], sum(time.slept)) == ("Accepted", 1)
    assert await views.read_settled(cast("Any", client), "r9", "/api", 1, 0.25) is None


def test_whoever_asked_is_shown(door: FrontDoor) -> None:
    door.ask(FIELDS, who=Caller(name="ann"))
    assert "ann" in door.show("r1").body["askedBy"]


async def test_whoever_waits_is_looked_for_every_third_of_a_second(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time(monkeypatch, views)
    reply, body = await post(FIELDS, prefer="wait=3")
    assert (reply.status_code, body["phase"]) == (202, "Accepted")
    assert {*time.slept} == {0.3}
    assert 2.7 <= sum(time.slept) <= 3


async def test_what_is_over_is_not_to_be_looked_at_again(ledger: Ledger) -> None:
    await post(FIELDS)
    ledger.finish("r1", lambda _: Verdict(verdict="Failed", succeeded=False, text="No."), NOW)
    reply, body = await post(FIELDS)
    assert (reply.status_code, body["isNew"]) == (200, False)
    assert reply.headers["Location"] == "/api/restores/r1"
    assert "Retry-After" not in reply.headers


async def test_of_a_long_key_the_beginning_is_told(ledger: Ledger) -> None:
    reply, body = await post(FIELDS, idempotency_key="Q" * 500)
    assert reply.status_code == 400
    assert f"Idempotency-Key says {'Q' * 128!r}, requestId says 'r1'" in body["detail"]
