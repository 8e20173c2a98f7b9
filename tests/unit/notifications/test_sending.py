"""One notification to one receiver: where it may go, with which secrets, what became of it."""

import logging
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from notifications.posting import NotAdmitted, Post, Reply
from notifications.sending import ORIGIN, Answer, Sender
from restore.messages.errors import AccessDenied
from restore.notify.receiver_state import Permission
from restore.notify.receivers import Receiver
from tests.unit.restore.notify.events import ALL
from tests.unit.restore.notify.test_receiver_requests import SECRETS

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOOK = {"name": "hook", "kind": "webhook", "url": "https://hooks.example.com/a"}
SECRET_HOOK = {"name": "hook", "kind": "webhook", "urlSetting": "RESTORE_NOTIFY_URL"}
TOPIC = {
    "name": "topic",
    "kind": "eventGrid",
    "url": "https://t.westeurope-1.eventgrid.azure.net/api/events",
}
PAGER = {"name": "oncall", "kind": "pagerduty", "keySetting": "RESTORE_NOTIFY_PD"}


class Wire:
    """What is sent, and what is answered to it."""

    def __init__(self, *answers: Reply | Exception) -> None:
        self._answers = [*answers]
        self.posts: list[Post] = []

    def __call__(self, post: Post) -> Reply:
        self.posts.append(post)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def sender(wire: Wire, secrets: Mapping[str, str] = SECRETS, **more: Any) -> Sender:
    known: dict[str, Any] = {"hosts": ("hooks.example.com",), "token": lambda: "own-token"} | more
    return Sender(
        exchange=wire,
        secrets=lambda names: {name: secrets[name] for name in names if name in secrets},
        **known,
    )


def send(receiver: dict[str, Any], *answers: Reply | Exception, **more: Any) -> Answer:
    return sender(Wire(*answers), **more).send(Receiver.from_json(receiver), ALL["accepted"], NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_good_status_means_that_it_was_taken(status: int) -> None:
    assert send(HOOK, Reply(status, {})) == Answer("taken")


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Reply(199, {}), "away", "NotifyRefused"),
        (Reply(300, {}), "away", "NotifyRedirected"),
        (Reply(301, {}), "away", "NotifyRedirected"),
        (Reply(308, {}), "away", "NotifyRedirected"),
        (Reply(399, {}), "away", "NotifyRedirected"),
        (Reply(400, {}), "refused", "NotifyRefused"),
        (Reply(413, {}), "refused", "NotifyRefused"),
        (Reply(415, {}), "refused", "NotifyRefused"),
        (Reply(422, {}), "refused", "NotifyRefused"),
        (Reply(401, {}), "away", "NotifyRefused"),
        (Reply(404, {}), "away", "NotifyRefused"),
        (Reply(410, {}), "away", "NotifyRefused"),
        (Reply(429, {}), "away", "NotifyRefused"),
        (Reply(500, {}), "away", "NotifyRefused"),
        (TimeoutError("secret"), "away", "NotifyNotReached"),
        (ConnectionRefusedError("secret"), "away", "NotifyNotReached"),
        (ValueError("secret"), "away", "NotifyNotReached"),
        (NotAdmitted("the name leads nowhere"), "away", "NotifyAddressRefused"),
    ],
)
def test_every_other_end_is_told_by_a_code(answer: Any, kind: str, code: str) -> None:
    told = send(HOOK, answer)
    assert (told.kind, told.code) == (kind, code)
    assert told.text
    assert "secret" not in told.text


def test_a_receiver_may_say_when_it_is_ready_again() -> None:
    assert send(HOOK, Reply(503, {"retry-after": "90"})).retry_after_s == 90


def test_a_setting_that_holds_nothing_is_named_and_nothing_is_sent() -> None:
    told = send(SECRET_HOOK, secrets={})
    assert (told.code, "RESTORE_NOTIFY_URL" in told.text) == ("NotifySecretMissing", True)


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://hooks.example.com/", "https://10.0.0.4/", "nonsense"]
)
def test_an_address_in_a_setting_must_be_at_a_host_that_is_named(url: str) -> None:
    told = send(SECRET_HOOK, secrets={"RESTORE_NOTIFY_URL": url})
    assert told.code == "NotifyAddressRefused"
    assert told.text.startswith("RESTORE_NOTIFY_URL ")
    assert url not in told.text


