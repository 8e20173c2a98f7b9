"""A running app tells its receivers; one that is away delays no restore, and gets all then."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from devhost.azurite import Azurite
from tests.end_to_end.engines import EMBEDDED, REAL, on_devhost, why_not
from tests.end_to_end.harness import HostHarness, request_for
from tests.fakes.receiver import LocalReceiver
from tests.unit.restore.notify.test_receiver_requests import KEY

_WITHIN_S = 120.0


def notify(bad: LocalReceiver, good: LocalReceiver) -> dict[str, str]:
    """Two webhooks, of which one signs and one is named by another setting; and Teams."""
    receivers = [
        {"name": "bad", "kind": "webhook", "urlSetting": "RESTORE_NOTIFY_BAD"},
        {"name": "good", "kind": "webhook", "url": good.url, "keySetting": "RESTORE_NOTIFY_KEY"},
        {"name": "teams", "kind": "teams", "urlSetting": "RESTORE_NOTIFY_TEAMS"},
    ]
    hosts = [bad.authority, good.authority]
    return {
        "RESTORE_NOTIFY": json.dumps({"receivers": receivers, "hosts": hosts}),
        "RESTORE_NOTIFY_BAD": bad.url,
        "RESTORE_NOTIFY_KEY": KEY,
        "RESTORE_NOTIFY_TEAMS": f"http://{good.authority}/teams",
    }


@pytest.mark.parametrize("engine", [EMBEDDED, REAL])
def test_a_receiver_that_is_down_delays_no_restore_and_gets_everything_afterwards(
    engine: str, azurite: Azurite, tmp_path: Path
) -> None:
    reason = why_not(engine)
    if reason:
        pytest.skip(reason)
    assert azurite.ports, "where one Azurite runs, another can"
    with (
        Azurite() as storage,
        LocalReceiver() as bad,
        LocalReceiver() as good,
        on_devhost(storage, tmp_path, engine, notify(bad, good)) as (harness, _),
    ):
        harness.make_queue()
        _told(harness, bad, good)


def _told(harness: HostHarness, bad: LocalReceiver, good: LocalReceiver) -> None:
    bad.leave()
    request_id = f"told-{uuid.uuid4().hex[:8]}"
    harness.call("POST", "restores", request_for("RestoreDisks", request_id))
    harness.finished(request_id)
    wanted = [f"{request_id}:{kind}" for kind in ("accepted", "started", "finished")]
    _until(lambda: _ids(good) == wanted)
    cards = [each.event for each in good.got if each.path == "/teams"]
    assert [each["attachments"][0]["content"]["fallbackText"] for each in cards][-1] == (
        "Restore Completed: web-01"
    )
    (trouble,) = harness.call("GET", "health").body["notifications"]
    assert (trouble["receiver"], trouble["code"]) == ("bad", "NotifyNotReached")
    bad.come_back()
    _until(lambda: sorted(_ids(bad)) == sorted(wanted))
    _until(lambda: harness.call("GET", "health").body["notifications"] == [])


def _ids(receiver: LocalReceiver) -> list[str]:
    """The ids of the events that it took, those of copies once."""
    hooked = (each for each in receiver.got if each.method == "POST" and each.path == "/hook")
    return list(dict.fromkeys(each.event["id"] for each in hooked))


def _until(is_so: Any) -> None:
    give_up = time.monotonic() + _WITHIN_S
    while not is_so():
        assert time.monotonic() < give_up, "it never comes to be"
        time.sleep(0.5)
