"""One authorised request and its reply: the only place where a bearer token leaves this process.

It says who we are, for which request we ask, and refuses every URL that is not at the configured
endpoint. What a reply means, and whether to ask again, is the client's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

from arm import activity_scope, headers, url_allow_list
from arm.call_log import Call
from arm.transport import Timeout, Transport

USER_AGENT = "azure-vm-restore/1.0"


class Answered(NamedTuple):
    """A reply of any status, its headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    time: datetime
    """By the service's clock, or ours if it did not say."""
    retry_after_s: float | None


def _nothing_to_renew() -> None:
    """A token that is always the same is never forgotten."""


def utc_now() -> datetime:
    """Our own clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class AuthorizedRequest:
    """One endpoint, one identity, one transport. Safe to share between threads."""

    endpoint: str
    token: Callable[[], str] = field(repr=False)
    send: Transport
    now: Callable[[], datetime] = utc_now
    timeout: Timeout = field(default_factory=Timeout)
    activity_s: float = inf
    """How long one activity may take, with all its calls."""
    renew: Callable[[], None] = _nothing_to_renew
    """Forget the token that was refused: the next request goes with a new one."""

    def __post_init__(self) -> None:
        url_allow_list.check_endpoint(self.endpoint)

    @property
    def left_s(self) -> float:
        """How much of its time the activity has left that asks."""
        return activity_scope.left_s(self.activity_s)

    def once(self, method: str, url: str, body: bytes | None) -> Answered:
        """Send one request, once. Raises what the transport and the credential raise."""
        if not url_allow_list.is_at(url, self.endpoint):
            raise AssertionError("a token may not be sent there")
        timeout = self.timeout.within(self.left_s)
        said_of_us = self._headers(body)
        call = Call.begin(method, url)
        try:
            status, answered, said = self.send(
                method, url, said_of_us | call.headers, body, timeout
            )
        except OSError as error:
            call.failed(error)
            raise
        known, now = headers.lowered(answered), self.now()
        retry_after_s = headers.retry_after_s(known, now)
        call.answered(status, known, retry_after_s)
        time = headers.service_time(known) or now
        return Answered(status, known, said, time, retry_after_s)

    def _headers(self, body: bytes | None) -> dict[str, str]:
        sent = {
            "Authorization": f"Bearer {self.token()}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }
        if body is not None:
            sent["Content-Type"] = "application/json"
        return sent