def test_a_key_that_is_none_is_named() -> None:
    receiver = HOOK | {"keySetting": "RESTORE_NOTIFY_KEY"}
    told = send(receiver, secrets={"RESTORE_NOTIFY_KEY": "short-secret"})
    assert told.code == "NotifySecretUnusable"
    assert "short-secret" not in told.text


def test_the_apps_own_token_goes_to_a_topic_of_its_cloud_and_nowhere_else() -> None:
    wire = Wire(Reply(200, {}))
    assert sender(wire).send(Receiver.from_json(TOPIC), ALL["accepted"], NOW).kind == "taken"
    assert wire.posts[0].headers["Authorization"] == "Bearer own-token"
    asked: list[str] = []
    told = send(TOPIC, cloud="china", token=lambda: asked.append("x"))
    assert (told.code, asked) == ("NotifyAddressRefused", [])
    for receiver in (HOOK, SECRET_HOOK, PAGER):
        wire = Wire(Reply(200, {}))
        sender(wire).send(Receiver.from_json(receiver), ALL["accepted"], NOW)
        assert "own-token" not in repr(wire.posts)


def test_a_token_never_leaves_for_a_host_that_is_no_topic_whoever_asks() -> None:
    with pytest.raises(AssertionError):
        sender(Wire())._own_token(Receiver.from_json(TOPIC), "https://evil.example/")


def test_no_token_is_told_in_the_identitys_words() -> None:
    def refuse() -> str:
        raise AccessDenied("Turn on the identity.", code="NoToken")

    told = send(TOPIC, token=refuse)
    assert (told.code, "Turn on the identity." in told.text) == ("NotifyNoToken", True)


def test_a_webhook_is_asked_first_and_allows_for_a_day() -> None:
    wire = Wire(Reply(200, {"webhook-allowed-origin": ORIGIN, "webhook-allowed-rate": "30"}))
    receiver = Receiver.from_json(HOOK | {"tokenSetting": "RESTORE_NOTIFY_TOKEN"})
    found = sender(wire).ask(receiver, NOW)
    assert isinstance(found, Permission)
    assert (found.until, found.per_minute) == (NOW + timedelta(days=1), 30)
    (asked,) = wire.posts
    assert asked.method == "OPTIONS"
    assert asked.headers["WebHook-Request-Origin"] == ORIGIN
    assert asked.headers["Authorization"] == "Bearer secret-token"


def test_who_asks_is_the_apps_public_host_where_that_is_known() -> None:
    wire = Wire(Reply(200, {"webhook-allowed-origin": "restore.example.com"}))
    found = sender(wire, public_url="https://restore.example.com").ask(
        Receiver.from_json(HOOK), NOW
    )
    assert isinstance(found, Permission)
    assert found.per_minute is None
    assert wire.posts[0].headers["WebHook-Request-Origin"] == "restore.example.com"


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, {}),
        Reply(200, {"webhook-allowed-origin": "eventgrid.azure.net"}),
        Reply(199, {"webhook-allowed-origin": "*"}),
        Reply(300, {"webhook-allowed-origin": "*"}),
        Reply(405, {"webhook-allowed-origin": "*"}),
    ],
)
def test_without_its_word_a_webhook_is_told_nothing(answer: Reply) -> None:
    found = sender(Wire(answer)).ask(Receiver.from_json(HOOK), NOW)
    assert isinstance(found, Answer)
    assert (found.kind, found.code) == ("away", "NotifyNotAllowed")


def test_a_permission_counts_for_its_address_and_its_time() -> None:
    wire = Wire(Reply(200, {"webhook-allowed-origin": "*"}))
    known = sender(wire)
    hook = Receiver.from_json(HOOK)
    permission = known.ask(hook, NOW)
    assert isinstance(permission, Permission)
    assert known.has_permission(hook, permission, NOW)
    for later in (timedelta(days=1), timedelta(days=2)):
        assert not known.has_permission(hook, permission, NOW + later)
    assert not known.has_permission(hook, None, NOW)
    for number in range(9):
        other = Receiver.from_json(HOOK | {"url": f"https://b{number}.example"})
        assert not known.has_permission(other, permission, NOW)


