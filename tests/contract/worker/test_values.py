"""What a function is called with, and what comes of its answer: the same on both workers."""

import json
from typing import Any

import pytest

from devhost.language_worker.failures import WorkerFailure
from devhost.language_worker.messages import (
    Cookie,
    Data,
    HttpRequest,
    HttpResponse,
    Json,
    Text,
    Value,
)
from tests.contract.worker import outcomes
from tests.contract.worker.caller import APP, WorkerCaller, serving
from tests.real_worker import OWN_ID, REAL_ID, command


@pytest.mark.real_worker
def test_microsofts_worker_makes_of_every_call_what_ours_makes_of_it() -> None:
    with serving(command(REAL_ID)) as real, serving(command(OWN_ID)) as own:
        theirs, ours = outcomes.outcomes(real), outcomes.outcomes(own)
    assert len(theirs) > 200
    assert list(outcomes.differences(ours, theirs)) == []


def test_a_planted_difference_is_found() -> None:
    ours: dict[str, Any] = {"a": ("ValueError: x", "stack"), "b": Text("1"), "c": 1}
    theirs = {"a": ("ValueError: x", "another stack"), "b": Text("1"), "d": 1}
    found = [line.partition(":")[0] for line in outcomes.differences(ours, theirs)]
    assert found == ["a", "c", "d"]


def told(value: Value | None) -> Any:
    assert isinstance(value, Text)
    return json.loads(value.value)


def test_a_request_arrives_with_all_its_parts(caller: WorkerCaller) -> None:
    assert told(caller.call("tells", outcomes.ASKED).value) == {
        "method": "POST",
        "url": "http://app.test/api/tells/7?a=1",
        "headers": {"x-one": "ä", "content-type": "application/x-www-form-urlencoded"},
        "params": {"a": "1,2"},
        "route": {"id": "7"},
        "body": repr(b"k=v&k2=\xff"),
    }


def test_the_context_names_the_call_and_the_place_of_the_code(caller: WorkerCaller) -> None:
    assert told(caller.http("in_context")) == {
        "name": "in_context",
        "directory": str(APP),
        "own_id": True,
        "trace": ["", "", {}],
        "retry": [0, 0],
    }
    assert told(caller.http("in_async_context")) is True


def test_an_app_is_imported_in_its_folder_on_the_loop_and_after_all_packages(
    caller: WorkerCaller,
) -> None:
    assert told(caller.http("imported")) == {
        "cwd": str(APP),
        "path_ends_with": str(APP),
        "loop_runs": True,
        "thread": True,
    }


ANSWERED: dict[str, Value] = {
    "text": Text("text, ä"),
    "empty": HttpResponse(200, {"content-type": "text/plain; charset=utf-8"}, [], b""),
    "status": HttpResponse(201, {"content-type": "text/plain; charset=utf-8"}, [], b"made"),
    "json": HttpResponse(200, {"content-type": "application/json"}, [], b"{}"),
    "body of bytes": HttpResponse(200, {"content-type": "image/x"}, [], b"\x00\xff"),
    "header": HttpResponse(200, {"X-One": "1", "content-type": "a/b"}, [], b""),
}


@pytest.mark.parametrize("what", ANSWERED)
@pytest.mark.parametrize("name", ["answers", "answers_async"])
def test_an_answer_over_http_is_taken_apart(caller: WorkerCaller, name: str, what: str) -> None:
    assert caller.http(name, what=what) == ANSWERED[what]


