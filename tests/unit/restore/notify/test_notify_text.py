"""Who is told: the text is checked as a whole, and its schema says what the code reads."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from restore.notify import notify_text
from restore.notify.notify_text import InvalidNotify
from restore.notify.receivers import FIELDS, Notify, settings_of

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "notify.schema.json").read_text())
HOOK: dict[str, Any] = {"name": "hook", "kind": "webhook", "url": "https://hooks.example.com/a"}
TEAMS: dict[str, Any] = {"name": "ops", "kind": "teams", "urlSetting": "RESTORE_NOTIFY_TEAMS"}
PAGER: dict[str, Any] = {"name": "oncall", "kind": "pagerduty", "keySetting": "RESTORE_NOTIFY_PD"}
TOPIC: dict[str, Any] = {
    "name": "topic",
    "kind": "eventGrid",
    "url": "https://topic.westeurope-1.eventgrid.azure.net/api/events",
}
WHOLE = {
    "receivers": [
        HOOK | {"tokenSetting": "RESTORE_NOTIFY_TOKEN", "keySetting": "RESTORE_NOTIFY_KEY"},
        HOOK | {"name": "quiet", "handshake": False, "events": ["finished"]},
        TEAMS | {"minSeverity": "warning"},
        {"name": "chat", "kind": "slack", "urlSetting": "RESTORE_NOTIFY_SLACK"},
        PAGER | {"region": "eu"},
        TOPIC,
    ],
    "hosts": ["hooks.slack.com", "prod-1.westeurope.logic.azure.com", "hooks.example.com:8443"],
    "keepFor": "P2D",
}


def problems(value: Any) -> dict[str, str]:
    with pytest.raises(InvalidNotify) as caught:
        notify_text.parse(value if isinstance(value, str) else json.dumps(value))
    return {problem.path: problem.message for problem in caught.value.problems}


def receivers(*given: dict[str, Any]) -> dict[str, Any]:
    return {"receivers": list(given)}


def test_a_whole_text_is_read_and_taken_by_the_schema() -> None:
    read = notify_text.parse(json.dumps(WHOLE))
    assert [each.kind for each in read.receivers] == [
        "webhook", "webhook", "teams", "slack", "pagerduty", "eventGrid",
    ]  # fmt: skip
    assert read.keep_for_s == 2 * 86_400
    jsonschema.validate(WHOLE, SCHEMA)


def test_the_settings_that_hold_secrets_are_known() -> None:
    assert settings_of(notify_text.parse(json.dumps(WHOLE))) == {
        "RESTORE_NOTIFY_TOKEN", "RESTORE_NOTIFY_KEY", "RESTORE_NOTIFY_TEAMS",
        "RESTORE_NOTIFY_SLACK", "RESTORE_NOTIFY_PD",
    }  # fmt: skip


def test_a_file_may_name_its_schema() -> None:
    text = json.dumps({"$schema": "docs/notify.schema.json", "receivers": []})
    assert notify_text.parse(text) == Notify(receivers=())


def test_everything_wrong_is_said_at_once_with_its_place() -> None:
    wrong = {
        "receivers": [
            HOOK | {"name": "Bad Name", "uri": "x"},
            TEAMS | {"urlSetting": "AzureWebJobsStorage"},
            HOOK | {"kind": "mail"},
            TEAMS | {"events": []},
        ],
        "hosts": ["https://hooks.example.com"],
        "keepFor": "P8D",
    }
    assert set(problems(wrong)) == {
        "$.receivers[0].name", "$.receivers[0].uri", "$.receivers[1].urlSetting",
        "$.receivers[2].kind", "$.receivers[3].events", "$.hosts[0]", "$.keepFor",
    }  # fmt: skip


def test_what_only_the_whole_shows_is_said_too() -> None:
    wrong = receivers(
        HOOK | {"urlSetting": "RESTORE_NOTIFY_URL"},
        HOOK,
        TEAMS | {"url": "https://a.example"},
        {"name": "none", "kind": "webhook"},
        PAGER | {"tokenSetting": "RESTORE_NOTIFY_TOKEN"},
        TOPIC | {"name": "grid", "url": "https://eventgrid.azure.net.example.com/api/events"},
    )
    assert set(problems(wrong)) == {
        "$.receivers[0].urlSetting", "$.receivers[1].name", "$.receivers[2].url",
        "$.receivers[3].url", "$.receivers[4].tokenSetting", "$.receivers[5].url",
    }  # fmt: skip


@pytest.mark.parametrize("kind", FIELDS)
def test_the_schema_refuses_what_a_kind_does_not_have(kind: str) -> None:
    given: dict[str, Any] = {
        "name": "a",
        "kind": kind,
        "url": "https://a.example",
        "keySetting": "RESTORE_NOTIFY_A",
    }
    given |= {"tokenSetting": "RESTORE_NOTIFY_A", "region": "eu", "handshake": True}
    refuses = not jsonschema.Draft202012Validator(SCHEMA).is_valid(receivers(given))
    assert refuses
    assert problems(receivers(given))


@pytest.mark.parametrize("text", ["{", "[]", '{"receivers": [], "receivers": []}', "{} {}", ""])
def test_what_is_none_at_all_is_said_so(text: str) -> None:
    assert "$" in problems(text) or "$.receivers" in problems(text)


def test_no_message_repeats_a_value() -> None:
    told = problems(receivers(HOOK | {"url": "http://secret.example/token"}))
    assert not any("secret" in each for each in told.values())


def test_http_and_loopback_are_for_tests_only() -> None:
    local = receivers(HOOK | {"url": "http://127.0.0.1:9000/hook"})
    read = notify_text.parse(json.dumps(local))
    assert [(each.path, each.message) for each in notify_text.for_tests(read)] == [
        ("$.receivers[0].url", "must be https")
    ]
    assert list(notify_text.for_tests(notify_text.parse(json.dumps(WHOLE)))) == []


def test_the_published_schema_is_the_codes() -> None:
    assert json.loads(json.dumps(notify_text.schema())) == SCHEMA


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, "is required: eventGrid needs url"),
        ("http://topic.westeurope-1.eventgrid.azure.net/api/events", "must be https"),
        ("https://topic.example.com/api/events", "must be an Event Grid topic, at a host"),
    ],
)
def test_what_is_wrong_with_the_address_of_a_topic_is_said(url: str | None, said: str) -> None:
    given = {name: value for name, value in TOPIC.items() if name != "url"}
    wrong = receivers(given if url is None else given | {"url": url})
    ((path, message),) = problems(wrong).items()
    assert path == "$.receivers[0].url"
    assert message.startswith(said)


def test_a_topic_on_loopback_is_for_tests_only() -> None:
    local = receivers(TOPIC | {"url": "http://127.0.0.1:9000/api/events"})
    read = notify_text.parse(json.dumps(local))
    assert [each.path for each in notify_text.for_tests(read)] == ["$.receivers[0].url"]
