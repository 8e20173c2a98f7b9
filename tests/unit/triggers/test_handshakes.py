"""Who wants to send alerts shakes hands, and only those who may are answered with yes."""

from collections.abc import Iterator
from typing import Any

import pytest

from restore.settings import Settings
from tests.alert_samples import SUBSCRIPTION, common
from tests.fakes.alert_door import AlertDoor
from tests.fakes.app_harness import AppHarness

TOPIC = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.EventGrid/topics/t"
CODE = "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"


def validation(topic: str = TOPIC, code: Any = CODE) -> list[dict[str, Any]]:
    data = {"validationCode": code, "validationUrl": "https://evil.example/validate?id=x"}
    kind = "Microsoft.EventGrid.SubscriptionValidationEvent"
    return [
        {"id": "1", "topic": topic, "subject": "", "data": data, "eventType": kind,
         "eventTime": "2026-11-23T03:00:00Z", "metadataVersion": "1", "dataVersion": "1"}
    ]  # fmt: skip


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def door(harness: AppHarness, *origins: str) -> AlertDoor:
    settings = Settings(restore_alert_origins=origins) if origins else Settings()
    return AlertDoor(harness, settings)


def test_event_grid_is_allowed_by_default(harness: AppHarness) -> None:
    asked = {"webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120"}
    reply = door(harness).post(None, method="OPTIONS", headers=asked)
    assert reply.status == 200
    assert reply.body["headers"]["webhook-allowed-origin"] == "eventgrid.azure.net"
    assert reply.body["headers"]["webhook-allowed-rate"] == "120"


@pytest.mark.parametrize("rate", ["", "many", "100000", "²", "0", "-5", "1" * 5000])
def test_a_rate_that_is_none_or_too_high_is_ours(harness: AppHarness, rate: str) -> None:
    asked = {"webhook-request-origin": "EventGrid.Azure.Net", "webhook-request-rate": rate}
    reply = door(harness).post(None, method="OPTIONS", headers=asked)
    assert reply.body["headers"]["webhook-allowed-rate"] == "600"


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"webhook-request-origin": "evil.example"}, {"webhook-request-origin": ""},
        {"webhook-request-origin": "eventgrid.azure.net.evil.example"},
        {"webhook-request-origin": "*"},
    ],
)  # fmt: skip
def test_a_foreign_origin_is_refused(harness: AppHarness, headers: dict[str, str]) -> None:
    reply = door(harness).post(None, method="OPTIONS", headers=headers)
    assert (reply.status, reply.body["code"]) == (403, "OriginRefused")
    assert "webhook-allowed-origin" not in reply.body["headers"]


def test_a_foreign_origins_alert_is_not_taken(harness: AppHarness) -> None:
    asked = {"webhook-request-origin": "evil.example"}
    assert door(harness).post(common(), headers=asked).status == 403
    assert harness.documents.kept == {}


def test_event_grids_own_handshake_is_answered_with_its_code(harness: AppHarness) -> None:
    reply = door(harness).post(validation())
    assert (reply.status, reply.body["validationResponse"]) == (200, CODE)
    assert harness.documents.kept == {}, "a handshake is no alert"


@pytest.mark.parametrize(
    ("origins", "topic", "status"),
    [
        (("eventgrid.azure.net",), TOPIC, 200),
        (("events.example",), TOPIC, 403),
        ((SUBSCRIPTION,), TOPIC.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), 200),
        ((TOPIC,), TOPIC, 200),
        ((f"{SUBSCRIPTION}/resourceGroups/r",), TOPIC, 403),
        (("eventgrid.azure.net", f"{TOPIC}2"), TOPIC, 403),
        ((SUBSCRIPTION,), f"{SUBSCRIPTION}/../x", 403),
        (("eventgrid.azure.net",), "https://evil.example", 403),
    ],
)
def test_topics_are_allowed_by_what_they_lie_under(
    harness: AppHarness, origins: tuple[str, ...], topic: str, status: int
) -> None:
    assert door(harness, *origins).post(validation(topic)).status == status


@pytest.mark.parametrize("code", ["", None, 7, "<script>", "a" * 101, "a b"])
def test_only_a_code_is_sent_back(harness: AppHarness, code: Any) -> None:
    reply = door(harness).post(validation(code=code))
    assert (reply.status, reply.body["code"]) == (400, "InvalidRequest")
    assert "validationCode" in reply.body["detail"]
    assert door(harness).post(validation("https://evil.example", code)).status == 403


@pytest.mark.parametrize("body", [[], validation() * 2, [*validation(), common()], 7])
def test_what_is_more_or_less_than_one_handshake_is_taken_for_an_alert(
    harness: AppHarness, body: Any
) -> None:
    reply = door(harness).post(body)
    assert "validationResponse" not in reply.body
    assert reply.body["alertId"]
