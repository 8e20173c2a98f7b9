"""The list of restores: filters that cannot match are refused, not answered with an empty list."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import pytest

from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from storage import connection
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from tests.unit.restore.samples import VM
from triggers import listing

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
FAILED = Verdict(verdict="Failed", succeeded=False, text="It failed.")


@pytest.fixture(autouse=True)
def ledger() -> Iterator[Ledger]:
    ledger = Ledger(MemoryDocuments())
    for name in ("r1", "r2", "r3"):
        ledger.accept(
            LedgerEntry(
                request_id=name,
                request_hash=name,
                request={"recoveryType": "RestoreDisks"}
                | ({"sourceResourceId": VM} if name == "r3" else {}),
                source="http",
                accepted_at=NOW,
            )
        )
    ledger.finish("r2", lambda _: FAILED, NOW)
    with connection.use(ledger, MemoryEvents()):
        yield ledger


async def page(**params: str) -> tuple[int, Any]:
    request = func.HttpRequest("GET", "/api/restores", params=params, body=b"")
    reply = await listing.show_page(request)
    return reply.status_code, json.loads(reply.get_body())


async def test_filters_compare_without_case() -> None:
    status, body = await page(verdict="failed", state="finished")
    assert status == 200
    assert [line["requestId"] for line in body["value"]] == ["r2"]


async def test_a_line_end_behind_an_id_is_no_part_of_the_filter() -> None:
    _, body = await page(sourceResourceId=f"{VM}\r")
    assert [line["requestId"] for line in body["value"]] == ["r3"]


async def test_pages_follow_each_other_by_their_token() -> None:
    _, first = await page(top="2")
    _, second = await page(top="2", continuationToken=first["continuationToken"])
    lines = [*first["value"], *second["value"]]
    assert [line["requestId"] for line in lines] == ["r1", "r2", "r3"]
    assert "continuationToken" not in second


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"verdict": "Fialed"}, "$.verdict"),
        ({"state": "running"}, "$.state"),
        ({"recoveryType": "Disks"}, "$.recoveryType"),
        ({"vault": "x"}, "$.vault"),
        ({"to p": "1"}, "$['to p']"),
        ({"top": "0"}, "$.top"),
        ({"top": "201"}, "$.top"),
        ({"top": "\u0661"}, "$.top"),
        ({"top": "1" * 5000}, "$.top"),
        ({"continuationToken": "xx"}, "$.continuationToken"),
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused(params: dict[str, str], path: str) -> None:
    status, body = await page(**params)
    assert status == 400
    assert [problem["path"] for problem in body["problems"]] == [path]
