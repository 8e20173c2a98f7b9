"""A starter starts at most one orchestration per request id, and always the first request's."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import msgspec
import pytest

from restore.messages.ledger_entry import Intent, LedgerState
from restore.messages.model import Verdict
from restore.messages.request import RestoreDisks, RestoreRequest
from restore.progress import reconcile_decision
from restore.settings import Settings
from storage import connection
from storage.ledger import Ledger
from tests.fakes.durable import FakeDurableClient
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import starter

SETTINGS = Settings()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    ledger = Ledger(MemoryDocuments())
    with connection.use(ledger, MemoryEvents()):
        yield ledger


def request(**changes: Any) -> RestoreRequest:
    plain = RestoreDisks(request_id="r1", source_resource_id="/vm")
    return msgspec.structs.replace(plain, **changes)


async def start(client: FakeDurableClient, wanted: RestoreRequest) -> starter.Start:
    return await starter.start(cast("Any", client), wanted, "queue", SETTINGS)


async def test_a_new_request_is_entered_and_started(ledger: Ledger) -> None:
    client = FakeDurableClient()
    started = await start(client, request())
    assert started.is_new
    assert list(client.started) == ["restore-r1"]
    held = ledger.read("r1")
    assert held is not None
    assert held.entry.state is LedgerState.ACCEPTED


async def test_the_same_request_again_starts_nothing(ledger: Ledger) -> None:
    client = FakeDurableClient()
    await start(client, request())
    client.started["restore-r1"] = ("mark", None)
    again = await start(client, request())
    assert not again.is_new
    assert client.started["restore-r1"] == ("mark", None)


async def test_a_changed_request_under_a_used_id_is_a_conflict(ledger: Ledger) -> None:
    client = FakeDurableClient()
    await start(client, request())
    changed = await start(client, request(deadline="PT1H"))
    assert (changed.is_conflict, changed.is_new) == (True, False)
    _, order = client.started["restore-r1"]
    assert "deadline" not in order["request"]


async def test_a_start_that_was_lost_after_the_entry_is_made_up_for(ledger: Ledger) -> None:
    client = FakeDurableClient()
    client.refuses = "the storage account is away"
    with pytest.raises(Exception, match="away"):
        await start(client, request())
    client.refuses = None
    again = await start(client, request())
    assert not again.is_new
    assert list(client.started) == ["restore-r1"]


async def test_losing_the_race_to_start_is_no_error(ledger: Ledger) -> None:
    client = FakeDurableClient()
    client.refuses = (
        "{'Message': 'An Orchestration instance with the status Running already exists.'}"
    )
    assert (await start(client, request())).is_new


async def test_a_finished_restore_is_never_started_again_even_when_its_history_is_gone(
    ledger: Ledger,
) -> None:
    client = FakeDurableClient()
    started = await start(client, request())
    done = Verdict(verdict="Completed", succeeded=True, text="Done.")
    ledger.finish("r1", lambda _: done, started.entry.accepted_at)
    client.started.clear()
    again = await start(client, request())
    assert again.entry.verdict == done
    assert client.started == {}


async def test_an_open_restore_whose_orchestration_is_gone_is_started_again_and_counted(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeDurableClient()
    await start(client, request())
    client.started.clear()
    monkeypatch.setattr(reconcile_decision, "START_MAX", timedelta(seconds=-1))
    again = await start(client, request())
    assert not again.is_new
    _, order = client.started["restore-r1"]
    assert order.get("revival") == 1
    held = ledger.read("r1")
    assert held is not None
    assert held.entry.revivals == 1


async def test_one_that_is_in_azure_already_is_followed_again_as_well(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeDurableClient()
    started = await start(client, request())
    at = started.entry.accepted_at
    held = ledger.read("r1")
    assert held is not None
    intent = Intent(
        item_id="/i", container_name="c", recovery_point="1", vault_time=at, written_at=at,
        window_s=200, known_jobs=(),
    )  # fmt: skip
    ledger.started("r1", ledger.intend(held, intent), job_id="job")
    client.started.clear()
    monkeypatch.setattr(reconcile_decision, "START_MAX", timedelta(seconds=-1))
    again = await start(client, request())
    assert (again.entry.state, again.is_new) == (LedgerState.STARTED, False)
    assert [*client.started] == ["restore-r1"]
