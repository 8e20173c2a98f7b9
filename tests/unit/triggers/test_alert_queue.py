"""Alerts from the queue, and those that the host gave up: recorded as long as storage answers."""

import json
from typing import Any

import azure.functions as func
import pytest

from restore.messages.errors import ServiceUnavailable
from tests.alert_samples import common
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import AppHarness, worker
from tests.fakes.log import lines
from tests.fakes.messages import message
from triggers import alert_queue

BODY = json.dumps(common()).encode()


async def give_up(harness: AppHarness, given_up: func.QueueMessage) -> None:
    """Let the function take a message of the poison queue."""
    (taking,) = [each for each in worker().functions if each.name == "take_poisoned_alert"]
    await taking.function(message=given_up, client=harness.api.client_binding())


def away(*_: Any) -> None:
    raise ServiceUnavailable("No answer.", code="ServerBusy")


def test_a_message_is_recorded_under_the_time_at_which_it_was_sent(harness: AppHarness) -> None:
    door = AlertDoor(harness)
    door.drop(common(), "m1", age_s=60)
    harness.run_for(30)
    door.drop(common(), "m1", age_s=90)  # once more
    door.drop(common(), "m2", age_s=120)
    listed = door.list().body["value"]
    assert [each["receivedAt"] for each in listed] == [
        "2026-11-23T02:59:00Z", "2026-11-23T02:58:30Z",
    ]  # fmt: skip


async def test_what_the_host_gave_up_is_recorded(harness: AppHarness) -> None:
    await give_up(harness, message(BODY, "m1"))
    (name,) = [each for each in harness.documents.kept if each.startswith("alerts/")]
    assert name.endswith("-m1")


@pytest.mark.parametrize(
    ("tries", "is_over"), [(1, False), (99, False), (100, True), (101, True), (None, False)]
)
async def test_storage_that_refuses_is_waited_for_through_a_hundred_tries(
    harness: AppHarness, caplog: pytest.LogCaptureFixture, tries: int | None, is_over: bool
) -> None:
    """Ten minutes apart: most of a day."""
    harness.documents.before_write = away
    given_up = func.QueueMessage(id="m1", body=BODY)
    if tries is not None:
        given_up = message(BODY, "m1", tries=tries)
    if not is_over:
        with pytest.raises(ServiceUnavailable):
            await give_up(harness, given_up)
        return
    await give_up(harness, given_up)
    (told,) = lines(caplog, "fault")
    assert (told["exception"], told["messageId"]) == ("ServiceUnavailable", "m1")
    assert told["queue"] == "restore-alerts-poison"


async def test_a_fault_of_ours_is_told_and_not_repeated(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(alert_queue, "_take", broken)
    await give_up(harness, message(BODY, "m1"))
    (told,) = lines(caplog, "fault")
    assert (told["exception"], told["messageId"]) == ("RuntimeError", "m1")
