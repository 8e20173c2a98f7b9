"""One open restore is followed, started again or given up, and what it tells is sent and logged."""

import asyncio
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import pytest

from activities import reconcile_restore
from restore.messages import names
from restore.messages.activity_io import RESTORE_VERSION, Restore
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Authorization, Verdict
from restore.messages.poll_policy import PollPolicy
from restore.settings import Settings
from storage import open_index
from tests.fakes import log
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.durable import FakeDurableClient
from tests.unit.activities import orders

Status = df.OrchestrationRuntimeStatus
INSTANCE = names.instance_id("r1")
SETTINGS = Settings(restore_revivals_max=3)
WRONG = Settings(restore_revivals_max=3, problems=("X is wrong.",))
DONE = Verdict(verdict="Completed", succeeded=True, text="Done.")


class Client(FakeDurableClient):
    """One that also knows with which revival the restore was started."""

    def __init__(self, revival: int = 0, status: Any = None, waiting: str | None = None) -> None:
        super().__init__()
        order = Restore(
            request=orders.request(), poll_policy=PollPolicy(), revival=revival,
            version=RESTORE_VERSION,
        )  # fmt: skip
        self._given = order.as_json()
        if status is not None:
            self.started[INSTANCE] = ("before", None)
            self.runtime[INSTANCE] = status
            self.custom[INSTANCE] = {"waiting": {"code": waiting}} if waiting else {}

    async def get_status(self, instance_id: str) -> Any:
        found = await super().get_status(instance_id)
        found.input_ = self._given  # type: ignore[attr-defined]
        return found

    @property
    def begun(self) -> int | None:
        """With which revival it was started by the activity, if it was."""
        name, given = self.started.get(INSTANCE, ("", None))
        return given.get("revival", 0) if name == names.RESTORE_VM else None


def reconcile(client: Client, settings: Settings = SETTINGS) -> str:
    found = asyncio.run(
        reconcile_restore.reconcile_restore({"requestId": "r1"}, client, settings)  # type: ignore[arg-type]
    )
    assert found["kind"] == "done", found
    step: str = found["value"]["step"]
    return step


def entered(harness: AppHarness, after_s: float = 120, **known: Any) -> None:
    orders.accepted(harness, orders.request(), **known)
    harness.clock.advance(after_s)


def revivals(harness: AppHarness) -> int:
    return orders.held(harness).entry.revivals


def test_what_runs_is_left_alone_and_told_with_what_it_waits_for(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    entered(harness)
    client = Client(status=Status.Running, waiting="NoSlot")
    assert (reconcile(client), reconcile(client)) == ("leave", "leave")
    assert (client.begun, revivals(harness)) == (None, 0)
    first, second = log.lines(caplog, "open")
    assert (first["code"], first["openS"], first["heldUp"]) == ("NoSlot", 120, 1)
    assert "heldUp" not in second, "the first look has sent its event"
    assert len(harness.sent("accepted")) == 1


def test_what_nobody_follows_is_started_again_and_counted(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    entered(harness)
    client = Client()
    assert reconcile(client) == "revive"
    assert (client.begun, revivals(harness)) == (1, 1)
    (line,) = log.lines(caplog, "revived")
    assert (line["requestId"], line["revival"]) == ("r1", 1)


def test_what_was_counted_and_not_started_is_started_and_not_counted_again(
    harness: AppHarness,
) -> None:
    entered(harness, revivals=2, revived_at=START)
    client = Client(revival=1, status=Status.Failed)
    assert reconcile(client) == "start"
    assert (client.begun, revivals(harness)) == (2, 2)


def test_what_ends_each_time_is_given_up_with_all_that_it_has_left_behind(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    entered(harness, revivals=3, revived_at=START)
    client = Client(revival=3, status=Status.Failed)
    children = names.child_ids(INSTANCE, 3)
    for child in children:
        client.started[child] = ("child", None)
    assert reconcile(client) == "give up"
    assert [each for each, _ in client.terminated] == list(children)
    verdict = harness.verdict("r1")
    assert verdict.error is not None
    assert verdict.error.code == "NotFollowed"
    assert "started it again 3 times" in verdict.error.message
    assert client.begun is None
    assert len(log.lines(caplog, "given-up")) == 1
    assert len(harness.sent("finished")) == 1


@pytest.mark.parametrize(
    ("state", "step"),
    [(LedgerState.ACCEPTED, "leave"), (LedgerState.STARTED, "revive")],
)
def test_while_settings_are_wrong_only_what_runs_in_azure_is_followed_again(
    harness: AppHarness, state: LedgerState, step: str
) -> None:
    entered(harness, state=state)
    client = Client()
    assert reconcile(client, WRONG) == step
    assert revivals(harness) == (step == "revive")


@pytest.mark.parametrize(("after_s", "count"), [(179 * 60, 0), (181 * 60, 1)])
def test_who_must_decide_is_reminded_once_in_the_last_quarter(
    harness: AppHarness, after_s: float, count: int
) -> None:
    wanted = Authorization(rule="r", approval=True, until=START + timedelta(hours=4))
    entered(harness, after_s, authorization=wanted)
    for _ in range(2):
        assert reconcile(Client(status=Status.Running)) == "leave"
    assert len(harness.sent("approval-reminder")) == count


@pytest.mark.parametrize(("after_s", "held_up"), [(30, []), (120, [2])])
def test_what_is_over_is_told_only_while_its_events_are_held_up(
    harness: AppHarness, caplog: pytest.LogCaptureFixture, after_s: float, held_up: list[int]
) -> None:
    log.listen(caplog)
    entered(harness, after_s, state=LedgerState.FINISHED, verdict=DONE)
    assert reconcile(Client()) == "leave"
    assert [line["heldUp"] for line in log.lines(caplog, "open")] == held_up
    assert len(harness.sent("finished")) == len(held_up)
    if held_up:
        assert open_index.read(harness.documents, "r1") is None, "all of it is sent"
        assert reconcile(Client()) == "leave"


def test_held_up_are_the_events_that_came_after_those_that_are_sent(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    entered(harness)
    client = Client(status=Status.Running)
    reconcile(client)
    harness.ledger.finish("r1", lambda _: DONE, harness.clock.now())
    harness.clock.advance(120)
    reconcile(client)
    assert [line["heldUp"] for line in log.lines(caplog, "open")] == [1, 1]
    assert (len(harness.sent("accepted")), len(harness.sent("finished"))) == (1, 1)


@pytest.mark.parametrize(("after_s", "is_open"), [(3_599, True), (3_600, False)])
def test_what_was_never_accepted_is_forgotten_after_an_hour(
    harness: AppHarness, after_s: float, is_open: bool
) -> None:
    open_index.opened(harness.documents, "r1", START)
    harness.clock.advance(after_s)
    client = Client()
    assert reconcile(client) == "forget"
    assert client.begun is None
    assert (open_index.read(harness.documents, "r1") is not None) is is_open
