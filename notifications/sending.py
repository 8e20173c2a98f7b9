"""One notification to one receiver: may it go there, with which secrets, and what became of it.

Nothing is raised that is foreseen: what stands in the way is told by a code and a sentence, in
which no address, key or token is. The app's own token goes to Event Grid topics of its cloud, and
is asked for only after the address was found to be one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from arm import headers
from notifications.posting import NotAdmitted, Post, Reply
from restore.messages.errors import RestoreError
from restore.notify import addresses, receiver_requests
from restore.notify.receiver_requests import Unusable
from restore.notify.receiver_state import Permission
from restore.notify.receivers import Receiver, secrets_of

ORIGIN = "azure-vm-restore"
"""Who asks in the handshake, where the app has no public address."""
PERMISSION = timedelta(days=1)
"""So long an answer to the handshake counts."""

_OF_ONE_NOTIFICATION = frozenset({400, 413, 415, 422})
"""What a receiver says of what it was sent, not of itself: others may fare better."""
_RATE = re.compile(r"[1-9][0-9]{0,5}")

Secrets = Callable[[tuple[str, ...]], Mapping[str, str]]


class Answer(NamedTuple):
    """What became of a try. `refused`: this notification; `away`: whatever is sent."""

    kind: Literal["taken", "refused", "away"]
    code: str = ""
    text: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True)
class Sender:
    """What the app needs to tell anybody anything."""

    exchange: Callable[[Post], Reply]
    secrets: Secrets
    """The settings of these names that hold something."""
    token: Callable[[], str]
    """The app's own, for Event Grid. Raises RestoreError."""
    hosts: tuple[str, ...] = ()
    cloud: str = "public"
    public_url: str | None = None
    admits_loopback: bool = False

    def ask(self, receiver: Receiver, now: datetime) -> Permission | Answer:
        """Ask a webhook whether it wants events, as CloudEvents' webhook specification has it
        (section 4)."""
        found = self._secrets_for(receiver)
        if isinstance(found, Answer):
            return found
        url, secrets = found
        origin = addresses.authority(self.public_url) if self.public_url else ORIGIN
        try:
            known = receiver_requests.authorization(receiver, secrets)
        except Unusable as error:
            return Answer("away", code="NotifySecretUnusable", text=f"{error}.")
        asked = {"WebHook-Request-Origin": origin, "WebHook-Request-Rate": "120"}
        reply = self._exchanged(Post("OPTIONS", url, asked | known))
        if isinstance(reply, Answer):
            return reply
        allowed = reply.headers.get("webhook-allowed-origin", "")
        if not (200 <= reply.status < 300 and allowed.lower() in (origin, "*")):
            text = f"It did not allow events (HTTP {reply.status} to OPTIONS, for {origin})."
            return Answer(
                "away", code="NotifyNotAllowed", text=text, retry_after_s=_retry_after_s(reply, now)
            )
        rate = reply.headers.get("webhook-allowed-rate", "")
        per_minute = int(rate) if _RATE.fullmatch(rate) else None
        return Permission(address=_print_of(url), until=now + PERMISSION, per_minute=per_minute)

    def has_permission(
        self, receiver: Receiver, permission: Permission | None, now: datetime
    ) -> bool:
        """Whether a receiver may be told without being asked."""
        if receiver.kind != "webhook" or not receiver.handshake:
            return True
        if permission is None or now >= permission.until:
            return False
        found = self._secrets_for(receiver)
        return not isinstance(found, Answer) and permission.address == _print_of(found[0])

    def send(self, receiver: Receiver, event: dict[str, Any], now: datetime) -> Answer:
        """Tell a receiver of an event, once."""
        found = self._secrets_for(receiver)
        if isinstance(found, Answer):
            return found
        _, secrets = found
        try:
            request = receiver_requests.write(receiver, event, secrets, now, self.public_url)
            known = self._own_token(receiver, request.url)
        except Unusable as error:
            return Answer("away", code="NotifySecretUnusable", text=f"{error}.")
        except RestoreError as error:
            return Answer("away", code="NotifyNoToken", text=str(error))
        post = Post("POST", request.url, dict(request.headers) | known, request.body)
        reply = self._exchanged(post)
        return reply if isinstance(reply, Answer) else _answer(reply, now)

    def _secrets_for(self, receiver: Receiver) -> tuple[str, Mapping[str, str]] | Answer:
        """Return the address of a receiver, if it may be told, and its secrets."""
        names = secrets_of(receiver)
        secrets = self.secrets(names)
        missing = [name for name in names if name not in secrets]
        if missing:
            text = f"{' and '.join(missing)} holds nothing: set it, or look at its reference."
            return Answer("away", code="NotifySecretMissing", text=text)
        url = receiver_requests.address_of(receiver, secrets)
        hosts = self.hosts if receiver.url_setting is not None else None
        refusal = addresses.refusal(url, hosts, self.admits_loopback)
        if refusal is None and receiver.kind == "eventGrid":
            refusal = addresses.topic_refusal(url, self.cloud, self.admits_loopback)
        if refusal is not None:
            where = receiver.url_setting or "url"
            return Answer("away", code="NotifyAddressRefused", text=f"{where} {refusal}.")
        return url, secrets

    def _own_token(self, receiver: Receiver, url: str) -> dict[str, str]:
        """The app's own token, for Event Grid alone. Raises RestoreError."""
        if receiver.kind != "eventGrid":
            return {}
        if addresses.topic_refusal(url, self.cloud, self.admits_loopback) is not None:
            raise AssertionError("a token may not be sent there")
        return {"Authorization": f"Bearer {self.token()}"}

    def _exchanged(self, post: Post) -> Reply | Answer:
        try:
            return self.exchange(post)
        except NotAdmitted as error:
            return Answer("away", code="NotifyAddressRefused", text=f"It was not called: {error}.")
        except (OSError, ValueError) as error:
            return Answer(
                "away", code="NotifyNotReached", text=f"It did not answer ({_why(error)})."
            )


def _answer(reply: Reply, now: datetime) -> Answer:
    status = reply.status
    if 200 <= status < 300:
        return Answer("taken")
    if 300 <= status < 400:
        text = f"It redirects (HTTP {status}), and no redirect is followed."
        return Answer("away", code="NotifyRedirected", text=text)
    kind: Literal["refused", "away"] = "refused" if status in _OF_ONE_NOTIFICATION else "away"
    text = f"It answered with HTTP {status}."
    return Answer(kind, code="NotifyRefused", text=text, retry_after_s=_retry_after_s(reply, now))


def _retry_after_s(reply: Reply, now: datetime) -> float | None:
    return headers.retry_after_s(reply.headers, now)


def _print_of(url: str) -> str:
    """Something that tells an address from others, and not what it is."""
    return sha256(url.encode()).hexdigest()[:16]


def _why(error: Exception) -> str:
    """The kind of an error: its text may be the other side's."""
    return "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
