"""What senders do to a request is recognised, named in one problem, and never taken for more."""

import base64
import gzip
import json
import random
import re
import time
import zlib
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from restore.messages.errors import InvalidRequest
from restore.request import json_text, parsing
from restore.request.sender_habits import encodings, envelopes
from tests.unit.restore.samples import DISKS, GROUP, NEW_VM, REPLACE, VM, parsed, problems_of

TEXT = json.dumps(DISKS, indent=1)
BYTES = TEXT.encode()


def b64(content: bytes) -> bytes:
    return base64.b64encode(content)


def refusal(body: bytes) -> str:
    """The one problem of a body."""
    with pytest.raises(InvalidRequest) as caught:
        parsing.parse_text(body, default_request_id="d")
    (problem,) = caught.value.problems
    assert problem.path == "$"
    return problem.message


BODIES: dict[str, tuple[bytes, str]] = {
    "UTF-16": (TEXT.encode("utf-16"), "is JSON in UTF-16: send UTF-8"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "is JSON in UTF-16: send UTF-8"),
    "UTF-16, big-endian": (TEXT.encode("utf-16-be"), "is JSON in UTF-16: send UTF-8"),
    "UTF-32": (TEXT.encode("utf-32"), "is JSON in UTF-16: send UTF-8"),
    "UTF-16 in Base64": (b64(TEXT.encode("utf-16-le")), "is JSON in UTF-16 in Base64: send UTF-8"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "is JSON in Windows-1252 or Latin-1: send UTF-8"),
    "Base64 twice": (b64(b64(BYTES)), "is JSON in Base64 in Base64: send UTF-8"),
    "Base64 thrice": (b64(b64(b64(BYTES))), "is JSON in Base64 in Base64 in Base64"),
    "JSON in a JSON text": (json.dumps(TEXT).encode(), "is JSON in a JSON text: send the object"),
    "and in Base64": (
        b64(json.dumps(TEXT).encode()),
        "is JSON in a JSON text in Base64: send the object itself",
    ),
    "Base64 in a JSON text": (
        json.dumps(b64(BYTES).decode()).encode(),
        "is JSON in Base64 in a JSON text",
    ),
    "URL-safe Base64": (base64.urlsafe_b64encode(b'{"a": "??>>~~"}'), "URL-safe Base64"),
    "Base64 cut": (b64(b'{"a": 1}').rstrip(b"="), "is JSON in Base64 that has lost its end"),
    "data: URL": (b"data:application/json;base64," + b64(BYTES), "is JSON in a data: URL"),
    "URL encoding": (quote(TEXT).encode(), "is JSON in URL encoding"),
    "a form's field": (b"payload=" + quote_plus(TEXT).encode(), "is JSON in URL encoding"),
    "gzip": (gzip.compress(BYTES), "is JSON in gzip"),
    "gzip in Base64": (b64(gzip.compress(BYTES)), "is JSON in gzip in Base64"),
    "the queue's XML": (
        b"<QueueMessage><MessageText>" + b64(BYTES) + b"</MessageText></QueueMessage>",
        "is JSON in Base64 in the queue's own XML",
    ),
    "quotes around": (b"'" + BYTES + b"'", "is JSON in quotes: leave"),
    "quotes escaped": (BYTES.replace(b'"', b'\\"'), "is JSON with backslashes before its quotes"),
    "single quotes": (BYTES.replace(b'"', b"'"), "is JSON with single quotes: JSON has plain"),
    "Python's words": (b"{'a': None, 'b': True}", "is JSON with single quotes"),
    "typographic quotes": (TEXT.replace('"', "”").encode(), "is JSON with typographic quotes"),
    "no-break spaces": (TEXT.replace(" ", "\xa0").encode(), "characters that nobody sees"),
    "two marks": ("\ufeff\ufeff".encode() + BYTES, "characters that nobody sees"),
    "zero width spaces": (f"\u200b{TEXT}".encode(), "is JSON with characters that nobody sees"),
    "comments": (BYTES.replace(b"\n", b" // see https://a/b\n", 1), "is JSON with comments"),
    "a comma": (b'{"a": 1,}', "is JSON with a comma before its end: leave it out ("),
    "lost quotes": (b"{recoveryType:RestoreDisks,sourceResourceId:/x}", "has lost its quotes"),
    "lost quotes in Base64": (b64(b"{recoveryType: RestoreDisks}"), "has lost its quotes"),
    "a file's name": (b"@request.json", "is the name of a file"),
    "a PowerShell object": (b"@{recoveryType=RestoreDisks}", "ConvertTo-Json"),
    "a PowerShell type": (b"System.Collections.Hashtable", "ConvertTo-Json"),
    "a placeholder": (b'{"requestId": ${ID}}', "holds a placeholder"),
    "XML": (b"<restore/>", "is XML or HTML"),
    "YAML": (b"recoveryType: RestoreDisks\nrequestId: r1\n", "is YAML"),
    "a form": (b"recoveryType=RestoreDisks&requestId=r1", "is a form"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_json_is_called_what_it_is(name: str) -> None:
    body, said = BODIES[name]
    assert said in refusal(body)


@pytest.mark.parametrize("around", [bytes, base64.b64encode])
def test_in_binary_data_no_habit_is_seen(around: Any) -> None:
    said = refusal(around(b"\x00\x01${ID} {{x}} <a>\xff"))
    assert said.startswith(("is not UTF-8 text", "is neither JSON nor Base64 of JSON"))


def test_every_row_of_the_table_is_met() -> None:
    said = " ".join(refusal(body) for body, _ in BODIES.values())
    assert [row.name for row in encodings.ENCODINGS if row.name not in said] == []
    assert [row.name for row in encodings.OF_BODIES if row.hint not in said] == []


@pytest.mark.parametrize(
    "hostile",
    [b"/*" * 32_000, b"'" * 65_000, b"{" + b" " * 65_000, b", " * 32_000, b"A" * 65_536,
     b'\\"' * 32_000, b"<MessageText>" * 5_000, b"\0" * 65_536, b"%7B" * 20_000, b"${" * 32_000,
     gzip.compress(b"\0" * 10_000_000)],
)  # fmt: skip
def test_looking_for_a_habit_takes_little_time(hostile: bytes) -> None:
    begun = time.process_time()
    refusal(hostile)
    assert time.process_time() - begun < 5


REQUEST = {name: value for name, value in DISKS.items() if name != "requestId"}
ALERT = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {
        "essentials": {"alertRule": "vm-gone", "alertTargetIDs": [VM]},
        "alertContext": {"properties": None},
        "customProperties": None,
    },
}
GRID = {"id": "1", "topic": GROUP, "subject": "x", "eventType": "Microsoft.X", "data": {},
        "eventTime": "2026-11-23T03:00:00Z", "dataVersion": "1"}  # fmt: skip
CLOUD = {"specversion": "1.0", "type": "x", "source": "/x", "id": "1"}
VALUES: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "parameters": ({"parameters": REQUEST}, "$.parameters", ("its fields stand at the top",)),
    "properties": (
        {"properties": REQUEST, "requestId": "r-1"},
        "$.properties",
        ("is an envelope", "send what stands in $.properties alone"),
    ),
    "body": ({"statusCode": 200, "headers": {}, "body": REQUEST}, "$.body", ("envelope",)),
    "data": ({"data": REQUEST}, "$.data", ("envelope",)),
    "a text": ({"body": json.dumps(REQUEST)}, "$.body", ("$.body alone",)),
    "Base64": ({"messageText": b64(BYTES).decode()}, "$.messageText", ("envelope",)),
    "two envelopes": ({"data": {"body": REQUEST}}, "$.data", ("$.data.body alone",)),
    "a list in one": ({"value": [REQUEST]}, "$.value", ("$.value[0] alone",)),
    "another spelling": ({"Parameters": {"RecoveryType": "x"}}, "$.Parameters", ("envelope",)),
    "a list of one": ([REQUEST], "$", ("list of one", "what stands in $[0] alone")),
    "a list of two": ([REQUEST, REQUEST], "$", ("must be a JSON object", "a list of 2")),
    "an empty list": ([], "$", ("must be a JSON object", "list of 0")),
    "an alert": (
        ALERT,
        "$",
        ("is an alert in Azure Monitor's common schema", "queue restore-alerts"),
    ),
    "an alert with a request": (
        {**ALERT, "data": {"customProperties": REQUEST}},
        "$",
        ("common schema", "$.data.customProperties alone"),
    ),
    "an older alert": (
        {"schemaId": "Microsoft.Insights/activityLogs", "data": {}},
        "$",
        ("is an alert of Azure Monitor",),
    ),
    "Event Grid": (GRID, "$", ("is an Event Grid event",)),
    "Event Grid's list": ([GRID, GRID], "$", ("holds an Event Grid event in $[0]",)),
    "Event Grid with a request": ([{**GRID, "data": REQUEST}], "$", ("$[0].data alone",)),
    "a CloudEvent": (CLOUD, "$", ("is a CloudEvent",)),
    "a CloudEvent with a request": ({**CLOUD, "data": REQUEST}, "$", ("$.data alone",)),
    "a CloudEvent in Base64": (
        {**CLOUD, "data_base64": b64(BYTES).decode()},
        "$",
        ("$.data_base64 alone",),
    ),
    "our own event": (
        {**CLOUD, "source": "/azure-vm-restore", "data": {"requestId": "r"}},
        "$",
        ("is an event of this app",),
    ),
    "an alert in an envelope": (
        {"body": ALERT, "headers": {}},
        "$",
        ("holds an alert in Azure Monitor's common schema in $.body, and is no restore request",),
    ),
    "an alert in a text": (
        {"messageText": b64(json.dumps(ALERT).encode()).decode()},
        "$",
        ("holds an alert in Azure Monitor's common schema in $.messageText",),
    ),
    "a request beside an event": (
        {"meta": CLOUD, "body": REQUEST},
        "$.body",
        ("is an envelope", "$.body alone"),
    ),
    "Logic Apps": (
        {"$content-type": "application/json", "$content": b64(BYTES).decode()},
        "$",
        ("is Logic Apps' form of a file", "$['$content'] alone"),
    ),
    "Logic Apps with an alert": (
        {"$content-type": "x", "$content": b64(json.dumps(ALERT).encode()).decode()},
        "$",
        ("is Logic Apps' form of a file", "queue restore-alerts"),
    ),
    "Alertmanager": (
        {"receiver": "r", "alerts": [], "version": "4"},
        "$",
        ("is an alert of Alertmanager", "queue restore-alerts"),
    ),
    "Grafana": (
        {"receiver": "r", "alerts": [], "orgId": 1},
        "$",
        ("is an alert of Grafana", "queue restore-alerts"),
    ),
    "PagerDuty": (
        {
            "event": {
                "event_type": "incident.triggered",
                "resource_type": "incident",
                "occurred_at": "2026-11-23T03:00:00Z",
                "data": {},
            }
        },
        "$",
        ("holds an event of PagerDuty in $.event", "queue restore-alerts"),
    ),
    "Datadog": (
        {"event_type": "query_alert_monitor", "last_updated": "1", "org": {"id": "1"}},
        "$",
        ("is an alert of Datadog", "queue restore-alerts"),
    ),
    "an ARM template": ({"$schema": "x", "resources": []}, "$", ("is an ARM template",)),
}


