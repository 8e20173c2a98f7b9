"""How bodies are encoded on their way: each step is seen up to its bound, and no further."""

import gzip
import json
import random
import re
import zlib
from typing import Any

import pytest

from restore.request import json_text
from restore.request.sender_habits import encodings, envelopes
from tests.unit.restore.request.bodies import BYTES, TEXT, b64, refusal
from tests.unit.restore.samples import DISKS, problems_of

LONG = {"a": "x" * 40}


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [json.dumps(DISKS), json.dumps(LONG), "[]", "7 "])
def test_wide_characters_are_seen_with_and_without_a_mark(codec: str, text: str) -> None:
    assert encodings._utf16(text.encode(codec)) == text.encode()


@pytest.mark.parametrize(
    "content",
    [b"", b"7", b"[]", b"\xff\xfe7", b"\xff\xfe\x00\xd8", ("ab" * 20).encode()],
)
def test_what_is_not_wide_or_only_half_is_left_alone(content: bytes) -> None:
    assert encodings._utf16(content) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"'{}'", b"{}"),
        (b' "{}" ', b"{}"),
        (b"`{}`", b"{}"),
        (b"\"{}'", None),
        (b"'{}\"", None),
        (b"{}", None),
        (b"{'a'}", None),
        (b"", None),
        (b"x{}x", None),
    ],
)
def test_quotes_around_a_body_are_of_one_kind(content: bytes, expected: bytes | None) -> None:
    assert encodings._unquoted(content) == expected


def test_json_in_a_text_is_seen_only_where_a_text_is() -> None:
    assert encodings._json_text(b' "{}"') == b"{}"
    assert encodings._json_text(b'"{}') is None
    assert encodings._json_text(b"[]") is None


def test_packed_bodies_are_unpacked_up_to_a_bound() -> None:
    most = 256 * 1024
    for size in (0, 1, most, most + 1, 9 * most):
        unpacked = encodings._gzip(gzip.compress(b" " * size))
        assert unpacked == b" " * min(size, most + 1)
    for other in (b"{}", zlib.compress(b"{}")):
        assert encodings._gzip(other) is None
    largest = json.dumps(LONG).encode().ljust(most)
    assert [layer.name for layer, _ in encodings._taken_off(gzip.compress(largest))] == ["gzip"]
    assert list(encodings._taken_off(gzip.compress(largest + b" "))) == []


def test_an_envelope_in_a_text_that_is_no_json_is_none() -> None:
    for text in ("{nonsense", "[1,", "ey!", '{"a": 1'):
        assert envelopes._opened(text) is None
    assert envelopes._opened(' {"a": 1}') == {"a": 1}
    assert envelopes._opened('"a"') is None


ALERT_EVENTS = ("a CloudEvent", "an Event Grid event", "an event of PagerDuty")


@pytest.mark.parametrize("row", envelopes.ENVELOPES, ids=lambda row: str(row.name))
def test_an_alert_is_told_where_alerts_belong_and_nothing_else_is(row: Any) -> None:
    value = dict.fromkeys(row.fields, "x") | ({row.field: row.begins} if row.field else {})
    problem = envelopes.problem_of(value)
    assert problem is not None
    is_alert = "alert" in row.name or row.name in ALERT_EVENTS
    assert (envelopes.ALERTS_BELONG in problem.message) is is_alert
    assert row.is_alert is is_alert


def test_what_is_packed_may_repeat_itself_as_far_back_as_gzip_reaches() -> None:
    once = random.Random(1).randbytes(30_000)
    assert encodings._gzip(gzip.compress(once + once)) == once + once


AT = re.compile(r": leave it out \(.+ at line 1, column \d+\)\Z")


def test_where_the_json_is_wrong_is_told_of_a_flaw_that_it_has_itself() -> None:
    flawed = b'{"a": 1,}'
    assert AT.search(refusal(flawed))
    assert refusal(b64(flawed)).endswith("in Base64: leave it out")
    assert refusal(TEXT.encode("utf-16-le")).endswith("in Base64 once")
    assert encodings.hint(flawed, json_text._parsed) == (
        "is JSON with a comma before its end: leave it out"
    )


def test_encodings_are_taken_off_three_deep_and_a_flaw_is_the_last() -> None:
    assert refusal(b64(b64(b64(b64(BYTES))))).startswith("is neither JSON nor Base64 of JSON")
    assert "quotes" not in refusal(b64(b"'{\"a\": 1,}'"))


@pytest.mark.parametrize("length", range(1, 13))
def test_base64_that_has_lost_its_end_is_read_to_its_end(length: int) -> None:
    content = b'{"a": 123456'[:length]
    whole = b64(content)
    cut = whole.rstrip(b"=")
    assert encodings._cut_base64(cut) == (None if cut == whole else content)
    assert encodings._cut_base64(whole) is None


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("latin", "is_seen"), [(19, False), (20, True), (21, True)])
def test_of_wide_characters_twenty_are_looked_at(codec: str, latin: int, is_seen: bool) -> None:
    text = '"'.ljust(latin, "x") + "語"
    assert encodings._utf16(text.encode(codec)) == (text.encode() if is_seen else None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("é".encode("latin-1"), "é".encode()),
        ("é".encode(), None),
        (b"\xe9\x81", None),
    ],
)
def test_windows_1252_is_seen_where_a_text_is_no_utf8(
    content: bytes, expected: bytes | None
) -> None:
    assert encodings._windows_1252(content) == expected


@pytest.mark.parametrize(
    ("value", "is_parameter"),
    [({"value": 1}, True), ({"a": 1}, False), ({"z": 1}, False), ({"value": 1, "type": 2}, False)],
)
def test_only_a_templates_parameter_is_told_to_be_one(
    value: dict[str, Any], is_parameter: bool
) -> None:
    (message,) = problems_of(DISKS | {"region": value}).values()
    assert message == "must be a text of 1 to 2048 characters" + (
        "; it is a template's parameter: send what stands in its value" if is_parameter else ""
    )
