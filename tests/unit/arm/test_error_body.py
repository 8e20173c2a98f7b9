"""An error's body has many shapes; whatever it says is kept."""

import json
from typing import Any

import pytest

from arm import error_body

_GUID = "ea2a8011-eb83-4a4b-9ed2-e694070a966a"


def _of(body: Any) -> error_body.ArmError:
    return error_body.of_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "X", "message": "y"}},
        {"Error": {"Code": "X", "Message": "y"}},
        {"code": "X", "message": "y"},
        {"Code": "X", "Message": "y"},
        {"odata.error": {"code": "X", "message": {"lang": "en-US", "value": "y"}}},
        {"error": "X", "error_description": "y"},
        {"errorCode": "X", "errorMessage": "y"},
        {"code": "X", "title": "y"},
        {"error": {"code": "X", "message": '{"error": {"code": "Inner", "message": "y"}}'}},
        {"error": {"message": '{"Code": "X", "Message": "y"}'}},
        b'<?xml version="1.0"?><Error><Code>X</Code><Message>y</Message></Error>',
        b"\xef\xbb\xbf<Error xmlns='a'>\n<Code> X </Code>\n<Message>y</Message></Error>",
    ],
)
def test_code_and_message_are_found_in_every_shape(body: Any) -> None:
    found = _of(body)
    assert (found.code, found.message) == ("X", "y")


@pytest.mark.parametrize(
    ("body", "message"),
    [({"error": "text"}, "text"), ({"message": "text"}, "text"), ({"Message": "text"}, "text")],
)
def test_a_text_alone_is_a_message(body: Any, message: str) -> None:
    found = _of(body)
    assert (found.code, found.message, found.details) == (None, message, ())


@pytest.mark.parametrize(
    "text", ["Service away", "<html><body><h1>Service</h1>\n away</body></html>", '"Service away"']
)
def test_what_has_no_names_is_kept_as_it_reads(text: str) -> None:
    assert _of(text.encode()) == error_body.ArmError(None, "", ("Service away",))


def test_everything_else_is_kept_with_its_path() -> None:
    found = _of(
        {
            "error": {
                "code": "CloudDosTimeboudLimitReached",
                "message": "Blocked.",
                "target": None,
                "innererror": {"code": "Inner", "innererror": {"trace": _GUID}},
                "details": [{"code": "D", "message": "why", "target": "disk"}, "and more", 7],
                "additionalInfo": [
                    {
                        "type": "UserFacingError",
                        "info": {
                            "message": "Blocked.",
                            "recommendedAction": ["Retry after few hours", "Call us"],
                            "isRetryable": False,
                            "details": None,
                        },
                    }
                ],
            },
            "correlationId": _GUID,
        }
    )
    assert found.details == (
        "innererror.code: Inner",
        f"innererror.innererror.trace: {_GUID}",
        "D: why",
        "target: disk",
        "and more",
        "additionalInfo.type: UserFacingError",
        "additionalInfo.info.recommendedAction: Retry after few hours",
        "additionalInfo.info.recommendedAction: Call us",
        "additionalInfo.info.isRetryable: False",
        f"correlationId: {_GUID}",
    )
    assert found.codes == ("CloudDosTimeboudLimitReached", "Inner", "D")


def test_what_is_named_like_a_secret_is_none_any_more() -> None:
    found = _of({"error": {"code": "X", "message": "y", "info": {"access_token": "hunter2"}}})
    assert "hunter2" not in str(found.details)


@pytest.mark.parametrize("opening", ['{"details":[', '{"innererror":', '{"a":[', '{"error":'])
def test_what_is_nested_without_end_ends(opening: str) -> None:
    closing = {"[": "]}", ":": "}"}[opening[-1]]
    body = opening * 300 + "{}" + closing * 300
    assert len(error_body.of_bytes(body.encode()).details) <= error_body.DETAILS_MAX


@pytest.mark.parametrize(("texts", "code"), [(12, "X"), (13, None)])
def test_an_error_told_within_texts_is_read_to_the_twelfth(texts: int, code: str | None) -> None:
    body: Any = {"code": "X", "message": "y"}
    for _ in range(texts):
        body = {"error": {"message": json.dumps(body)}}
    assert _of(body).code == code


def test_what_is_long_is_bounded() -> None:
    many = [f"{number} {'z' * 9_000}" for number in range(999)]
    found = _of({"error": {"code": "X" * 9_000, "message": "y" * 9_000, "a": many}})
    assert found.code == f"{'X' * 119}…"
    assert found.message == f"{'y' * 599}…"
    assert found.codes == (found.code,)
    assert len(found.details) == 40
    assert {len(line) for line in found.details} == {1_000}
    assert len(str(_of(b"<" * 9_000_000))) < 2_000


