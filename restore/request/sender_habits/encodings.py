"""Bodies that are no JSON as they came: beneath which encodings the JSON is, or what there is.

A body is taken apart encoding by encoding, a few deep, until JSON appears; the encodings on the way
to it are named. Where none appears, the text itself may tell what it is. Each step takes linear
time, for whoever sends may send anything.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from restore.messages.errors import InvalidRequest
from restore.request.sender_habits.texts import PLACEHOLDER, POWERSHELL, Habit, is_seen

Parse = Callable[[bytes], Any]
"""Reads plain JSON. Raises InvalidRequest."""

_DEEP = 3
_BYTES_MAX = 256 * 1024
_SAMPLE = 20
"""So many characters are looked at: in UTF-16 each of those that JSON begins with has a zero."""
_PLAIN = "send UTF-8, as plain JSON or in Base64 once"
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
"""What no text has: in binary data any habit can be seen."""
_QUOTES = "JSON has plain double quotes"
_CODECS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Encoding(NamedTuple):
    """Something that lies around JSON, or a flaw that the JSON itself has."""

    name: str
    undo: Callable[[bytes], bytes | None]
    """Return what is beneath it; None where it is not seen."""
    instead: str = _PLAIN
    is_flaw: bool = False
    """Then nothing lies beneath it but the JSON."""


def hint(content: bytes, parse: Parse, fault: str = "") -> str | None:
    """Say what a body is that is no JSON object, as the end of a sentence; None if no habit is
    seen. `fault` is where the JSON of the body as it came is wrong, and why."""
    layers = _layers_to_json(content, parse)
    if layers:
        innermost = layers[-1]
        named = " in ".join(layer.name for layer in reversed(layers))
        said = f"is {'' if innermost.is_flaw else 'JSON in '}{named}: {innermost.instead}"
        return f"{said} ({fault})" if fault and innermost.is_flaw and len(layers) == 1 else said
    bodies = (each for each in (content, _base64(content) or b"") if not _BINARY.search(each))
    texts = [each.decode(errors="replace") for each in bodies]
    seen = (habit for text in texts for habit in OF_BODIES if re.search(habit.pattern, text))
    return next((habit.hint for habit in seen), None)


def _layers_to_json(content: bytes, parse: Parse) -> tuple[Encoding, ...] | None:
    """Return the encodings between a body and its JSON, the outermost first."""
    level: list[tuple[tuple[Encoding, ...], bytes]] = [((), content)]
    for _ in range(_DEEP):
        beneath = [
            ((*layers, layer), inner)
            for layers, outer in level
            for layer, inner in _taken_off(outer)
        ]
        for layers, inner in beneath:
            if _is_json(inner, parse):
                return layers
        level = [found for found in beneath if not found[0][-1].is_flaw]
    return None


def _taken_off(content: bytes) -> Iterator[tuple[Encoding, bytes]]:
    for encoding in ENCODINGS:
        inner = encoding.undo(content)
        if inner and inner != content and len(inner) <= _BYTES_MAX:
            yield encoding, inner


def _is_json(content: bytes, parse: Parse) -> bool:
    try:
        return isinstance(parse(content), dict | list)
    except InvalidRequest:
        return False


def _base64(content: bytes, others: bytes = b"+/") -> bytes | None:
    try:
        return base64.b64decode(b"".join(content.split()), altchars=others, validate=True)
    except binascii.Error:
        return None


def _cut_base64(content: bytes) -> bytes | None:
    missing = -len(b"".join(content.split())) % 4
    return _base64(content + b"=" * missing) if missing else None


def _data_url(content: bytes) -> bytes | None:
    head, _, text = content.partition(b";base64,")
    return _base64(text) if head.startswith(b"data:") else None


def _utf16(content: bytes) -> bytes | None:
    codecs = [codec for mark, codec in _CODECS if content.startswith(mark)]
    codecs += ["utf-16-le"] if content and not any(content[1::2][:_SAMPLE]) else []
    codecs += ["utf-16-be"] if content and not any(content[::2][:_SAMPLE]) else []
    try:
        return content.decode(codecs[0]).encode() if codecs else None
    except UnicodeError:
        return None


def _windows_1252(content: bytes) -> bytes | None:
    if _utf8(content) is not None:
        return None
    try:
        return content.decode("cp1252").encode()
    except UnicodeDecodeError:
        return None


def _json_text(content: bytes) -> bytes | None:
    try:
        value = json.loads(content) if content.lstrip()[:1] == b'"' else None
    except ValueError:
        return None
    return value.encode(errors="replace") if isinstance(value, str) else None


def _gzip(content: bytes) -> bytes | None:
    try:
        return zlib.decompressobj(31).decompress(content, _BYTES_MAX + 1)
    except zlib.error:
        return None


def _url_encoding(content: bytes) -> bytes | None:
    found = re.match(rb"\s*(?:[\w.-]{1,60}=)?(?=%7[Bb]|%5[Bb]|%22)", content)
    return unquote_to_bytes(content[found.end() :].replace(b"+", b" ")) if found else None


def _message_text(content: bytes) -> bytes | None:
    return content.partition(b"<MessageText>")[2].rpartition(b"</MessageText>")[0]


def _unquoted(content: bytes) -> bytes | None:
    text = content.strip()
    return text[1:-1] if text[:1] == text[-1:] and text[:1] in (b"'", b'"', b"`") else None


def _without_unseen(content: bytes) -> bytes:
    text = _utf8(content) or ""
    return "".join(char if is_seen(char) or char in "\r\n\t" else " " for char in text).encode()


def _without_typography(content: bytes) -> bytes:
    return re.sub("[“”„]", '"', _utf8(content) or "").encode()


def _with_double_quotes(content: bytes) -> bytes:
    words = {b"None": b"null", b"True": b"true", b"False": b"false"}
    found = content.replace(b"'", b'"')
    return re.sub(rb"\b(?:None|True|False)\b", lambda word: words[word[0]], found)


def _utf8(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


ENCODINGS = (
    Encoding("Base64", _base64),
    Encoding("URL-safe Base64", lambda content: _base64(content, b"-_")),
    Encoding("Base64 that has lost its end", _cut_base64),
    Encoding("a data: URL", _data_url),
    Encoding("UTF-16", _utf16),
    Encoding("Windows-1252 or Latin-1", _windows_1252),
    Encoding("a JSON text", _json_text, "send the object itself"),
    Encoding("URL encoding", _url_encoding),
    Encoding("gzip", _gzip),
    Encoding("the queue's own XML", _message_text),
    Encoding("JSON in quotes", _unquoted, "leave the quotes around it out", True),
    Encoding("JSON with backslashes before its quotes",
             lambda content: content.replace(b'\\"', b'"'), _QUOTES, True),
    Encoding("JSON with single quotes", _with_double_quotes, _QUOTES, True),
    Encoding("JSON with typographic quotes", _without_typography, _QUOTES, True),
    Encoding("JSON with characters that nobody sees, such as no-break spaces", _without_unseen,
             "write plain blanks", True),
    Encoding("JSON with comments",
             lambda content: re.sub(rb"/\*[^*]*\*/|(?<!:)//[^\n]*", b"", content),
             "JSON has none", True),
    Encoding("JSON with a comma before its end",
             lambda content: re.sub(rb",(?=\s*[}\]])", b"", content), "leave it out", True),
)  # fmt: skip
OF_BODIES = (
    Habit("a file's name", r"\A@[\w./\\: -]+\Z",
          "is the name of a file: what sent it has not read the file"),
    Habit("a PowerShell object", POWERSHELL,
          "is PowerShell's text of an object: make JSON of it with ConvertTo-Json -Depth 10"),
    Habit("lost quotes", r"\A\s*(?:\[\s*)?\{[\s\[{]*[A-Za-z_$][\w$]*\s*:",
          "has lost its quotes, as a shell takes them: give a file instead, or put single quotes "
          "around all of it"),
    Habit("a placeholder", PLACEHOLDER, "holds a placeholder that nothing has filled in"),
    Habit("XML", r"\A\s*<", "is XML or HTML, and must be JSON"),
    Habit("YAML", r"\A(?:---\s|[A-Za-z]\w*:[ \t][^{}]*\Z)", "is YAML, and must be JSON"),
    Habit("a form", r"\A[A-Za-z][\w.-]*=[^\s{}=][^\s{}]*\Z", "is a form, and must be JSON"),
)  # fmt: skip
"""What a text is that holds no JSON."""
