"""A body is read, and unpacked, to a limit and no further."""

import gzip
import random
import tracemalloc
import zlib
from types import SimpleNamespace
from typing import Any

import pytest

from arm import reply_body

MEBIBYTES_16 = 16 * 1024 * 1024


def read(body: bytes, encoding: str = "") -> bytes:
    """Read a body that comes in two parts, as the library would give it."""
    half = len(body) // 2

    def stream(size: int, *, decode_content: bool) -> list[bytes]:
        assert size > 0
        assert not decode_content
        return [body[:half], body[half:]]

    headers = {"Content-Encoding": encoding} if encoding else {}
    response: Any = SimpleNamespace(raw=SimpleNamespace(stream=stream), headers=headers)
    return reply_body.read(response)


@pytest.mark.parametrize("encoding", ["", "identity", " GZIP ", "x-gzip"])
def test_so_large_a_body_may_be(encoding: str) -> None:
    largest = bytes(MEBIBYTES_16)
    is_packed = "gzip" in encoding.lower()
    assert read(gzip.compress(largest, mtime=0) if is_packed else largest, encoding) == largest
    with pytest.raises(reply_body.TooLarge, match="larger than 16777216 bytes"):
        read(gzip.compress(largest + b"1", mtime=0) if is_packed else largest + b"1", encoding)


def test_what_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_body, "BODY_BYTES_MAX", 1_000_000)
    body = gzip.compress(bytes(20_000_000))
    tracemalloc.start()
    with pytest.raises(reply_body.TooLarge):
        read(body, "gzip")
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 3_000_000


def test_a_body_that_repeats_what_is_far_behind_is_unpacked() -> None:
    body = random.Random(1).randbytes(30_000) * 2
    assert read(gzip.compress(body, mtime=0), "gzip") == body


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"{}"),
        ("deflate", zlib.compress(b"{}")),
        ("gzip", zlib.compress(b"{}")),
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-1]),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)),
    ],
)
def test_what_is_packed_otherwise_or_badly_is_not_read(encoding: str, body: bytes) -> None:
    with pytest.raises(reply_body.Unreadable):
        read(body, encoding)


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_no_body_is_none_however_it_is_packed(encoding: str) -> None:
    assert read(b"", encoding) == b""