@pytest.mark.parametrize("name", VALUES)
def test_json_that_is_no_request_is_named_in_one_problem(name: str) -> None:
    value, path, said = VALUES[name]
    found = problems_of(value)
    assert list(found) == [path]
    assert [text for text in said if text not in found[path]] == []


def test_every_envelope_of_the_table_is_met() -> None:
    said = " ".join(text for value, _, _ in VALUES.values() for text in problems_of(value).values())
    assert [each.name for each in envelopes.ENVELOPES if each.name not in said] == []


def test_a_request_with_a_field_too_many_is_no_envelope() -> None:
    found = problems_of(DISKS | {"data": {"recoveryType": "x"}, "properties": {}})
    assert set(found) == {"$.data", "$.properties"}


def test_an_envelope_is_looked_for_in_bounds() -> None:
    wide: Any = {"a": [{"b": ["{"] * 50}] * 500}
    begun = time.process_time()
    problems_of(wide)
    assert time.process_time() - begun < 5


def respelled(fields: dict[str, Any], how: Any) -> dict[str, Any]:
    return {how(name): value for name, value in fields.items()}


def snake_case(name: str) -> str:
    return re.sub("(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize(
    "how", [lambda name: name[0].upper() + name[1:], snake_case, str.lower, str.upper]
)
def test_fields_in_another_spelling_are_one_problem(how: Any) -> None:
    for whole in (DISKS, REPLACE, NEW_VM):
        found = problems_of(respelled(whole, how))
        assert list(found) == ["$"]
        assert all(name in found["$"] for name in whole if how(name) != name)


