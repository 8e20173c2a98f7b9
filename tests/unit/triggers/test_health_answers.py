"""Health is whether the ledger can be read, and what the app is set to talk to."""

import json
from typing import Any

import pytest

from restore.messages.errors import ServiceUnavailable
from restore.settings import Settings
from storage.ledger import Ledger
from triggers import health


async def shown() -> tuple[int, Any]:
    reply = await health.show(Settings())
    return reply.status_code, json.loads(reply.get_body())


async def test_an_app_that_can_read_its_ledger_is_well(ledger: Ledger) -> None:
    del ledger
    status, body = await shown()
    assert (status, body["status"], body["ledger"]) == (200, "ok", "ok")
    assert body["arm"] == "https://management.azure.com"
    assert body["backupApiVersion"] == Settings().backup_api_version


async def test_one_that_cannot_says_why(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def page(*_: Any) -> None:
        raise ServiceUnavailable("No answer.", code="ServerBusy")

    monkeypatch.setattr(ledger, "page", page)
    status, body = await shown()
    assert (status, body["status"], body["ledger"]) == (503, "failing", "ServerBusy")
