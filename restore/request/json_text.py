"""Read JSON as it comes from a queue or over HTTP: plain or Base64, small, and unambiguous."""

import base64
import binascii
import json
from typing import Any

from restore.messages.errors import InvalidRequest
from restore.request.sender_habits import encodings
from restore.values.problem import Problem

BYTES_MAX = 64 * 1024
"""A queue message cannot be larger, and no request needs to be."""


class _NoJson(InvalidRequest):
    """This is no JSON at all; but what it is instead may be known. `.fault` says what is wrong, and
    where."""

    def __init__(self, said: str, fault: str = "") -> None:
        super().__init__([_problem(f"{said}: {fault}" if fault else said)])
        self.fault = fault


class _Twice(ValueError):
    """A field is given twice: which of the two is meant cannot be known."""


def json_of(body: bytes | str, bytes_max: int = BYTES_MAX) -> Any:
    """Read a body as JSON, or as Base64 of JSON. Raises InvalidRequest, which says what it is, also
    where a sender's habit has made something else of it."""
    content = body.encode(errors="replace") if isinstance(body, str) else body
    if len(content) > bytes_max:
        raise _invalid(f"is larger than {bytes_max // 1024} KB")
    if not content.strip():
        raise _invalid("is empty")
    try:
        value = read_json(content)
    except _NoJson as error:
        said = hint(content, error.fault)
        problems = error.problems if said is None else [_problem(said)]
        raise InvalidRequest(problems) from None
    if isinstance(value, str):
        raise _invalid(hint(content) or "is a JSON text, and must be a JSON object")
    return value


def hint(content: bytes, fault: str = "") -> str | None:
    """Say what a body is that is no JSON object, as the end of a sentence; None if that is not
    known. `fault` is what is wrong with it as JSON, and where."""
    return encodings.hint(content, _parsed, fault)


def read_json(content: bytes) -> Any:
    """Read JSON, or Base64 of JSON. Raises InvalidRequest."""
    return _parsed(_from_base64(content) or content)


def _from_base64(content: bytes) -> bytes | None:
    try:
        inner = base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        return None
    return inner if inner.strip().removeprefix(b"\xef\xbb\xbf")[:1] in (b"{", b"[") else None


def _parsed(content: bytes) -> Any:
    """Read plain JSON. Raises InvalidRequest; a _NoJson where the text is none."""
    try:
        text = content.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise _NoJson("is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        fault = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise _NoJson("is neither JSON nor Base64 of JSON", fault) from None
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
    return InvalidRequest([_problem(message)])


def _problem(message: str) -> Problem:
    return Problem(path="$", message=message)