@pytest.mark.parametrize("name", ["RecoveryType", "recovery_type", "recovery-type", "RECOVERYTYPE"])
def test_one_field_in_another_spelling_is_asked_about(name: str) -> None:
    fields = {name if known == "recoveryType" else known: DISKS[known] for known in DISKS}
    (problem,) = problems_of(fields).values()
    assert problem == "is not a known field; did you mean recoveryType?"


def test_what_else_is_wrong_with_such_a_field_is_said_too() -> None:
    found = problems_of(respelled(DISKS, snake_case) | {"vault_id": VM})
    assert set(found) == {"$", "$.vaultId"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("recoveryType", "restoreDisks", "did you mean RestoreDisks?"),
        ("recoveryType", "restore_disks", "did you mean RestoreDisks?"),
        ("recoveryType", "RestoreDisks ", "did you mean RestoreDisks?"),
        ("recoveryType", "RestoreDisks\r", "it holds a line end at character 13"),
        ("recoveryType", "'RestoreDisks'", "it stands in quotes"),
        ("deadline", "PT2H\r", "from PT10S to P7D; it holds a line end at character 5"),
        ("planHash", "A" * 64, "in small letters"),
        ("zones", "1", "must be a list, also of one"),
        ("restoreWithManagedDisks", "True", "must be true or false; send it without quotes"),
        ("restoreDiskLunList", ["0"], "from 0 to 999; send it without quotes"),
        ("recoveryPoint", '{"id": "1"}', "must be an object; it is JSON in a text"),
        ("recoveryPoint", "@{id=1}", "must be an object; it is PowerShell's text"),
        ("recoveryPoint", {"consistency": "appConsistent"}, "did you mean AppConsistent?"),
        ("region", {"value": "westeurope"}, "it is a template's parameter"),
        ("region", "west\u200beurope", "it holds U+200B (zero width space) at character 5"),
        ("requestId", "r-1\r", "and not only dots; it holds a line end at character 4"),
        ("requestId", "r\x001", "it holds U+0000 (a control character) at character 2"),
    ],
)
def test_a_value_in_another_form_is_asked_about(field: str, value: Any, said: str) -> None:
    (message,) = problems_of(DISKS | {field: value}).values()
    assert said in message


def test_no_habit_repeats_what_was_sent() -> None:
    for text in ("s3cret", "https://x/?sig=s3cret", "%73s3cret", "'s3cret'", "{{s3cret}}"):
        fields = dict.fromkeys([*NEW_VM, "deadline", "zones", "region"], text)
        assert "s3cret" not in str(problems_of(fields))
        assert "s3cret" not in str(problems_of({"data": {"body": json.dumps(fields)}}))


def test_a_sound_request_shows_no_habit() -> None:
    for whole in (DISKS, REPLACE, NEW_VM):
        assert parsed(whole).request_id == "r-1"
        assert envelopes.problem_of(whole) is None


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


@pytest.mark.parametrize(("before", "is_found"), [(496, True), (497, True), (498, False)])
def test_a_request_is_looked_for_among_five_hundred_values(before: int, is_found: bool) -> None:
    problem = envelopes.problem_of({"a": [0] * before + [REQUEST]})
    assert (problem is not None) is is_found


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
