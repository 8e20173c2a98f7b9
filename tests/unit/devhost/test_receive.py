"""The receiver of `python -m devhost receive`: it answers the handshake, and tells what came."""

import argparse
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from devhost.cli import receive
from restore.notify import receiver_requests
from restore.notify.receivers import Receiver
from tests.unit.restore.notify.events import ALL, HELD, finished
from tests.unit.restore.notify.test_receiver_requests import (
    KEY,
    PAGER,
    SECRETS,
    SLACK,
    TEAMS,
    WEBHOOK,
)


def given(**more: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"status": 202, "wait": 0, "key": None, "full": False} | more)


def request(event: Any, **fields: Any) -> receiver_requests.ReceiverRequest:
    receiver = Receiver.from_json({"name": "a"} | fields)
    return receiver_requests.write(receiver, event, SECRETS, datetime.now(UTC))


@pytest.mark.parametrize(
    ("receiver", "said"),
    [
        (WEBHOOK, "azure-vm-restore.finished.v1 r1"),
        (TEAMS, "Restore Completed: web-01"),
        (SLACK, "ℹ️ Restore Completed: web-01"),
        (PAGER, "resolve azure-vm-restore/r1: Restore Completed: web-01"),
    ],
)
def test_it_tells_each_kind_of_notification_in_a_line(receiver: Any, said: str) -> None:
    assert receive.told(request(finished("Completed"), **receiver).body) == said


def test_what_is_of_no_restore_is_told_by_its_subject() -> None:
    said = "azure-vm-restore.restores-held.v1 rules/save-disks"
    assert receive.told(request(HELD, **WEBHOOK).body) == said


@pytest.mark.parametrize("body", [b"", b"no JSON", b"{}", b'{"text": 7}'])
def test_whatever_comes_is_told(body: bytes) -> None:
    assert receive.told(body)


async def test_it_allows_who_asks_and_answers_as_it_was_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with TestClient(TestServer(receive.app_of(given(status=503)))) as client:
        asked = await client.options("/x", headers={"WebHook-Request-Origin": "app.example"})
        assert asked.headers["WebHook-Allowed-Origin"] == "app.example"
        posted = await client.post("/x", data=request(ALL["accepted"], **WEBHOOK).body)
        assert posted.status == 503
    assert "azure-vm-restore.accepted.v1 r1  -> 503" in capsys.readouterr().out


async def test_with_a_key_it_says_whether_a_signature_is_good(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent = request(ALL["accepted"], **WEBHOOK, keySetting="RESTORE_NOTIFY_KEY")
    async with TestClient(TestServer(receive.app_of(given(key=KEY)))) as client:
        for body in (sent.body, sent.body + b" "):
            await client.post("/x", data=body, headers=dict(sent.headers))
    said = capsys.readouterr().out
    assert said.count("the signature is good") == said.count("THE SIGNATURE IS WRONG") == 1
