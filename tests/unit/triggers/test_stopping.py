"""Who has stopped what alerts ask for is told of such restores alone, and while it matters."""

from datetime import UTC, datetime
from typing import Any

import pytest

from restore.messages.ledger_entry import LedgerEntry
from restore.settings import Settings
from storage import alert_switch
from storage.ledger import Ledger
from triggers import stopping

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
STOPPED = alert_switch.Stopped(at=NOW, by="bob", reason="a storm")


@pytest.mark.parametrize(
    ("view", "is_told"),
    [
        ({"source": "alert"}, True),
        ({"source": "alert", "operationId": "o1"}, False),
        ({"source": "alert", "verdict": "Failed"}, False),
        ({"source": "http"}, False),
        ({"source": "queue"}, False),
    ],
)
async def test_it_is_told_of_what_an_alert_asked_for_and_is_not_in_azure_yet(
    ledger: Ledger, view: dict[str, Any], is_told: bool
) -> None:
    assert await stopping.told(view, Settings()) == view
    alert_switch.stop(ledger.documents, STOPPED)
    stopped = {"stopped": STOPPED.as_json()} if is_told else {}
    assert await stopping.told(view, Settings()) == view | stopped


@pytest.mark.parametrize(
    ("source", "is_stopped"), [("alert", True), ("http", False), ("queue", False)]
)
async def test_what_others_ask_for_is_not_stopped(
    ledger: Ledger, source: str, is_stopped: bool
) -> None:
    entry = LedgerEntry(
        request_id="r2", request_hash="h", request={}, source=source, accepted_at=NOW
    )
    assert not await stopping.is_stopped(entry, Settings())
    alert_switch.stop(ledger.documents, STOPPED)
    assert await stopping.is_stopped(entry, Settings()) is is_stopped


def test_a_setting_stops_them_whatever_the_switch_says(ledger: Ledger) -> None:
    assert stopping.stopped_by(ledger.documents, Settings()) is None
    by_setting = {"reason": "the setting RESTORE_ALERTS_STOPPED"}
    for _ in range(2):
        found = stopping.stopped_by(ledger.documents, Settings(restore_alerts_stopped=True))
        assert found == by_setting
        alert_switch.stop(ledger.documents, STOPPED)
