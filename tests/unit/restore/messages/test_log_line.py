"""A line of the log is one JSON object of known fields, without secrets, of bounded size."""

import json
import logging
from typing import Any, get_args

import msgspec
import pytest

from restore.messages import log_line
from restore.messages.log_events import EVENTS, LogEvent
from restore.messages.log_line import LINE_BYTES_MAX, LogContext, LogLine
from tests.fakes.secrets import HARMLESS, SECRETS

_TEXTS = ("text", "path", "task", "status", "code", "exception", "place")
_OWN = {field.encode_name for field in msgspec.structs.fields(LogLine)} - {"event", "about"}


def read(line: LogLine) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(str(line))
    return told


def test_a_line_begins_with_what_finds_it_and_leaves_out_what_is_not_known() -> None:
    about = LogContext(request_id="r1", attempt=2)
    line = LogLine(event="poll", about=about, status="InProgress", percent=12.34567)
    assert str(line) == (
        '{"vmRestore":1,"event":"poll","requestId":"r1","attempt":2,"status":"InProgress",'
        '"percent":12.346}'
    )


@pytest.mark.parametrize("field", _TEXTS)
@pytest.mark.parametrize("form", SECRETS)
def test_no_text_carries_a_secret(form: str, field: str) -> None:
    secret = SECRETS[form]
    line = msgspec.structs.replace(LogLine(event="fault"), **{field: secret.text})
    assert secret.canary not in str(line)


@pytest.mark.parametrize("form", SECRETS)
def test_no_problem_no_id_and_no_exception_carries_one(form: str) -> None:
    secret = SECRETS[form]
    assert secret.canary not in str(LogLine(event="settings", problems=("x", secret.text)))
    assert secret.canary not in str(log_line.fault(ValueError(secret.text)))


@pytest.mark.parametrize("form", SECRETS)
def test_what_is_built_as_a_secret_is_no_id(form: str) -> None:
    secret = SECRETS[form]
    line = LogLine(event="phase", about=LogContext(job=secret.text), message_id=secret.text)
    assert secret.canary not in str(line)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_helps_people_stays(text: str) -> None:
    assert read(LogLine(event="fault", text=text))["text"] == text


def test_a_request_id_that_looks_random_stays_for_people_search_for_it() -> None:
    request_id = "Wm5Tc8Rb2KxP7Vd4Lq9Sf1Nz6Hj3YcA8kT2b"
    line = LogLine(event="phase", about=LogContext(request_id=request_id), text=request_id)
    assert read(line)["requestId"] == request_id
    assert read(line)["text"] == "[removed]"


def test_a_line_is_one_line_of_bounded_size() -> None:
    long = "née 名 \u202e\n\x1b[2J" * 9000
    about = LogContext(request_id=long, vm=long, vault=long, job=long, phase=long)
    line = LogLine(event="settings", about=about, text=long, problems=(long,) * 100)
    told = str(line)
    assert len(told.encode()) <= LINE_BYTES_MAX
    assert told.isprintable()
    assert {"vmRestore", "event", "truncated"} <= set(json.loads(told))


def test_each_kind_of_line_has_a_row_and_each_field_a_kind_that_has_it() -> None:
    assert set(EVENTS) == set(get_args(LogEvent))
    listed = [field for row in EVENTS.values() for field in row.fields]
    assert set(listed) == _OWN
    assert all(len(set(row.fields)) == len(row.fields) for row in EVENTS.values())


def test_a_restore_that_failed_is_louder_than_one_that_did_not() -> None:
    assert LogLine(event="verdict", succeeded=True).level == logging.INFO
    assert LogLine(event="verdict", succeeded=False).level == logging.WARNING
    assert LogLine(event="settings").level == logging.CRITICAL


def test_what_one_knows_better_comes_first() -> None:
    outer = LogContext(request_id="r1", vm="v", attempt=1)
    assert outer.known(LogContext(attempt=2, job="j")) == LogContext(
        request_id="r1", vm="v", attempt=2, job="j"
    )


