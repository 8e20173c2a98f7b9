"""What is sent to a receiver for one event: where to, with which headers, and which body.

One table by the receiver's kind. What is secret comes in as an argument and goes out in the
request, which nobody logs.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from restore.notify import cards, signing, summaries
from restore.notify.receiver_filter import kind_of
from restore.notify.receivers import Kind, Receiver
from restore.values import cloud_events
from restore.values.truncation import compact

JSON = dict[str, Any]

_CLOUD_EVENT = "application/cloudevents+json; charset=utf-8"
_PLAIN_JSON = "application/json; charset=utf-8"
_PAGERDUTY = {
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}
"""PagerDuty, "Events API v2: send an event", and its service regions."""
_PROGRAMS: tuple[Kind, ...] = ("webhook", "eventGrid")
_CARDS: dict[Kind, Callable[[summaries.Summary], JSON]] = {
    "teams": cards.teams,
    "slack": cards.slack,
}
_TOPIC_VERSION = "api-version=2018-01-01"
"""Microsoft Learn, "Publish events to Azure Event Grid custom topics"."""


class Unusable(Exception):
    """A secret has not the form that its use needs. It says which setting, not what it holds."""


class ReceiverRequest(NamedTuple):
    """One request to a receiver. Never logged: address, headers and body may hold secrets."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def address_of(receiver: Receiver, secrets: Mapping[str, str]) -> str:
    """Return where a receiver is."""
    if receiver.url_setting is not None:
        return secrets[receiver.url_setting]
    if receiver.url is None:
        return _PAGERDUTY[receiver.region]
    if receiver.kind == "eventGrid":
        return f"{receiver.url}{'&' if '?' in receiver.url else '?'}{_TOPIC_VERSION}"
    return receiver.url


def write(
    receiver: Receiver,
    event: JSON,
    secrets: Mapping[str, str],
    at: datetime,
    public_url: str | None = None,
) -> ReceiverRequest:
    """Return the request that tells a receiver of an event. Raises Unusable."""
    content = compact(_content(receiver, event, secrets, public_url)).encode(errors="replace")
    form = _CLOUD_EVENT if receiver.kind in _PROGRAMS else _PLAIN_JSON
    headers = {"Content-Type": form} | authorization(receiver, secrets)
    if receiver.kind == "webhook" and receiver.key_setting is not None:
        message_id = str(event["id"]).replace(".", "%2E")  # a dot ends it in what is signed
        try:
            signed = signing.headers(secrets[receiver.key_setting], message_id, at, content)
        except signing.NoKey as error:
            raise Unusable(f"{receiver.key_setting} {error}") from None
        headers |= signed
    return ReceiverRequest(address_of(receiver, secrets), headers, content)


def authorization(receiver: Receiver, secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the header that shows a receiver's own token; none where it has none. Raises
    Unusable."""
    if receiver.token_setting is None:
        return {}
    token = secrets[receiver.token_setting]
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise Unusable(f"{receiver.token_setting} must be a bearer token: no blanks, only ASCII")
    return {"Authorization": f"Bearer {token}"}


def _content(
    receiver: Receiver, event: JSON, secrets: Mapping[str, str], public_url: str | None
) -> JSON:
    """What the body says: to programs the event itself, to people what is read of it."""
    if receiver.kind in _PROGRAMS:
        return cloud_events.reached(event, public_url) if public_url else event
    summary = summaries.of(event, public_url)
    if receiver.kind in _CARDS:
        return _CARDS[receiver.kind](summary)
    assert receiver.key_setting is not None, "PagerDuty needs it"
    key = secrets[receiver.key_setting]
    return cards.pagerduty(summary, kind_of(event), event["time"], key)
