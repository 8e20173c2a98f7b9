"""Orders for one restore, r1, as its orchestration makes them, and its entry in the ledger."""

from datetime import timedelta
from typing import Any

import msgspec

from restore.messages import names
from restore.messages.activity_io import Authorize, Trigger
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Choice, ProtectedItem
from restore.messages.request import RestoreRequest
from restore.request import parsing
from restore.start import recovery_point_choice
from storage.ledger import Held
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import START, AppHarness


def request(kind: str = "RestoreDisks", **fields: Any) -> RestoreRequest:
    asked: RestoreRequest = parsing.parse_request(
        request_for(kind, "r1", **fields), default_request_id="none"
    )
    return asked


def item(harness: AppHarness) -> ProtectedItem:
    return harness.backup.find_protected_item(VAULT, vm())


def choice(harness: AppHarness, asked: RestoreRequest) -> Choice:
    points, _ = harness.backup.recovery_points(item(harness))
    return recovery_point_choice.choose_for(asked, item(harness), points, now=START)


def accepted(harness: AppHarness, asked: RestoreRequest, **known: Any) -> LedgerEntry:
    """Enter the request, with these fields otherwise."""
    entry = LedgerEntry(
        request_id="r1",
        request_hash=names.request_hash(asked),
        request=asked.as_json(),
        source="queue",
        accepted_at=START,
    )
    entry, _ = harness.ledger.accept(msgspec.structs.replace(entry, **known))
    return entry


def held(harness: AppHarness) -> Held:
    found = harness.ledger.read("r1")
    assert found is not None
    return found


def older_choice(harness: AppHarness) -> Choice:
    """Return the choice of an hour before the newest point."""
    newest = choice(harness, request())
    before = (newest.point.time - timedelta(hours=1)).isoformat()
    return choice(harness, request(recoveryPoint={"notAfter": before}))


def authorize(harness: AppHarness, asked: RestoreRequest, **more: Any) -> dict[str, Any]:
    chosen = choice(harness, asked)
    order = Authorize(request=asked, item=item(harness), choice=chosen)
    return msgspec.structs.replace(order, **more).as_json()


def trigger(harness: AppHarness, asked: RestoreRequest, **more: Any) -> dict[str, Any]:
    chosen = choice(harness, asked)
    order = Trigger(
        request=asked,
        item=item(harness),
        point=chosen.point,
        job_search_s=190,
        until=START + timedelta(seconds=asked.deadline_s),
    )
    return msgspec.structs.replace(order, **more).as_json()
