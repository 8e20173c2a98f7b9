"""What an error says, whatever the shape of its body: a code, a message, and all the rest.

ARM's own shape is `{"error": {"code", "message", …}}`; gateways, old front ends, identity services
and proxies have shapes of their own. What is neither code nor message is kept as details, one line
for each value with the path to it: recommendedAction, innererror and additionalInfo stand there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from arm import texts

DETAILS_MAX = 40
_CODE_CHARS_MAX = 120
_MESSAGE_CHARS_MAX = 600
"""So that an advice after it is not cut off; a message that is longer is whole in the details."""
_DEPTH_MAX = 12
_WRAPPERS = ("error", "odata.error", "fault")
_CODES = ("code", "errorcode", "error")
_MESSAGES = ("message", "error_description", "errormessage", "detail", "title", "value")
_TEXT_CHARS_MAX = 16 * 1024  # of a page: more of it is no error's text, and costs time
_MARKUP = r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>"  # compiled on first use
_XML = r"(?is)<{0}\b[^>]*>([^<]*)</{0}\s*>"


class ArmError(NamedTuple):
    """What an error body says, without secrets."""

    code: str | None
    message: str
    details: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """The error's own code and those within it, the outermost first."""
    raw: object = None
    """The error as it came, in which more may be looked for. Never shown."""


def of_bytes(body: bytes) -> ArmError:
    """Take the body of a reply apart: JSON in any shape, XML, a web page or plain text."""
    try:
        return of_json(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _of_text(body.decode(errors="replace"))


def of_json(body: object, depth: int = 0) -> ArmError:
    """Take an error object apart, whether or not it is wrapped."""
    if isinstance(body, str):
        return _of_text(body)
    if not isinstance(body, Mapping) or depth > _DEPTH_MAX:
        return ArmError(None, "")
    error, around = _unwrapped(body)
    code, message = _first(error, _CODES), _first(error, _MESSAGES)
    if message is None and code is not None and _first(error, ("code",)) is None:
        code, message = None, code  # {"error": "text"}
    inner = _inside(message, depth)
    if inner is not None:
        code, message = code or inner.code, inner.message
    lines = [texts.free(message)] if message and len(message) > _MESSAGE_CHARS_MAX else []
    lines += inner.details if inner else ()
    for part in (error, around):
        lines += _lines(part, {code, message}, depth)
    return ArmError(
        texts.free(code, _CODE_CHARS_MAX) or None,
        texts.free(message, _MESSAGE_CHARS_MAX),
        tuple(dict.fromkeys(line for line in lines if line))[:DETAILS_MAX],
        tuple(dict.fromkeys([*_codes_in(error), *(inner.codes if inner else ())])),
        error,
    )


def named(error: ArmError, *names: str) -> str | None:
    """Return the first text that stands under one of these names, however deep; None without."""
    return next((found for name in names for found in _under(error.raw, name.lower())), None)


def _unwrapped(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The error itself, and what stands around it."""
    for name, value in body.items():
        if name.lower() in _WRAPPERS and isinstance(value, Mapping):
            around = dict(body)
            del around[name]
            return value, around
    return body, {}


def _first(error: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    lowered = {name.lower(): value for name, value in error.items()}
    for name in names:
        value = lowered.get(name)
        if isinstance(value, Mapping):  # OData's {"lang", "value"}
            value = value.get("value")
        if type(value) is int and name != "error":
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _inside(message: str | None, depth: int) -> ArmError | None:
    """The error that a message is the JSON of, as where one service passes on another's."""
    if message is None or not message.lstrip().startswith("{"):
        return None
    try:
        inner = of_json(msgspec.json.decode(message), depth + 1)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return inner if inner.message else None


def _lines(error: Mapping[str, Any], known: set[str | None], depth: int) -> list[str]:
    """One line for each value that is not known yet; an error among the details is one itself."""
    lines: list[str] = []
    for name, value in error.items():
        if name.lower() in ("details", "errors") and isinstance(value, list):
            for detail in value[:DETAILS_MAX]:
                inner = of_json(detail, depth + 1)
                if inner.code or inner.message:
                    lines.append(f"{inner.code or 'no code'}: {inner.message}")
                lines += inner.details
        else:
            lines += _flat(value, name, known, depth)
    return lines


def _flat(value: object, path: str, known: set[str | None], depth: int) -> Iterator[str]:
    if depth > _DEPTH_MAX or value in (None, ""):
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(each, f"{path}.{name}", known, depth + 1)
    elif isinstance(value, list):
        for each in value[:DETAILS_MAX]:
            yield from _flat(each, path, known, depth + 1)
    elif str(value) not in known:
        yield texts.free(f"{path}: {value}")


def _codes_in(error: object) -> Iterator[str]:
    return (texts.free(code, _CODE_CHARS_MAX) for code in _under(error, "code"))


def _under(value: object, name: str, depth: int = 0) -> Iterator[str]:
    """Every text that stands under a name, what is nearer first."""
    if depth > _DEPTH_MAX:
        return
    if isinstance(value, Mapping):
        near = (each for key, each in value.items() if key.lower() == name)
        yield from (each for each in near if isinstance(each, str) and each)
        value = list(value.values())
    if isinstance(value, list):
        for each in value[:DETAILS_MAX]:
            yield from _under(each, name, depth + 1)


def _of_text(text: str) -> ArmError:
    """Take apart what is no JSON. Only XML has names for its code and message."""
    text = text[:_TEXT_CHARS_MAX]
    code, message = (re.search(_XML.format(name), text) for name in ("code", "message"))
    if code and message:
        return of_json({"code": html.unescape(code[1]), "message": html.unescape(message[1])})
    plain = html.unescape(re.sub(_MARKUP, " ", text)) if "<" in text else text
    shown = texts.free(" ".join(plain.split()))
    return ArmError(None, "", (shown,) if shown else ())
