"""One HTTP exchange: bytes out, bytes back, every wait bounded.

A transport is any callable with the shape of `Transport`: the real one here, the simulated vault
in process, or a function of a test. It knows nothing of ARM, tokens or retries. What it raises is
its only judgement: `NotSent` means that the other side surely never got the request, any other
`OSError` means that it may have. The client builds on exactly that difference, because a restore
that may have been accepted must never be sent again.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from arm import reply_body
from arm.reply_body import TooLarge

if TYPE_CHECKING:
    import requests

CONNECT_TIMEOUT_S = 10.0
"""A handshake within a region takes milliseconds; a lost SYN is sent again after 1, 3 and 7 s."""
READ_TIMEOUT_S = 60.0
"""ARM wants its resource providers to answer within a minute."""
REPLY_TIMEOUT_S = 120.0
"""For the whole reply, beyond the time that it may take to begin."""
IDLE_S_MAX = 60.0
"""Azure's outbound NAT forgets a connection after 4 minutes; other devices earlier."""


class Timeout(NamedTuple):
    """How long to wait for the connection, and then for the reply to go on."""

    connect_s: float = CONNECT_TIMEOUT_S
    read_s: float = READ_TIMEOUT_S
    whole_s: float = inf
    """For the whole exchange, if that is less than it may take anyway."""

    def within(self, left_s: float) -> Timeout:
        """The same, within the time that is left to the caller."""
        return Timeout(*(min(each, left_s) for each in self))


class Reply(NamedTuple):
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(ConnectionError):
    """No connection was made, or it broke before the request's body was touched."""


class Transport(Protocol):
    """Sends one request and returns its reply; redirects are replies like any other."""

    def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: Timeout,
        /,
    ) -> tuple[int, Mapping[str, str], bytes]: ...


class RequestsTransport:
    """The real transport: requests, imported on first use, without redirects, retries or netrc."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pooled: requests.Session | None = None
        self._last_used: float

    def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: Timeout,
        /,
    ) -> Reply:
        import urllib3

        upload = None if body is None else io.BytesIO(body)
        try:
            return self._exchange(method, url, headers, upload, timeout)
        except (OSError, urllib3.exceptions.HTTPError) as error:
            failure = _translate(error, upload)
        # Raised out here so that the library's exception, whose text holds the URL with its
        # signature, is not carried along as the context.
        raise failure

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        upload: io.BytesIO | None,
        timeout: Timeout,
    ) -> Reply:
        from arm.time_limit import TimeLimit

        usual_s = timeout.connect_s + timeout.read_s + REPLY_TIMEOUT_S
        with TimeLimit(min(usual_s, timeout.whole_s)) as limit:
            try:
                return self._within_limit(method, url, headers, upload, timeout)
            finally:
                if limit.passed:
                    raise TimeoutError("the exchange took too long as a whole")

    def _within_limit(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        upload: io.BytesIO | None,
        timeout: Timeout,
    ) -> Reply:
        # A write gets a connection of its own: a pooled one may have died unnoticed, which would
        # turn a restore that never left into one whose reply was lost.
        session = self._session() if method == "GET" else _new_session()
        response: requests.Response | None = None
        try:
            # The adapter is called directly: Session.send would follow cookies, read the whole
            # body of a redirect, and netrc could replace the Authorization header.
            response = session.get_adapter(url).send(
                _prepare(method, url, headers, upload),
                stream=True,
                timeout=(timeout.connect_s, timeout.read_s),
                **_environment(session, url),
            )
            body = reply_body.read(response)
            return Reply(response.status_code, dict(response.headers), body)
        finally:
            if response is not None:
                response.close()
            if session is not self._pooled:
                session.close()

    def _session(self) -> requests.Session:
        with self._lock:
            now = time.monotonic()
            if self._pooled is None:
                self._pooled = _new_session()
            elif now - self._last_used > IDLE_S_MAX:
                # Outbound NAT drops idle connections in silence; better a new handshake than a
                # read that hangs until its timeout.
                self._pooled.close()
            self._last_used = now
            return self._pooled


def _new_session() -> requests.Session:
    import requests

    from arm.time_limit import adapter_class

    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter_class()())
    return session


def _prepare(
    method: str, url: str, headers: Mapping[str, str], upload: io.BytesIO | None
) -> requests.PreparedRequest:
    import requests

    prepared = requests.PreparedRequest()
    prepared.prepare(method=method, url=url, headers=dict(headers))
    # Preparing re-quotes the URL (it unescapes %7E, for one); a signed URL must leave untouched.
    prepared.url = url
    if upload is not None:
        # As a stream, so that "was any of it read" tells whether sending had begun.
        prepared.body = upload  # type: ignore[assignment]  # the stubs know bytes and str only
        prepared.headers["Content-Length"] = str(len(upload.getbuffer()))
    return prepared


def _environment(session: requests.Session, url: str) -> dict[str, Any]:
    """Proxies and certificate bundle from the environment; loopback never takes a proxy."""
    merged = session.merge_environment_settings(url, {}, None, None, None)
    proxies = {} if url.startswith("http://") else merged["proxies"]
    return {"proxies": proxies, "verify": merged["verify"]}


def _translate(error: Exception, upload: io.BytesIO | None) -> OSError:
    """What the library raised, as one of the five things a client can act on, without its text."""
    import requests
    import urllib3

    name = type(error).__name__
    if isinstance(error, requests.ConnectTimeout) or (upload is not None and not upload.tell()):
        return NotSent(f"no connection could be made ({name})")
    if isinstance(error, TooLarge):
        return TooLarge(*error.args)
    causes = [*_causes(error)]
    late = (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)
    if any(isinstance(cause, late) for cause in causes):
        return TimeoutError(f"no complete reply in time ({name})")
    if any(isinstance(cause, HTTPException) and "more than" in str(cause) for cause in causes):
        return TooLarge("the reply has too many headers, or too long ones")
    if isinstance(error, requests.RequestException | urllib3.exceptions.ProtocolError):
        return ConnectionResetError(f"the connection broke before the reply was read ({name})")
    return OSError(f"the reply could not be read ({name})")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps: the library keeps the reason in the arguments."""
    yield error
    for arg in error.args:
        if isinstance(arg, BaseException):
            yield from _causes(arg)
