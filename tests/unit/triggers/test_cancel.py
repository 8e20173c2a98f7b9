"""What a cancel request is told: by how far the restore has come, and by who still follows it."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import azure.functions as func
import pytest

from restore import names
from restore.contracts import Permit, Verdict
from restore.ledger import Intent
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from triggers import restores

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
GONE = "Instance with ID restore-r1 is gone: either completed or failed"


def start(ledger: Ledger) -> None:
    held = ledger.read("r1")
    assert held is not None
    intent = Intent(
        item_id="/i", container_name="c", recovery_point="1", vault_time=NOW, known_jobs=()
    )
    ledger.intend(held, intent)
    ledger.started("r1", job_id="job")


async def cancel(client: FakeDurableClient, request_id: str = "r1") -> tuple[int, Any]:
    request = func.HttpRequest("POST", "/x", route_params={"id": request_id}, body=b"")
    reply = await restores.cancel(request, cast("Any", client))
    return reply.status_code, json.loads(reply.get_body())


async def test_before_anything_is_sent_it_is_certain_and_nobody_is_told(ledger: Ledger) -> None:
    del ledger
    client = FakeDurableClient()
    for _ in range(2):
        status, body = await cancel(client)
        assert (status, body["cancel"]) == (202, "BeforeStart")
    assert client.raised == []


async def test_a_started_restore_is_told(ledger: Ledger) -> None:
    start(ledger)
    client = FakeDurableClient()
    status, body = await cancel(client)
    assert (status, body["cancel"]) == (202, "Asked")
    assert client.raised == [("restore-r1", names.CANCEL_EVENT)]


@pytest.mark.parametrize("gone", [GONE, "No instance with ID restore-r1 found."])
async def test_an_orchestration_that_was_ended_by_hand_is_said_so(
    ledger: Ledger, gone: str
) -> None:
    start(ledger)
    client = FakeDurableClient()
    client.raises = gone
    status, body = await cancel(client)
    assert (status, body["code"]) == (409, "RestoreNotFollowed")
    assert "restore-r1~watch" in body["detail"]


class EndsMeanwhile(FakeDurableClient):
    """A client whose instance ends just before the event comes."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.raises = GONE
        self._ledger = ledger

    async def raise_event(self, instance_id: str, event_name: str, event_data: Any) -> None:
        """Raise an event, too late."""
        done = Verdict(verdict="Completed", succeeded=True, text="It is done.")
        self._ledger.finish("r1", done, NOW)
        await super().raise_event(instance_id, event_name, event_data)


async def test_a_restore_that_ends_in_the_same_moment_is_over(ledger: Ledger) -> None:
    start(ledger)
    client = EndsMeanwhile(ledger)
    status, body = await cancel(client)
    assert (status, body["code"], body["verdict"]) == (409, "RestoreIsOver", "Completed")


@pytest.mark.parametrize("request_id", ["r2", "..", "../items/x"])
async def test_an_unknown_restore_cannot_be_cancelled(ledger: Ledger, request_id: str) -> None:
    del ledger
    status, body = await cancel(FakeDurableClient(), request_id)
    assert (status, body["code"]) == (404, "RestoreNotFound")


async def test_a_restore_that_waits_for_an_approval_is_woken(ledger: Ledger) -> None:
    ledger.permit("r1", Permit(rule="replace", approval=True, until=NOW))
    client = FakeDurableClient()
    assert (await cancel(client))[1]["cancel"] == "BeforeStart"
    assert client.raised == [("restore-r1", names.DECISION_EVENT)]
