"""Events are CloudEvents 1.0 whose ids do not change when they are sent again."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from restore.values.cloud_events import MESSAGE_BYTES_MAX, event, message, reached
from restore.values.truncation import utf8_bytes

_NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def test_an_event_has_all_that_cloud_events_asks_for() -> None:
    assert event("started", "alert-1", "/vm", _NOON, {"jobId": "j"}) == {
        "specversion": "1.0",
        "type": "azure-vm-restore.started.v1",
        "source": "/azure-vm-restore",
        "id": "alert-1:started",
        "time": "2026-11-01T12:00:00Z",
        "subject": "/vm",
        "datacontenttype": "application/json",
        "data": {"requestId": "alert-1", "jobId": "j"},
    }


def test_an_event_sent_again_later_has_the_same_id() -> None:
    again = event("started", "alert-1", "/vm", _NOON + timedelta(hours=1), {})
    assert again["id"] == event("started", "alert-1", "/vm", _NOON, {})["id"]


def test_event_times_are_utc() -> None:
    paris = _NOON.astimezone(timezone(timedelta(hours=1)))
    assert event("accepted", "a", "/vm", paris, {})["time"] == "2026-11-01T12:00:00Z"


def test_an_event_that_may_come_again_has_a_key_and_one_of_many_its_place() -> None:
    plain = event("restores-held", "alert-1", "/vm", _NOON, {})
    keyed = event("restores-held", "alert-1", "/vm", _NOON, {}, key="disks-7", sequence=0)
    assert keyed == plain | {"id": "disks-7:restores-held", "sequence": "0"}


def test_all_links_of_an_event_are_reached_by_an_address() -> None:
    paths = {name: f"/api/{name}" for name in ("restoreAt", "decideAt", "keptAt")}
    told = event("poisoned", "r1", "/vm", _NOON, {**paths, "at": "/api/x"})
    found = reached(told, "https://host.example/ops")
    links = {name: f"https://host.example/ops/{name}" for name in paths}
    assert found == told | {"data": {"requestId": "r1", **links, "at": "/api/x"}}
    bare = event("poisoned", "r1", "/vm", _NOON, {"at": "/api/x"})
    assert reached(bare, "https://host.example/ops") == bare


def large(chars: int, **data: Any) -> dict[str, Any]:
    return event("rejected", "r1", "/vm", _NOON, {"original": "x" * chars, **data})


def test_what_one_message_takes_is_sent_as_it_is() -> None:
    chars = MESSAGE_BYTES_MAX - utf8_bytes(large(0))
    fitting = large(chars)
    assert utf8_bytes(fitting) == 48 * 1024
    assert message(large(0)) == large(0)
    assert message(fitting) is fitting
    assert message(large(chars + 1)) != large(chars + 1)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/api", "/api/events/r1:rejected/data"),
        ("https://a.example", "https://a.example/events/r1:rejected/data"),
    ],
)
def test_of_more_the_message_holds_what_fits_and_where_the_rest_is(
    address: str, place: str
) -> None:
    sent = message(large(60_000, code="Odd"), address)
    assert MESSAGE_BYTES_MAX - 4 <= utf8_bytes(sent) <= MESSAGE_BYTES_MAX
    data = sent["data"]
    assert (data["fullDataAt"], data["code"], data["requestId"]) == (place, "Odd", "r1")
    assert data["truncated"] == ["$.original"]
    assert data["original"].lstrip("x") == "…"
