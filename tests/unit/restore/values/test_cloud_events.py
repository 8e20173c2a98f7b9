"""Events are CloudEvents 1.0 whose ids do not change when they are sent again."""

from datetime import UTC, datetime, timedelta, timezone

from restore.values.cloud_events import event

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
