"""The point of a request that was sent already stays the one that was sent."""

from datetime import timedelta
from typing import Any

import pytest

from activities import find_recovery_point
from restore.messages import names
from restore.messages.activity_io import FindPoint
from restore.messages.ledger_entry import Intent, LedgerEntry
from restore.messages.model import Choice, Outcome, RecoveryPoint
from restore.request import parsing
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import START, AppHarness

SENT = "The app sent an earlier attempt at this request with this recovery point."


def points(harness: AppHarness) -> list[RecoveryPoint]:
    item = harness.backup.find_protected_item(VAULT, vm())
    found, _ = harness.backup.recovery_points(item)
    return sorted(found, key=lambda point: point.time)


def answer(harness: AppHarness, **fields: Any) -> Outcome:
    request = parsing.parse_request(
        request_for("RestoreDisks", "r1") | fields, default_request_id="x"
    )
    item = harness.backup.find_protected_item(VAULT, vm())
    order = FindPoint(request=request, item=item)
    return Outcome.from_json(find_recovery_point.find_recovery_point(order.as_json()))


def choice(harness: AppHarness, **fields: Any) -> Choice:
    found = answer(harness, **fields)
    assert found.kind == "done", found
    return Choice.from_json(found.value)


def send(harness: AppHarness, point: str) -> None:
    request = parsing.parse_request(request_for("RestoreDisks", "r1"), default_request_id="x")
    harness.ledger.accept(
        LedgerEntry(
            request_id="r1",
            request_hash=names.request_hash(request),
            request=request.as_json(),
            source="queue",
            accepted_at=START,
        )
    )
    held = harness.ledger.read("r1")
    assert held is not None
    intent = Intent(
        item_id="/i",
        container_name="c",
        recovery_point=point,
        vault_time=START,
        written_at=START,
        window_s=200,
        known_jobs=(),
    )
    harness.ledger.intend(held, intent)


def test_the_newest_point_is_chosen_where_nothing_was_sent(harness: AppHarness) -> None:
    found = choice(harness)
    assert found.point.name == points(harness)[-1].name
    assert found.why != SENT


def test_what_was_sent_stays_chosen(harness: AppHarness) -> None:
    oldest = points(harness)[0]
    send(harness, oldest.name)
    incident = oldest.time + timedelta(hours=1)
    found = choice(harness, incidentAt=incident.isoformat())
    assert (found.point.name, found.why) == (oldest.name, SENT)
    assert found.considered == len(points(harness))
    assert found.data_loss is not None
    assert found.point.disks is not None


@pytest.mark.parametrize("name", ["gone", ""])
def test_a_sent_point_that_is_gone_is_chosen_anew(harness: AppHarness, name: str) -> None:
    send(harness, name)
    assert choice(harness).point.name == points(harness)[-1].name


def test_what_cannot_be_sent_for_the_point_is_refused_before_it_is_sent(
    harness: AppHarness,
) -> None:
    found = answer(harness, recoveryPoint={"notAfter": "2020-01-01T00:00:00Z"})
    assert found.kind == "failed"