@pytest.mark.parametrize(("length", "is_whole"), [(599, True), (600, True), (601, False)])
def test_a_message_that_is_cut_off_is_whole_in_the_details(length: int, is_whole: bool) -> None:
    message = "y" * length
    found = _of({"error": {"code": "X", "message": message}})
    assert found.message == (message if is_whole else f"{'y' * 599}…")
    assert found.details == (() if is_whole else (message,))


@pytest.mark.parametrize(("length", "code"), [(16_384, "X"), (16_385, None)])
def test_so_much_of_a_page_is_looked_at(length: int, code: str | None) -> None:
    error = "<Error><Code>X</Code><Message>y</Message>"
    assert _of(error.rjust(length).encode()).code == code


def nested(depth: int, inmost: Any) -> Any:
    value = inmost
    for _ in range(depth):
        value = {"a": value}
    return value


def listed(depth: int, inmost: Any) -> Any:
    value = inmost
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("around", [nested, listed])
@pytest.mark.parametrize("depth", range(10, 16))
def test_values_are_kept_as_deep_as_the_bound(around: Any, depth: int) -> None:
    body = {"error": {"code": "X", "message": "y", "more": around(depth, "deep")}}
    kept = depth <= error_body._DEPTH_MAX
    path = "more" + (".a" * depth if around is nested else "")
    assert _of(body).details == ((f"{path}: deep",) if kept else ())
    found = error_body.named(_of({"error": {"x": around(depth, {"Role": "Reader"})}}), "role")
    assert found == ("Reader" if depth < error_body._DEPTH_MAX else None)


def test_an_error_among_the_details_is_one_line() -> None:
    details = [
        {"code": "A", "message": "a"}, {"code": "B"}, {"message": "c"}, {"other": "d"}, "text",
    ]  # fmt: skip
    found = _of({"error": {"code": "X", "message": "y", "details": details}})
    assert found.details == ("A: a", "B: ", "no code: c", "other: d", "text")


def test_only_texts_under_a_name_are_found() -> None:
    body = {"error": {"code": 7, "role": "", "x": {"role": ["no"], "y": {"Role": "Reader"}}}}
    assert error_body.named(_of(body), "role") == "Reader"
    assert error_body.named(_of(body), "nothing", "ROLE") == "Reader"
    assert error_body.named(_of(body), "nothing") is None


@pytest.mark.parametrize(
    "message", ['{"code": "X"', "{nonsense}", '{"a": "\\ud800"}', "{" * 2_000, '{"a":' * 5_000]
)
def test_a_message_that_only_begins_like_json_is_a_text(message: str) -> None:
    assert _of({"error": {"code": "X", "message": message}}).code == "X"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<Error><Code>X</Code><Message>y</Message></Error>", "X"),
        ("<Error><Code>X</Code></Error>", None),
        ("<Error><Message>y</Message></Error>", None),
    ],
)
def test_xml_needs_a_code_and_a_message(text: str, code: str | None) -> None:
    assert _of(text.encode()).code == code


def test_numbers_and_objects_are_codes_and_messages_too() -> None:
    assert _of({"error": {"code": 42, "message": "y"}}).code == "42"
    assert _of({"error": {"code": True, "message": "y"}}).code is None
    assert _of({"error": 42}).message == ""


@pytest.mark.parametrize(("depth", "is_read"), [(11, True), (12, True), (13, False)])
def test_errors_within_details_are_read_as_deep_as_the_bound(depth: int, is_read: bool) -> None:
    body: Any = {"code": "X", "message": "y"}
    for _ in range(depth):
        body = {"details": [body]}
    assert _of(body).details == (("X: y",) if is_read else ())


def test_so_many_details_and_values_of_a_list_are_looked_at() -> None:
    many = [{"code": "D", "message": str(number)} for number in range(50)]
    told = tuple(f"D: {number}" for number in range(40))
    assert _of({"error": {"code": "X", "message": "y", "details": many}}).details == told
    roles = [{"other": "x"}] * 39 + [{"role": "Reader"}, {"last": "Owner"}]
    found = _of({"error": {"code": "X", "roles": roles}})
    assert error_body.named(found, "role") == "Reader"
    assert error_body.named(found, "last") is None


def test_what_stands_around_an_error_is_kept_whatever_its_name() -> None:
    body = {"a": "1", "error": {"code": "X", "message": "y"}, "traceId": "2"}
    assert _of(body).details == ("a: 1", "traceId: 2")


def test_a_number_is_a_code_under_any_name_but_error() -> None:
    assert _of({"errorCode": 42, "message": "y"}).code == "42"
    assert _of({"error": 42, "message": "y"}).code is None


def test_codes_are_what_is_called_so_and_nothing_before_or_after_it() -> None:
    inner = {"Code": "B", "alias": "no", "name": "no"}
    found = _of({"error": {"at": "no", "code": "A", "message": "y", "innererror": inner}})
    assert found.codes == ("A", "B")
