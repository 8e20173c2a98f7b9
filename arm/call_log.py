"""One line of the log for each call to Azure, and the ids by which both sides find it again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

import msgspec

from arm import activity_scope, headers, log, texts
from restore.messages.log_line import LogLine

_CLIENT_REQUEST_ID, _TRACEPARENT = "x-ms-client-request-id", "traceparent"
_TRACEABLE = r"[A-Za-z0-9._:-]{1,128}(~[2-9])?"  # compiled, and kept, on first use
_TRACE = r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"


@dataclass(frozen=True)
class Call:
    """One call that is about to be made, and what it is about."""

    method: str
    url: str
    client_request_id: str
    traceparent: str | None
    begun: float

    @classmethod
    def begin(cls, method: str, url: str) -> Call:
        """Begin one for the activity here: it is found by its request's id, or by an id of its
        own."""
        about = activity_scope.about()
        own_id = _matching(_TRACEABLE, about.request_id) or _new_id()
        return cls(method, url, own_id, _matching(_TRACE, about.traceparent), monotonic())

    @property
    def headers(self) -> dict[str, str]:
        """What finds it in Azure's traces, and, in the trace of whoever asked for the restore."""
        sent = {_CLIENT_REQUEST_ID: self.client_request_id}
        return sent | {_TRACEPARENT: self.traceparent} if self.traceparent else sent

    def answered(self, status: int, answer: Mapping[str, str], retry_after_s: float | None) -> None:
        """Write what came back; the headers are by lower-case name."""
        self._write(
            LogLine(
                event="arm-call",
                http_status=status,
                retry_after_s=retry_after_s,
                left=headers.left(answer),
                arm_request_id=headers.request_id(answer),
                correlation_id=headers.correlation_id(answer),
            )
        )

    def failed(self, error: OSError) -> None:
        """Write that no reply was read. The error's text may quote a URL, and its signature."""
        self._write(LogLine(event="arm-call", exception=type(error).__name__))

    def _write(self, line: LogLine) -> None:
        whole = msgspec.structs.replace(
            line,
            method=self.method,
            path=texts.free(urlsplit(self.url).path),
            duration_s=monotonic() - self.begun,
            client_request_id=self.client_request_id,
        )
        log.write(whole)


def _matching(pattern: str, text: str | None) -> str | None:
    return text if text and re.fullmatch(pattern, text) else None


def _new_id() -> str:
    from uuid import uuid4

    return str(uuid4())