def test_an_order_without_anything_known_is_sent_as_it_is() -> None:
    assert log_line.sent_with({"a": 1}, LogContext()) == {"a": 1}
    assert log_line.sent_with(None, LogContext(request_id="r1")) is None
    assert log_line.taken_from(None) == (None, LogContext())


def test_a_fault_names_the_place_in_the_apps_own_code() -> None:
    with pytest.raises(msgspec.DecodeError) as raised:
        msgspec.json.decode(b"{")
    told = read(log_line.fault(raised.value, LogContext(request_id="r1")))
    assert (told["exception"], told["requestId"]) == ("DecodeError", "r1")
    assert told["place"].startswith("messages/test_log_line.py:")
    assert "place" not in read(log_line.fault(ValueError("never raised")))


def test_a_fault_names_the_innermost_places_first_and_only_a_few() -> None:
    def nested(depth: int) -> None:
        if depth == 0:
            raise ValueError("x")
        nested(depth - 1)

    try:
        nested(9)
    except ValueError as error:
        place = log_line.fault(error).place
        tail = error.__traceback__
        assert tail is not None
        while tail.tb_next is not None:
            tail = tail.tb_next
        innermost = f"messages/test_log_line.py:{tail.tb_lineno}"
    assert place is not None
    places = place.split(" < ")
    assert len(places) == 5
    assert places[0] == innermost
    assert len(set(places[1:])) == 1
    assert places[1] != innermost


def test_a_fault_that_was_never_raised_has_no_place() -> None:
    assert log_line.fault(ValueError("x")).place is None


@pytest.mark.parametrize(
    ("given", "request_id", "vm"),
    [
        ({"request": {"requestId": "r", "sourceResourceId": "/vm"}}, "r", "/vm"),
        ({"requestId": "r", "sourceResourceId": "/vm"}, "r", "/vm"),
        ({"requestId": "r", "item": {"sourceResourceId": "/vm"}}, "r", "/vm"),
        (
            {"request": {"sourceResourceId": "/a"}, "item": {"sourceResourceId": "/b"}},
            None,
            "/a",
        ),
        ({"about": {"requestId": "s", "vm": "/w"}, "requestId": "r"}, "s", "/w"),
        ({"requestId": "r", "item": None}, "r", None),
        ({"requestId": 7}, None, None),
        ([], None, None),
        (None, None, None),
    ],
)
def test_what_an_orchestration_is_about_stands_in_its_input(
    given: Any, request_id: str | None, vm: str | None
) -> None:
    about = log_line.about_input(given)
    assert (about.request_id, about.vm) == (request_id, vm)


def test_texts_and_ids_are_cut_to_their_lengths() -> None:
    assert LINE_BYTES_MAX == 8192, "as docs/log.md promises"
    for length, cut in ((1000, "x" * 1000), (1001, "x" * 999 + "…")):
        assert read(LogLine(event="fault", text="x" * length))["text"] == cut
    for length, cut in ((2048, "x" * 2048), (2049, "x" * 2047 + "…")):
        about = LogContext(request_id="x" * length)
        assert read(LogLine(event="fault", about=about))["requestId"] == cut


@pytest.mark.parametrize("order", [{"a": 1, "z": 2}, {}])
def test_what_an_order_is_about_goes_with_it_and_is_taken_from_it(order: dict[str, Any]) -> None:
    about = LogContext(request_id="r1", attempt=2)
    sent = json.loads(json.dumps(log_line.sent_with(order, about)))
    assert sent == order | {"logContext": {"requestId": "r1", "attempt": 2}}
    assert log_line.taken_from(sent) == (order, about)
    assert log_line.taken_from(order) == (order, LogContext())


def test_a_context_of_another_kind_does_not_hinder_an_order() -> None:
    assert log_line.taken_from({"a": 1, "logContext": {"attempt": "x"}}) == ({"a": 1}, LogContext())


def test_a_line_that_says_nothing_of_success_has_its_kinds_level() -> None:
    assert LogLine(event="phase").level == logging.INFO
    assert LogLine(event="fault", succeeded=True).level == logging.ERROR
