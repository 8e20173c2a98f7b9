"""Whether the app can do its work is answered 200 or 503, whatever is wrong."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from restore.messages.errors import ServiceUnavailable
from restore.settings import Settings
from storage import connection
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import health


@pytest.fixture(autouse=True)
def _is_not_connected() -> Iterator[None]:
    connection._real.cache_clear()
    yield
    connection._real.cache_clear()


async def show() -> tuple[int, Any]:
    reply = await health.show(Settings())
    return reply.status_code, json.loads(reply.get_body())


async def test_an_app_that_reaches_its_ledger_is_well() -> None:
    with connection.use(Ledger(MemoryDocuments()), MemoryEvents()):
        status, body = await show()
    assert (status, body["status"], body["ledger"]) == (200, "ok", "ok")
    assert body["arm"] == "https://management.azure.com"
    assert body["backupApiVersion"] == Settings().backup_api_version


async def test_one_whose_storage_does_not_answer_says_why(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(*_: Any) -> None:
        raise ServiceUnavailable("No answer.", code="ServerBusy")

    monkeypatch.setattr(ledger, "page", page)
    status, body = await show()
    assert (status, body["status"], body["ledger"]) == (503, "failing", "ServerBusy")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        (None, "", "SettingsWrong"),
        ("AzureWebJobsStorage__acountName", "a", "SettingsWrong"),
        ("AzureWebJobsStorage__blobServiceUri", "https://a", "SettingsWrong"),
        ("AzureWebJobsStorage", "AccountName", "SettingsWrong"),
        ("AzureWebJobsStorage", "AccountName=a;AccountKey=b;x", "SettingsWrong"),
    ],
)
async def test_an_app_without_usable_storage_says_so_and_no_more(
    monkeypatch: pytest.MonkeyPatch, name: str | None, text: str, code: str
) -> None:
    if name is not None:
        monkeypatch.setenv(name, text)
    status, body = await show()
    assert (status, body["status"], body["ledger"]) == (503, "failing", code)


async def test_what_nobody_foresaw_is_no_500_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> Ledger:
        raise RuntimeError("no route; AccountKey=s3cret")

    monkeypatch.setattr(connection, "ledger", breaks)
    status, body = await show()
    assert (status, body["ledger"]) == (503, "RuntimeError")
    assert "s3cret" not in json.dumps(body) + caplog.text
    assert "RuntimeError: no route" in caplog.text
