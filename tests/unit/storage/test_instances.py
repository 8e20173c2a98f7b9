"""Orchestrations are started once, woken where they are, and read as far as they can be."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import msgspec
import pytest

from restore.messages import names
from restore.messages.activity_io import RESTORE_VERSION, Restore
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.poll_policy import PollPolicy
from storage import instances
from storage.instances import Seen
from storage.ledger import Ledger
from tests.fakes.app_harness import START
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments
from tests.unit.restore import samples

Status = df.OrchestrationRuntimeStatus
POLICY = PollPolicy()
LONG = START + timedelta(days=1)
INSTANCE = names.instance_id("r-1")


def order(revival: int = 0) -> dict[str, Any]:
    request = samples.parsed(samples.DISKS)
    return Restore(
        request=request, poll_policy=POLICY, revival=revival, version=RESTORE_VERSION
    ).as_json()


class Client(FakeDurableClient):
    """One that also knows what each was started with."""

    def __init__(self, given: Any = None) -> None:
        super().__init__()
        self.given = given

    async def get_status(self, instance_id: str) -> Any:
        found = await super().get_status(instance_id)
        found.input_ = self.given  # type: ignore[attr-defined]
        return found


def running(custom: Any = None, given: Any = None, status: Any = Status.Running) -> Client:
    client = Client(given)
    client.started[INSTANCE] = ("x", None)
    client.custom[INSTANCE], client.runtime[INSTANCE] = custom, status
    return client


def seen(client: Client) -> Seen:
    return asyncio.run(instances.seen(client, INSTANCE))


def test_what_is_not_there_is_seen_as_nothing() -> None:
    assert seen(Client()) == Seen()
    assert asyncio.run(instances.status_of(Client(), INSTANCE)) is None
    assert seen(running(status=None)) == Seen()
    assert asyncio.run(instances.status_of(running(status=None), INSTANCE)) is None


def test_an_orchestration_tells_its_status_its_revival_and_what_it_waits_for() -> None:
    client = running({"waiting": {"code": "NoSlot"}}, json.dumps(order(2)))
    assert seen(client) == Seen("Running", 2, "NoSlot")
    assert asyncio.run(instances.status_of(client, INSTANCE)) == "Running"
    assert seen(running({"phase": "x"}, order(1))) == Seen("Running", 1, None)
    assert seen(running("text", {"odd": 1}, Status.Completed)) == Seen("Completed", None, None)
    assert seen(running(None, "{nonsense")) == Seen("Running", None, None)


def entry(**changes: Any) -> LedgerEntry:
    plain = LedgerEntry(
        request_id="r-1", request_hash="h", request=samples.parsed(samples.DISKS).as_json(),
        source="queue", accepted_at=START, traceparent="00-1",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def test_a_restore_is_started_with_its_entrys_request() -> None:
    client = Client()
    assert asyncio.run(instances.start_restore(client, entry(revivals=3), POLICY))
    name, given = client.started[INSTANCE]
    assert name == names.RESTORE_VM
    assert (given["source"], given["revival"], given["traceparent"]) == ("queue", 3, "00-1")
    assert given["request"]["requestId"] == "r-1"


def test_one_that_is_there_is_not_started_and_any_other_error_is_raised() -> None:
    client = Client()
    client.refuses = "An instance with this ID already exists."
    assert asyncio.run(instances.start_restore(client, entry(), POLICY)) is False
    client.refuses = "No answer."
    with pytest.raises(Exception, match="No answer"):
        asyncio.run(instances.start_restore(client, entry(), POLICY))


def ensure(client: Client, ledger: Ledger, at: Any = START) -> int:
    held = ledger.read("r-1")
    assert held is not None
    asyncio.run(instances.ensure_running(client, ledger, held.entry, POLICY, at))
    after = ledger.read("r-1")
    assert after is not None
    return after.entry.revivals


def accepted() -> Ledger:
    ledger = Ledger(MemoryDocuments(), lambda: START)
    ledger.accept(entry())
    return ledger


@pytest.mark.parametrize("status", [Status.Running, Status.Completed, Status.Failed])
def test_what_is_there_in_whatever_state_is_left_alone(status: Any) -> None:
    client = running(status=status)
    assert ensure(client, accepted(), LONG) == 0
    assert client.started[INSTANCE][0] == "x"


def test_what_has_just_been_accepted_is_started_without_being_counted() -> None:
    client = Client()
    assert ensure(client, accepted()) == 0
    assert "revival" not in client.started[INSTANCE][1]


def test_what_should_be_there_for_long_is_counted_and_its_children_are_ended() -> None:
    client, ledger = Client(), accepted()
    children = [names.watch_id(INSTANCE, revival) for revival in (0, 1)]
    for child in children:
        client.started[child] = ("watch", None)
    assert ensure(client, ledger, LONG) == 1
    assert client.started[INSTANCE][1]["revival"] == 1
    assert children[0] in [instance_id for instance_id, _ in client.terminated]
    assert children[1] not in [instance_id for instance_id, _ in client.terminated]


def test_where_somebody_else_counts_first_nothing_is_started() -> None:
    client, ledger = Client(), accepted()
    held = ledger.read("r-1")
    assert held is not None
    ledger.revive(held.entry, LONG)
    asyncio.run(instances.ensure_running(client, ledger, held.entry, POLICY, LONG + timedelta(1)))
    assert client.started == {}


@pytest.mark.parametrize(
    ("status", "again"),
    [(Status.Running, False), (Status.Pending, False), (Status.Failed, True)],
)
def test_a_wish_to_cancel_has_a_day(status: Any, again: bool) -> None:
    client, instance_id = Client(), names.cancel_id(INSTANCE)
    client.started[instance_id] = ("x", None)
    client.runtime[instance_id] = status
    asyncio.run(instances.start_cancel(client, "r-1", POLICY, START))
    name, given = client.started[instance_id]
    assert (name == names.CANCEL_JOB) is again
    if again:
        assert given["until"] == "2026-11-24T03:00:00Z"


def test_a_wake_tells_whether_somebody_heard_it() -> None:
    client = Client()
    assert asyncio.run(instances.wake(client, "r-1", "e"))
    assert client.raised == [(INSTANCE, "e")]
    client.raises = "No instance with ID x found."
    assert not asyncio.run(instances.wake(client, "r-1", "e"))


def test_of_a_restore_that_was_revived_often_the_last_revivals_children_are_ended() -> None:
    client = Client()
    children = [names.watch_id(INSTANCE, revival) for revival in range(6)]
    for child in children:
        client.started[child] = ("watch", None)
    asyncio.run(instances.start_counted(client, entry(revivals=4), POLICY))
    ended = {instance_id for instance_id, _ in client.terminated}
    assert ended & set(children) == {children[3]}


def test_one_that_was_revived_before_is_counted_on() -> None:
    ledger = Ledger(MemoryDocuments(), lambda: START)
    ledger.accept(entry())
    ledger.update("r-1", lambda known: msgspec.structs.replace(known, revivals=1))
    assert ensure(Client(), ledger, LONG) == 2