@pytest.mark.parametrize("receiver", [HOOK | {"handshake": False}, TOPIC, PAGER])
def test_who_shakes_no_hands_is_not_asked(receiver: dict[str, Any]) -> None:
    assert sender(Wire()).has_permission(Receiver.from_json(receiver), None, NOW)


def test_nothing_secret_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    receiver = SECRET_HOOK | {
        "tokenSetting": "RESTORE_NOTIFY_TOKEN",
        "keySetting": "RESTORE_NOTIFY_KEY",
    }
    told = [
        send(receiver, answer)
        for answer in (Reply(200, {}), Reply(500, {}), OSError(SECRETS["RESTORE_NOTIFY_URL"]))
    ]
    said = f"{told} {caplog.text}"
    for secret in ("secret-path", "secret-token", SECRETS["RESTORE_NOTIFY_KEY"], "own-token"):
        assert secret not in said


@pytest.mark.parametrize("status", [200, 204, 299])
def test_a_webhook_allows_with_any_good_status(status: int) -> None:
    wire = Wire(Reply(status, {"webhook-allowed-origin": "*"}))
    found = sender(wire).ask(Receiver.from_json(HOOK), NOW)
    assert isinstance(found, Permission)


def test_a_permission_of_an_earlier_run_still_counts() -> None:
    address = sha256(HOOK["url"].encode()).hexdigest()[:16]
    permission = Permission(address=address, until=NOW + timedelta(hours=1))
    assert sender(Wire()).has_permission(Receiver.from_json(HOOK), permission, NOW)


@pytest.mark.parametrize(
    ("fields", "secrets", "answer", "code"),
    [
        ({"tokenSetting": "RESTORE_NOTIFY_TOKEN"}, {}, None, "NotifySecretMissing"),
        (
            {"tokenSetting": "RESTORE_NOTIFY_TOKEN"},
            {"RESTORE_NOTIFY_TOKEN": "two words"},
            None,
            "NotifySecretUnusable",
        ),
        ({}, {}, TimeoutError(), "NotifyNotReached"),
        ({}, {}, Reply(500, {"retry-after": "90"}), "NotifyNotAllowed"),
    ],
)
def test_what_keeps_the_app_from_asking_is_told_by_a_code(
    fields: dict[str, str], secrets: dict[str, str], answer: Any, code: str
) -> None:
    wire = Wire() if answer is None else Wire(answer)
    told = sender(wire, secrets).ask(Receiver.from_json(HOOK | fields), NOW)
    assert isinstance(told, Answer)
    assert (told.kind, told.code) == ("away", code)
    assert told.retry_after_s == (90 if isinstance(answer, Reply) else None)


def test_who_has_no_secret_any_more_has_no_permission_either() -> None:
    permission = Permission(address="a", until=NOW + timedelta(hours=1))
    hook = Receiver.from_json(SECRET_HOOK)
    assert not sender(Wire(), {}).has_permission(hook, permission, NOW)


@pytest.mark.parametrize("receiver", [SECRET_HOOK, TOPIC | {"urlSetting": "RESTORE_NOTIFY_URL"}])
def test_this_machine_is_told_nothing_unless_azure_is_simulated(receiver: dict[str, str]) -> None:
    local = {"RESTORE_NOTIFY_URL": "http://127.0.0.1:9000/a"}
    for admits, code in ((None, "NotifyAddressRefused"), (True, "")):
        more = {} if admits is None else {"admits_loopback": admits}
        told = send(receiver, Reply(200, {}), secrets=local, hosts=("127.0.0.1:9000",), **more)
        assert told.code == code


def test_what_sends_stays_as_it_was_made() -> None:
    with pytest.raises(FrozenInstanceError):
        sender(Wire()).cloud = "china"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError("secret"), "It did not answer (no answer in time)."),
        (ConnectionRefusedError("secret"), "It did not answer (ConnectionRefusedError)."),
    ],
)
def test_who_does_not_answer_is_told_of_in_our_own_words(error: Exception, said: str) -> None:
    assert send(HOOK, error).text == said
