"""What host and worker process say to each other: one JSON object a line, over one socket.

The worker begins with Loaded or Refused. Then the host sends Calls, many at a time, and each is
answered by Answered or Failed of the same number, in any order. When the host closes the socket
the worker ends. What a value is to the Functions SDK is written in values.py.
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from devhost.language_worker.functions import Function


class Text(Struct, frozen=True, tag="string"):
    """The input of an orchestrator or activity, a queue message, a plain answer over HTTP."""

    value: str


class Json(Struct, frozen=True, tag="json"):
    """JSON as text: a timer's state, a message's numbers and times, what an activity answers."""

    value: str


class Data(Struct, frozen=True, tag="bytes"):
    """Bytes, in Base64 on the wire."""

    value: bytes


class HttpRequest(Struct, frozen=True, tag="httpRequest"):
    """What an HTTP function is called with; header names in small letters."""

    method: str
    url: str
    headers: dict[str, str]
    query: dict[str, str]
    params: dict[str, str]
    body: bytes


SameSite = Literal["", "Lax", "Strict", "None"]


class Cookie(Struct, frozen=True):
    """One cookie of a response, taken apart as the worker takes it apart for the host."""

    name: str
    value: str
    domain: str = ""
    path: str = ""
    expires: int | None = None
    """Seconds since 1970."""
    max_age_s: float | None = None
    secure: bool = False
    http_only: bool = False
    same_site: SameSite = ""


class HttpResponse(Struct, frozen=True, tag="httpResponse"):
    """What an HTTP function answers; no header is called Set-Cookie."""

    status: int
    headers: dict[str, str]
    cookies: list[Cookie]
    body: bytes


Value = Text | Json | Data | HttpRequest | HttpResponse


class Call(Struct, frozen=True):
    """Run a function on its trigger's value."""

    number: int
    function: str
    value: Value
    metadata: dict[str, Value]
    client: str | None
    """The durable client binding, for a function that takes one."""


class Loaded(Struct, frozen=True, tag="loaded"):
    """The app is loaded, and these are its functions."""

    functions: list[Function]
    worker: str = ""
    """What runs them, for people."""


class Refused(Struct, frozen=True, tag="refused"):
    """The app cannot be loaded; the reason is one sentence."""

    why: str


class Result(Struct, frozen=True):
    """What came of a call."""

    value: Value | None = None
    """What goes back to the trigger: a result, an HTTP response."""
    outputs: dict[str, Value] = {}
    """What was put into outputs, by the binding's name."""


class Answered(Struct, frozen=True, tag="answered"):
    """A function has returned."""

    number: int
    result: Result


class Failed(Struct, frozen=True, tag="failed"):
    """A function has raised."""

    number: int
    message: str
    stack: str


FromWorker = Loaded | Refused | Answered | Failed
_calls = msgspec.json.Decoder(Call)
_said: msgspec.json.Decoder[FromWorker] = msgspec.json.Decoder(FromWorker)


def line_of(message: Any) -> bytes:
    """A message as it goes over the socket; JSON holds no line ends of its own."""
    return msgspec.json.encode(message) + b"\n"


def call_of(line: bytes) -> Call:
    return _calls.decode(line)


def said(line: bytes) -> FromWorker:
    return _said.decode(line)