def test_cookies_are_told_one_by_one(caller: WorkerCaller) -> None:
    answer = caller.http("answers", what="cookies")
    assert isinstance(answer, HttpResponse)
    assert answer.headers == {"content-type": "text/plain; charset=utf-8"}
    assert answer.cookies == [
        Cookie("a", "1"),
        Cookie("b", "2", "d.test", "/p", 1925028000, 60.0, True, True, "Lax"),
        Cookie("c", "x y", same_site="None"),
        Cookie("d", "4", same_site="Strict"),
        Cookie("e", "5"),
    ]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("nothing", 'TypeError: unable to encode outgoing TypedData: unsupported type "http"'),
        ("bytes", 'TypeError: unable to encode outgoing TypedData: unsupported type "http"'),
        ("half a character", "UnicodeEncodeError: 'utf-8' codec can't encode character"),
        ("cookie that ends never", "ValueError: time data 'never' does not match format"),
        ("cookie of no age", "TypeError: Cannot parse value x of 'cookie.maxAge' to float."),
    ],
)
def test_an_answer_that_is_none_over_http_fails_the_call(
    caller: WorkerCaller, what: str, message: str
) -> None:
    with pytest.raises(WorkerFailure) as caught:
        caller.http("answers", what=what)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("name", "what", "put"),
    [
        ("puts_text", "text", Text("text")),
        ("puts_text", "a dictionary", Json('{"a": [1]}')),
        ("puts_text", "a number", Json("7")),
        ("puts_bytes", "bytes", Data(b"bytes")),
        ("puts_messages", "a list", Json('["a", "b"]')),
        ("puts_unannotated", "text", Text("text")),
    ],
)
def test_what_is_put_into_an_output_is_told_by_its_name(
    caller: WorkerCaller, name: str, what: str, put: Value
) -> None:
    asked = HttpRequest("POST", "http://app.test/api/x", {}, {"what": what}, {}, b"")
    assert caller.call(name, asked).outputs == {"out": put}


def test_an_output_that_stays_empty_is_not_told(caller: WorkerCaller) -> None:
    asked = HttpRequest("POST", "http://app.test/api/x", {}, {"what": "nothing"}, {}, b"")
    assert caller.call("puts_text", asked).outputs == {}


def test_a_function_that_returns_to_a_queue_tells_it_as_its_answer(caller: WorkerCaller) -> None:
    tick = Json(json.dumps({"ScheduleStatus": {"What": "text"}}))
    assert caller.call("returns_to_a_queue", tick).value == Text("text")


def test_an_answer_that_nothing_is_bound_to_fails_the_call(caller: WorkerCaller) -> None:
    failure = caller.failure("answers_nobody", outcomes.TICK)
    assert failure.message.startswith("RuntimeError: ('function %s without a $return binding")


def test_a_timer_tells_its_schedule(caller: WorkerCaller) -> None:
    ticked = told(caller.call("ticks", outcomes.TICK).outputs["out"])
    last = {"Last": "2030-01-01T00:00:00+00:00", "Next": "", "LastUpdated": ""}
    assert ticked == [True, {"AdjustForDST": True}, last]


def test_a_message_arrives_with_its_metadata(caller: WorkerCaller) -> None:
    taken = caller.call("takes", Text("bödy"), outcomes.METADATA).outputs["out"]
    assert told(taken) == {
        "id": "m-1",
        "dequeue_count": 2,
        "pop_receipt": "pop",
        "expiration_time": "2030-01-08 00:00:00+00:00",
        "insertion_time": "2030-01-01 00:00:00+00:00",
        "time_next_visible": "2030-01-01 00:10:00+00:00",
        "body": repr("bödy".encode()),
    }


def test_a_message_that_is_wanted_as_text_or_bytes_arrives_as_it_is(caller: WorkerCaller) -> None:
    assert caller.call("takes_text", Text("bödy")).outputs == {"out": Text(repr("bödy"))}
    assert caller.call("takes_bytes", Data(b"\xff")).outputs == {"out": Text(repr(b"\xff"))}


def test_the_client_binding_becomes_a_client(caller: WorkerCaller) -> None:
    uri = "http://hub.test/instances/i-1?code=system-key"
    kind, payload = told(caller.http("with_client"))
    assert (kind, payload["statusQueryGetUri"]) == ("DurableOrchestrationClient", uri)
    assert caller.activity("activity_with_client", {"a": 1}) == [{"a": 1}, "i-1"]


@pytest.mark.parametrize("name", ["echo", "echo_async"])
@pytest.mark.parametrize("value", [None, 0, 1.5, "ä", [1, [2]], {"a": {"b": None}}])
def test_an_activity_gets_the_value_and_its_answer_goes_back(
    caller: WorkerCaller, name: str, value: Any
) -> None:
    assert caller.activity(name, value) == value


def test_an_input_that_is_no_json_reaches_the_activity_as_text(caller: WorkerCaller) -> None:
    assert caller.call("typed", Text("no json")).value == Json("\"str 'no json'\"")


def test_a_turn_of_an_orchestrator_answers_its_actions(caller: WorkerCaller) -> None:
    answer = caller.call("chain", Text(outcomes.turn("chain"))).value
    assert isinstance(answer, Json)
    state = json.loads(answer.value)
    ((action,),) = state["actions"]
    assert (state["isDone"], action["functionName"], action["input"]) == (False, "echo", "1")
