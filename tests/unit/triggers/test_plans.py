"""A plan over HTTP: waited for as long as a person does, and fetched later if it takes longer."""

import json
from typing import Any, cast

import azure.functions as func
import pytest

from restore.messages import names
from restore.messages.model import Failure, Outcome
from restore.settings import Settings
from restore.values.decoding import encode
from tests.end_to_end.harness import request_for
from triggers import answers, plans

FIELDS = json.dumps(request_for("RestoreDisks", "r1")).encode()
FAILED = Failure(code="VaultNotFound", message="No such vault.", category="NotFound")


class Status:
    """An instance's status; falsy when there is none."""

    def __init__(self, runtime: str | None, output: Any = None) -> None:
        self.runtime_status = type("Runtime", (), {"value": runtime}) if runtime else None
        self.output = output

    def __bool__(self) -> bool:
        return self.runtime_status is not None


class Client:
    """A durable client whose instances have one status after the other; the last one stays."""

    def __init__(self, *statuses: Status) -> None:
        self.statuses = list(statuses)
        self.started: list[tuple[str, str, Any]] = []
        self.purged: list[str] = []

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        """Start."""
        self.started.append((name, instance_id, client_input))
        return instance_id

    async def get_status(self, instance_id: str) -> Status:
        """Look."""
        del instance_id
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    async def purge_instance_history(self, instance_id: str) -> None:
        """Purge."""
        self.purged.append(instance_id)


NONE, RUNNING = Status(None), Status("Running")


def done(value: Any) -> Status:
    return Status("Completed", encode(Outcome.done(value)))


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("triggers.answers.asyncio.sleep", sleep)
    monkeypatch.setattr("triggers.answers.time.monotonic", lambda: 100.0 + sum(waits))
    return waits


async def ask(client: Client, body: bytes = FIELDS) -> tuple[func.HttpResponse, Any]:
    reply = await plans.ask(
        func.HttpRequest("POST", "http://x/api/restores/plan", body=body),
        cast("Any", client),
        Settings(),
    )
    return reply, json.loads(reply.get_body())


async def show(client: Client, plan_id: str = "p1") -> tuple[func.HttpResponse, Any]:
    request = func.HttpRequest(
        "GET", "http://x/api/plans/p1", route_params={"id": plan_id}, body=b""
    )
    reply = await plans.show(request, cast("Any", client))
    return reply, json.loads(reply.get_body())


async def test_a_plan_that_is_there_in_time_is_shown_and_its_history_purged(
    slept: list[float],
) -> None:
    client = Client(NONE, RUNNING, RUNNING, done({"allowed": True}))
    reply, body = await ask(client)
    assert (reply.status_code, body) == (200, {"allowed": True})
    ((name, instance_id, order),) = client.started
    assert (name, order["source"]) == (names.PLAN_RESTORE, "http")
    assert client.purged == [instance_id]
    assert slept == [0.3, 0.3]


async def test_a_plan_that_takes_longer_is_to_be_fetched(slept: list[float]) -> None:
    client = Client(NONE, RUNNING)
    reply, body = await ask(client)
    assert reply.status_code == 202
    assert reply.headers["Location"] == body["plan"]
    assert reply.headers["Retry-After"] == "5"
    assert client.started[0][1].endswith(body["plan"].rpartition("/")[2])
    assert client.purged == []
    assert 24.5 <= sum(slept) <= 25


async def test_a_request_that_is_wrong_starts_no_plan() -> None:
    client = Client(NONE)
    reply, body = await ask(client, b"{}")
    assert (reply.status_code, body["code"]) == (400, "InvalidRequest")
    assert client.started == []


async def test_a_plan_that_failed_says_why(slept: list[float]) -> None:
    failed = Status("Completed", encode(Outcome.failed(FAILED)))
    reply, body = await ask(Client(NONE, failed))
    assert (reply.status_code, body["code"], slept) == (404, "VaultNotFound", [])


@pytest.mark.parametrize("runtime", ["Failed", "Terminated", "Canceled"])
async def test_a_plan_that_broke_is_to_be_asked_for_again(slept: list[float], runtime: str) -> None:
    reply, body = await ask(Client(NONE, Status(runtime)))
    assert (reply.status_code, body["code"], slept) == (503, "LookFailed", [])


async def test_a_plan_that_is_made_is_fetched_without_waiting(slept: list[float]) -> None:
    reply, body = await show(Client(RUNNING))
    assert (reply.status_code, body["plan"], slept) == (202, "/api/plans/p1", [])
    reply, body = await show(Client(done({"allowed": False})))
    assert (reply.status_code, body) == (200, {"allowed": False})


@pytest.mark.parametrize("plan_id", ["p1", "../x"])
async def test_a_plan_that_nobody_makes_is_not_found(plan_id: str) -> None:
    client = Client(NONE if plan_id == "p1" else RUNNING)
    reply, body = await show(client, plan_id)
    assert (reply.status_code, body["code"]) == (404, "PlanNotFound")


async def test_a_plan_that_is_being_made_is_not_started_again() -> None:
    from restore.request import parsing

    request = parsing.parse_text(FIELDS, default_request_id="x")
    client = Client(RUNNING)
    instance_id = await plans.start(cast("Any", client), request, "queue", "m1")
    assert (instance_id, client.started) == (names.plan_instance_id("m1"), [])


async def test_of_the_time_that_somebody_waits_all_is_used(slept: list[float]) -> None:
    assert await answers.wait(cast("Any", Client(RUNNING)), "i", wait_s=0.3) is None
    assert slept == [0.3]
