"""Read JSON as it comes from a queue or over HTTP: plain or Base64, small, and unambiguous."""

import base64
import binascii
import json
from typing import Any

from restore.messages.errors import InvalidRequest
from restore.values.problem import Problem

BYTES_MAX = 64 * 1024
"""A queue message cannot be larger, and no request needs to be."""


class _Twice(ValueError):
    """A field is given twice: which of the two is meant cannot be known."""


def json_of(body: bytes | str) -> Any:
    """Read a body as JSON, or as Base64 of JSON. Raises InvalidRequest, which says what it is."""
    content = body.encode(errors="replace") if isinstance(body, str) else body
    if len(content) > BYTES_MAX:
        raise _invalid(f"is larger than {BYTES_MAX // 1024} KB")
    if not content.strip():
        raise _invalid("is empty")
    try:
        return _parsed(_decoded(content))
    except InvalidRequest:
        inner = _from_base64(content)
        if inner is None:
            raise
    return _parsed(_decoded(inner))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _invalid("is not UTF-8 text") from None


def _from_base64(content: bytes) -> bytes | None:
    try:
        inner = base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        return None
    return inner if inner.strip().removeprefix(b"\xef\xbb\xbf")[:1] in (b"{", b"[") else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise _invalid(f"is neither JSON nor Base64 of JSON: {error.msg} at {at}") from None
    except _Twice as error:
        raise _invalid(str(error)) from None
    except RecursionError:
        raise _invalid("is nested too deeply") from None
    except ValueError:
        raise _invalid("has a number that is not valid JSON, or too long") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _Twice("has an object with the same field twice")
    return fields


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _invalid(message: str) -> InvalidRequest:
    return InvalidRequest([Problem(path="$", message=message)])
