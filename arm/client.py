"""HTTP as ARM speaks it: JSON, paging, and what may be sent twice.

Knows nothing of backup. Reads are repeated here a few times within about two seconds; whatever
takes longer is raised as a TemporaryError and waited out by a durable timer. A token that was
refused is replaced, and a read goes on with the new one. Writes are sent once: `ReplyLost` means
that one may have been accepted, everything else that it surely was not.
Nothing is begun that would outlast the activity's time (activity_scope.py).
Redirects are never followed, and no URL of Azure's is before it was found trustworthy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from arm import errors as arm_errors
from arm import headers, paging, url_allow_list
from arm.authorized_request import Answered, AuthorizedRequest
from arm.reply_body import TooLarge
from arm.transport import NotSent
from restore.messages import errors

READ_PAUSES_S = (0.3, 1.2)
"""A reset connection or a 500 has often passed by then; what lasts is waited for by a timer."""
AFTER_TIMEOUT_S = 30.0
"""Azure had a whole time-out already: asking at once would only add to its load."""


class Answer(NamedTuple):
    """A reply that is a success, with its JSON object; empty where there was none."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]
    time: datetime
    """By the service's clock, or ours if it did not say."""
    retry_after_s: float | None


@dataclass(frozen=True)
class Client:
    """Reads and writes below one endpoint. Safe to share between threads."""

    authorized: AuthorizedRequest
    sleep: Callable[[float], None] = time.sleep

    def trusts(self, url: str, within: str) -> bool:
        """Whether this URL of Azure's is at the endpoint and within that resource."""
        return url_allow_list.is_within(url, self.authorized.endpoint, within)

    def trusts_operation(self, url: str, resource_id: str) -> bool:
        """Whether this URL of Azure's is the status or result of an operation of that resource."""
        return url_allow_list.is_operation(url, self.authorized.endpoint, resource_id)

    def get(self, path: str, doing: str) -> Answer:
        """Read a path below the endpoint."""
        return self._read("GET", self._url(path), None, doing)

    def follow(self, url: str, within: str, doing: str) -> Answer:
        """Read a URL that Azure gave us, verbatim."""
        if not self.trusts(url, within):
            raise paging.untrusted(doing, "Azure's reply points outside the expected resource.")
        return self._read("GET", url, None, doing)

    def pages(self, path: str, doing: str) -> Iterator[Answer]:
        """Read a list to its end."""
        walk = paging.Walk(path, self.authorized.endpoint, doing, self.authorized.now())
        answer = self.get(path, doing)
        while True:
            yield answer
            link = walk.following(answer.body, self.authorized.now())
            if link is None:
                return
            answer = self._read("GET", link, None, doing)

    def ask(self, path: str, body: Mapping[str, Any], doing: str) -> Answer:
        """A POST that only reads, and may therefore be repeated."""
        return self._read("POST", self._url(path), msgspec.json.encode(body), doing)

    def post(self, path: str, body: Mapping[str, Any] | None, doing: str) -> Answer:
        """Write, once. ReplyLost: it may have been accepted. Any other error: it surely was not."""
        content = None if body is None else msgspec.json.encode(body)
        # Cut short it would be a lost reply; so it is sent with time for a whole one, or not.
        self._have_time(sum(self.authorized.timeout[:2]), doing)
        try:
            answered = self.authorized.once("POST", self._url(path), content)
        except (NotSent, ConnectionRefusedError):
            raise _unreachable(doing) from None
        except OSError as error:
            raise _lost(f"Azure did not reply ({type(error).__name__})", doing) from None
        status = answered.status
        if status == 401:
            self.authorized.renew()
        if 200 <= status < 300:
            return Answer(status, answered.headers, {}, answered.time, answered.retry_after_s)
        refusal = _refusal(answered, doing)
        if not arm_errors.is_undecided(status, answered.body):
            raise refusal
        raise _lost(f"HTTP {status}, {refusal.code}: {refusal.message}", doing, refusal.details)

    def _url(self, path: str) -> str:
        return self.authorized.endpoint.rstrip("/") + path

    def _read(self, method: str, url: str, body: bytes | None, doing: str) -> Answer:
        for pause_s in READ_PAUSES_S:
            self._have_time(self.authorized.timeout.connect_s, doing)
            try:
                return self._read_once(method, url, body, doing)
            except errors.ServiceUnavailable as error:
                # A wait that Azure asks for, or a timeout that has cost a minute, is not for here.
                if error.retry_after_s is not None and error.retry_after_s > pause_s:
                    raise
            self.sleep(pause_s)
        self._have_time(self.authorized.timeout.connect_s, doing)
        return self._read_once(method, url, body, doing)

    def _have_time(self, needed_s: float, doing: str) -> None:
        """Raise ServiceUnavailable where the activity would be ended within the call."""
        if self.authorized.left_s < needed_s:
            raise errors.ServiceUnavailable(
                "Azure answered so slowly that this step ran out of time. The app repeats it.",
                code="OutOfTime",
                doing=doing,
            )

    def _read_once(
        self, method: str, url: str, body: bytes | None, doing: str, *, renews: bool = True
    ) -> Answer:
        try:
            answered = self.authorized.once(method, url, body)
        except ConnectionError:
            raise _unreachable(doing) from None
        except TooLarge:
            raise errors.ServiceUnavailable(
                "Azure's reply is too large. The app did not read it.",
                code="ReplyTooLarge",
                doing=doing,
                retry_after_s=AFTER_TIMEOUT_S,
            ) from None
        except OSError as error:
            raise errors.ServiceUnavailable(
                f"Azure did not answer in time, or not readably ({type(error).__name__}).",
                code="NoAnswer",
                doing=doing,
                retry_after_s=AFTER_TIMEOUT_S,
            ) from None
        if 200 <= answered.status < 300:
            content = _object(answered.body, doing)
            return Answer(
                answered.status, answered.headers, content, answered.time, answered.retry_after_s
            )
        if answered.status == 401 and renews:
            self.authorized.renew()
            return self._read_once(method, url, body, doing, renews=False)
        raise _refusal(answered, doing)


def _object(body: bytes, doing: str) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.ServiceUnavailable(
            "Azure's reply is not a JSON object.",
            code="MalformedReply",
            doing=doing,
        ) from None


def _refusal(answered: Answered, doing: str) -> errors.RestoreError:
    return arm_errors.from_reply(
        answered.status,
        answered.body,
        retry_after_s=answered.retry_after_s,
        doing=doing,
        trace_id=headers.trace_id(answered.headers),
    )


def _unreachable(doing: str) -> errors.ServiceUnavailable:
    return errors.ServiceUnavailable(
        "The app could not reach Azure Resource Manager, or the connection broke.",
        code="Unreachable",
        doing=doing,
    )


def _lost(what: str, doing: str, details: tuple[str, ...] = ()) -> errors.ReplyLost:
    text = f"It is not known whether Azure accepted this: {what.rstrip('.')}."
    return errors.ReplyLost(text, doing=doing, details=details)
