"""What senders do to a request is recognised, named in one problem, and never taken for more."""

import base64
import gzip
import json
import re
import time
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from restore.request.sender_habits import encodings, envelopes
from tests.unit.restore.request.bodies import BYTES, TEXT, b64, refusal
from tests.unit.restore.samples import DISKS, GROUP, NEW_VM, REPLACE, VM, parsed, problems_of

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


@pytest.mark.parametrize(("before", "is_found"), [(496, True), (497, True), (498, False)])
def test_a_request_is_looked_for_among_five_hundred_values(before: int, is_found: bool) -> None:
    problem = envelopes.problem_of({"a": [0] * before + [REQUEST]})
    assert (problem is not None) is is_found
