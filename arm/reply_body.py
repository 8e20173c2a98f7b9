"""The body of one reply: read, and unpacked if need be, to a limit and no further."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

BODY_BYTES_MAX = 16 * 1024 * 1024
"""A page of 200 recovery points has about 300 KB; an instance has 2 GB."""
_CHUNK_BYTES = 65_536
_GZIP = 31
"""How zlib is told that it is gzip, packed with a window of any size."""


class TooLarge(OSError):
    """The other side sends more than any answer of Azure needs; the rest was not read."""


class Unreadable(OSError):
    """The body is packed in a way that was not asked for, or badly."""


def read(response: requests.Response) -> bytes:
    """The whole body. Raises TooLarge, Unreadable, and what the library raises."""
    body = bytearray()
    # Unpacked below, not by the library: a few kilobytes may unpack to gigabytes.
    for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
        body += chunk
        _check(len(body))
    return _unpacked(bytes(body), response.headers.get("Content-Encoding", "").strip().lower())


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise Unreadable("the reply is packed in a way that was not asked for")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(body, BODY_BYTES_MAX + 1)
    except zlib.error:
        raise Unreadable("the reply is packed badly") from None
    _check(len(plain))
    if not unpacking.eof:
        raise Unreadable("the reply is packed badly")
    return plain


def _check(size: int) -> None:
    if size > BODY_BYTES_MAX:
        raise TooLarge(f"the reply is larger than {BODY_BYTES_MAX} bytes")
