"""Who sends notifications is woken, sends to each receiver by itself, and tells what is held up."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import azure.functions as func
import pytest

from notifications import connection as notifications_connection
from notifications.posting import Post, Reply
from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from restore.notify.receivers import RECEIVERS_MAX, Notify
from restore.settings import Settings
from storage import connection
from storage.ledger import Ledger
from storage.pending_notifications import PendingNotifications
from tests.fakes.durable import FakeDurableClient
from tests.fakes.log import lines, listen
from tests.fakes.notified import QueueOfWakes
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from tests.unit.restore.notify.events import ALL
from triggers import notifications, views

NOTIFY = {
    "receivers": [
        {"name": "bad", "kind": "webhook", "url": "http://127.0.0.1:1/", "handshake": False},
        {"name": "good", "kind": "webhook", "url": "http://127.0.0.1:2/", "handshake": False},
    ]
}
SETTINGS = Settings.parse(
    {
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "RESTORE_NOTIFY": json.dumps(NOTIFY),
        "SIMULATED_ARM_ENDPOINT": "http://127.0.0.1:7072",
        "RESTORE_PUBLIC_URL": "https://restore.example.com/api",
    }
)


def _now() -> datetime:
    return datetime.now(UTC)


class World:
    """What is kept, who is woken, and two receivers of which one is what a test makes of it."""

    def __init__(self) -> None:
        self.documents = MemoryDocuments()
        self.ledger = Ledger(self.documents)
        self.wakes = QueueOfWakes(_now)
        self.posts: list[Post] = []
        self.bad: Any = Reply(500, {})
        self.good_told = threading.Event()

    def exchange(self, post: Post) -> Reply:
        self.posts.append(post)
        if not post.url.startswith("http://127.0.0.1:1/"):
            self.good_told.set()
            return Reply(202, {})
        return self.bad() if callable(self.bad) else cast("Reply", self.bad)

    @property
    def pending_notifications(self) -> PendingNotifications:
        found = connection.pending_notifications()
        assert found is not None
        return found

    def told(self, place: str) -> list[str]:
        """The ids that a receiver was sent."""
        return [
            json.loads(each.body)["id"]
            for each in self.posts
            if each.url.startswith(f"http://127.0.0.1:{place}/")
        ]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    with (
        connection.use(made.ledger, MemoryEvents(), wakes=made.wakes),
        notifications_connection.use(made.exchange),
    ):
        yield made


async def wake(body: str = "{}") -> None:
    await notifications.send(func.QueueMessage(id="1", body=body), SETTINGS)


async def test_an_event_of_a_restore_reaches_those_who_want_it(world: World) -> None:
    assert SETTINGS.problems == ()
    entry = accept(world)
    assert [receiver for _, receiver in world.wakes.messages] == [None]
    await wake()
    assert world.told("2") == ["r1:accepted"]
    assert world.told("1") == ["r1:accepted"]  # which did not take it
    sent = json.loads(world.posts[-1].body)
    assert sent["data"]["restoreAt"] == "https://restore.example.com/api/restores/r1"
    assert entry.events


async def test_a_receiver_that_is_slow_holds_up_nobody(world: World) -> None:
    slow = threading.Event()

    def wait() -> Reply:
        slow.wait(20)
        return Reply(202, {})

    world.bad = wait
    world.pending_notifications.keep(ALL["accepted"])
    waking = asyncio.create_task(wake())
    assert await asyncio.to_thread(world.good_told.wait, 10)
    world.pending_notifications.keep(ALL["started"])
    await asyncio.wait_for(wake(), 5)  # who finds it busy leaves it alone
    assert world.told("2") == ["r1:accepted", "r1:started"]
    assert world.told("1") == ["r1:accepted"]
    slow.set()
    await waking
    assert world.told("1") == ["r1:accepted", "r1:started"]


async def test_a_wake_may_be_for_one_receiver(world: World) -> None:
    world.pending_notifications.keep(ALL["accepted"])
    await wake()
    world.posts.clear()
    world.bad = Reply(202, {})
    state = world.pending_notifications.state("bad")
    assert state.not_before is not None
    world.pending_notifications.keep(ALL["started"])  # and nobody deals it out
    again = world.documents.kept["receivers/bad"]
    world.documents.kept["receivers/bad"] = (json.dumps({}), again[1], again[2])
    await wake('{"receiver":"bad"}')
    assert world.told("1") == ["r1:accepted"]
    assert world.told("2") == []


@pytest.mark.parametrize("body", ["", "no JSON", "[]", '{"receiver":7}', '{"receiver":"../x"}'])
async def test_a_message_that_is_none_of_ours_does_no_harm(world: World, body: str) -> None:
    world.pending_notifications.keep(ALL["accepted"])
    await wake(body)
    await wake()
    assert world.told("2") == ["r1:accepted"]
    assert all(
        name.startswith(("notify/to/bad/", "receivers/")) for name in world.documents.kept
    ), world.documents.kept


async def test_storage_that_does_not_answer_fails_no_message(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(name: str) -> None:
        raise ServiceUnavailable("It hiccups.", code="ServerBusy")

    world.pending_notifications.keep(ALL["accepted"])
    await wake()
    caplog.clear()
    world.pending_notifications.keep(ALL["started"])
    world.documents.before_read = refuse
    await wake()
    told = lines(caplog, "notification-held-up")
    assert {line["code"] for line in told} == {"ServerBusy"}
    assert [line.get("receiver") for line in told] == [None, "bad"], "dealt out, then sent"


async def test_health_names_who_has_not_got_what(world: World) -> None:
    assert notifications.troubles(SETTINGS) == []
    world.documents.now = lambda: _now() - timedelta(minutes=5)
    world.pending_notifications.keep(ALL["accepted"])
    (undealt,) = notifications.troubles(SETTINGS)
    assert undealt["waiting"] == 1
    await wake()
    (told,) = notifications.troubles(SETTINGS)
    assert (told["receiver"], told["code"]) == ("bad", "NotifyRefused")
    assert told["text"] == "It answered with HTTP 500."
    assert "againAt" in told


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (ServiceUnavailable("Away."), "The storage account does not say what waits."),
        (KeyError("toldat"), "The app cannot say what waits. Read its log."),
    ],
)
def test_health_is_told_where_it_is_not_known_what_waits(
    world: World, error: Exception, problem: str
) -> None:
    def fail(name: str) -> None:
        raise error

    world.documents.before_read = fail
    assert notifications.troubles(SETTINGS) == [{"problem": problem}]


async def test_a_restore_shows_which_receivers_have_not_heard_of_it(world: World) -> None:
    accept(world, at=_now() - timedelta(minutes=5))
    client = FakeDurableClient()
    world.documents.now = lambda: _now() - timedelta(minutes=5)
    await wake()
    assert "notificationsHeld" not in await view(client)  # it was dealt out just now
    _age(world, "notify/to/bad/r1:accepted")
    (held,) = (await view(client))["notificationsHeld"]
    assert (held["receiver"], held["notifications"]) == ("bad", 1)
    done = Verdict(verdict="Completed", succeeded=True, text="Done.")
    world.ledger.finish("r1", lambda _: done, _now())  # which tells something just now
    assert (await view(client))["notificationsHeld"] == [held]
    world.bad = Reply(202, {})
    world.documents.kept.pop("receivers/bad")
    await wake()
    assert "notificationsHeld" not in await view(client)


def test_the_function_is_there_where_somebody_is_told_and_not_else() -> None:
    wrong = Settings(problems=("X is wrong.",), restore_notify=SETTINGS.restore_notify)
    nobody = Settings(restore_notify=None)
    for settings, count in ((Settings(), 0), (nobody, 0), (wrong, 0), (SETTINGS, 1)):
        assert len(notifications.blueprint(settings)._function_builders) == count


async def test_what_the_function_writes_to_the_log_is_found_by_its_name(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    (builder,) = notifications.blueprint(SETTINGS)._function_builders
    function: Any = builder.build(func.AuthLevel.FUNCTION).get_user_function()
    await function(message=func.QueueMessage(id="1", body="no JSON"))
    (line,) = lines(caplog, "remark")
    assert line["function"] == "send_notifications"


async def test_all_receivers_may_be_slow_at_once_and_four_threads_are_left_to_deal_out() -> None:
    begun, over = threading.Semaphore(0), threading.Event()

    def hang() -> None:
        begun.release()
        over.wait(30)

    threads = RECEIVERS_MAX + 4
    hanging = [asyncio.create_task(notifications._in_own_thread(hang)) for _ in range(threads + 1)]
    for _ in range(threads):
        assert await asyncio.to_thread(begun.acquire, timeout=10)
    assert not await asyncio.to_thread(begun.acquire, timeout=0.1), "and no more"
    over.set()
    await asyncio.gather(*hanging)


@pytest.mark.parametrize("notify", [None, SETTINGS.restore_notify])
def test_where_nobody_is_told_health_tells_of_nobody(notify: Notify | None) -> None:
    with connection.use(Ledger(MemoryDocuments()), MemoryEvents()):  # nobody is notified
        assert notifications.troubles(Settings(restore_notify=notify)) == []


def test_where_a_setting_tells_nobody_any_more_health_tells_of_nobody(world: World) -> None:
    world.documents.now = lambda: _now() - timedelta(minutes=5)
    world.pending_notifications.keep(ALL["accepted"])
    assert notifications.troubles(Settings(restore_notify=None)) == []


def accept(world: World, at: datetime | None = None) -> LedgerEntry:
    request = {"recoveryType": "RestoreDisks", "sourceResourceId": "/vm"}
    entry, _ = world.ledger.accept(
        LedgerEntry(
            request_id="r1",
            request_hash="h",
            request=request,
            source="queue",
            accepted_at=at or _now(),
        )
    )
    connection.outbox().tell(entry)
    return entry


async def view(client: FakeDurableClient) -> dict[str, Any]:
    shown = await views.read(cast("Any", client), "r1")
    assert shown is not None
    return shown


def _age(world: World, name: str) -> None:
    text, labels, version = world.documents.kept[name]
    then = (_now() - timedelta(minutes=2)).isoformat()
    world.documents.kept[name] = (text, labels | {"since": then}, version)
