"""Functions that tell what a worker gave them, one for each binding and each way to annotate it."""

import asyncio
import contextvars
import json
import os
import sys
import threading
import time
from typing import Any, List  # noqa: UP035 - what workers take for generic

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
VARIABLE = contextvars.ContextVar("variable", default="unset")
AT_ONCE = {"now": 0, "most": 0}
LOCK = threading.Lock()
AT_IMPORT = {
    "cwd": os.getcwd(),  # noqa: PTH109
    "path_ends_with": sys.path[-1],
    "loop_runs": asyncio._get_running_loop() is not None,
    "thread": threading.current_thread() is threading.main_thread(),
}


def told(value: Any) -> str:
    return json.dumps(value, default=repr)


@app.route(route="tells/{id}", methods=["POST"])
def tells(req: func.HttpRequest) -> str:
    given = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "params": dict(req.params),
        "route": dict(req.route_params),
        "body": repr(req.get_body()),
    }
    return told(given)


@app.route(route="imported")
def imported(req: func.HttpRequest) -> str:
    return told(AT_IMPORT)


@app.route(route="in-context")
def in_context(req: func.HttpRequest, context: func.Context) -> str:
    local = context.thread_local_storage
    given = {
        "name": context.function_name,
        "directory": context.function_directory,
        "own_id": context.invocation_id == local.invocation_id,
        "trace": [
            context.trace_context.trace_parent,
            context.trace_context.trace_state,
            dict(context.trace_context.attributes),
        ],
        "retry": [context.retry_context.retry_count, context.retry_context.max_retry_count],
    }
    return told(given)


@app.route(route="in-async-context")
async def in_async_context(req: func.HttpRequest, context: func.Context) -> str:
    return told(context.invocation_id == context.thread_local_storage.invocation_id)


ANSWERS = {
    "text": lambda: "text, ä",
    "half a character": lambda: "\ud800",
    "nothing": lambda: None,
    "a number": lambda: 7,
    "bytes": lambda: b"bytes",
    "a dictionary": lambda: {"a": 1},
    "empty": func.HttpResponse,
    "status": lambda: func.HttpResponse("made", status_code=201),
    "odd status": lambda: func.HttpResponse("odd", status_code=299),
    "json": lambda: func.HttpResponse("{}", mimetype="application/json"),
    "body of bytes": lambda: func.HttpResponse(b"\x00\xff", mimetype="image/x"),
    "charset": lambda: func.HttpResponse("ä", charset="latin-1"),
    "header": lambda: func.HttpResponse("", headers={"X-One": "1", "content-type": "a/b"}),
    "header of a number": lambda: func.HttpResponse("", headers={"X-One": 1}),
    "cookies": lambda: with_cookies(
        "a=1",
        "b=2; Path=/p; Domain=d.test; Secure; HttpOnly; SameSite=Lax; Max-Age=60; "
        "Expires=Wed, 01 Jan 2031 10:00:00 GMT",
        'c="x y"; SameSite=None',
        "d=4; samesite=strict",
        "e=5; SameSite=other",
    ),
    "cookie that ends never": lambda: with_cookies("a=1; Expires=never"),
    "cookie of no age": lambda: with_cookies("a=1; Max-Age=x"),
}


def with_cookies(*cookies: str) -> func.HttpResponse:
    response = func.HttpResponse("with cookies")
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response


@app.route(route="answers")
def answers(req: func.HttpRequest) -> func.HttpResponse:
    return ANSWERS[req.params["what"]]()


@app.route(route="answers-async")
async def answers_async(req: func.HttpRequest):
    await asyncio.sleep(0)
    return ANSWERS[req.params["what"]]()


PUT = {
    "text": lambda: "text",
    "bytes": lambda: b"bytes",
    "a dictionary": lambda: {"a": [1]},
    "a list": lambda: ["a", "b"],
    "a number": lambda: 7,
    "a fraction": lambda: 1.5,
    "true": lambda: True,
    "a message": lambda: func.QueueMessage(id="1", body="text"),
    "messages": lambda: [func.QueueMessage(body="a"), func.QueueMessage(body="b")],
    "nothing": lambda: None,
    "an object": object,
}


@app.route(route="puts-text")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def puts_text(req: func.HttpRequest, out: func.Out[str]) -> str:
    out.set(PUT[req.params["what"]]())
    return told(out.get())


@app.route(route="puts-bytes")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def puts_bytes(req: func.HttpRequest, out: func.Out[bytes]) -> str:
    out.set(PUT[req.params["what"]]())
    return "put"


@app.route(route="puts-message")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def puts_message(req: func.HttpRequest, out: func.Out[func.QueueMessage]) -> str:
    out.set(PUT[req.params["what"]]())
    return "put"


@app.route(route="puts-messages")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def puts_messages(req: func.HttpRequest, out: func.Out[List[str]]) -> str:  # noqa: UP006
    out.set(PUT[req.params["what"]]())
    return "put"


@app.route(route="puts-unannotated")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def puts_unannotated(req, out):
    out.set(PUT[req.params["what"]]())
    return "put"


@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *")
@app.queue_output(arg_name="$return", queue_name="q", connection="C")
def returns_to_a_queue(timer: func.TimerRequest) -> str:
    return PUT[timer.schedule_status["What"]]()


@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def ticks(timer: func.TimerRequest, out: func.Out[str]) -> None:
    out.set(told([timer.past_due, timer.schedule, timer.schedule_status]))


@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
async def ticks_as_text(timer: str, out: func.Out[str]) -> None:
    out.set(told(timer))


@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *")
def answers_nobody(timer: func.TimerRequest):
    return 1


@app.queue_trigger(arg_name="message", queue_name="in", connection="C")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def takes(message: func.QueueMessage, out: func.Out[str]) -> None:
    fields = ("id", "dequeue_count", "pop_receipt")
    times = ("expiration_time", "insertion_time", "time_next_visible")
    given = {name: getattr(message, name) for name in fields}
    given |= {name: str(getattr(message, name)) for name in times}
    out.set(told(given | {"body": repr(message.get_body())}))


@app.queue_trigger(arg_name="message", queue_name="in", connection="C")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
def takes_text(message: str, out: func.Out[str]) -> None:
    out.set(repr(message))


@app.queue_trigger(arg_name="message", queue_name="in", connection="C", data_type="binary")
@app.queue_output(arg_name="out", queue_name="q", connection="C")
async def takes_bytes(message: bytes, out: func.Out[str]) -> None:
    out.set(repr(message))


@app.route(route="with-client")
@app.durable_client_input(client_name="client")
async def with_client(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
    return told([type(client).__name__, client.create_http_management_payload("i-1")])


@app.activity_trigger(input_name="given")
@app.durable_client_input(client_name="client")
async def activity_with_client(given: dict, client: df.DurableOrchestrationClient) -> list:
    return [given, client.create_http_management_payload("i-1")["id"]]


@app.activity_trigger(input_name="given")
def echo(given):
    return given


@app.activity_trigger(input_name="given", activity="NamedOtherwise")
def typed(given: str) -> str:
    return f"{type(given).__name__} {given!r}"


@app.activity_trigger(input_name="given")
async def echo_async(given: Any) -> Any:
    await asyncio.sleep(0)
    return given


RESULTS = {
    "a tuple": lambda: (1, 2),
    "not a number": lambda: float("nan"),
    "a set": lambda: {1},
    "an object": object,
    "text": lambda: "ä\ud83d",
    "keys": lambda: {1: "a", None: "b"},
    "long": lambda: 2**70,
}


@app.activity_trigger(input_name="what")
def results(what: str):
    return RESULTS[what]()


class Unsayable(Exception):
    def __str__(self) -> str:
        raise ValueError("not even this")


def cause() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        raise KeyError("outer") from error


def context_of() -> None:
    try:
        raise OSError(2, "inner")
    except OSError:
        raise LookupError("while handling")  # noqa: B904


def hidden() -> None:
    try:
        raise OSError(2, "inner")
    except OSError:
        raise LookupError("alone") from None


def group() -> None:
    raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])


def raising(kind, *words):
    def raises() -> None:
        raise kind(*words)

    return raises


def missing() -> None:
    import no_such_module  # noqa: F401


FAILURES = {
    "a value": raising(ValueError, "no good: ä"),
    "lines": raising(RuntimeError, "one\ntwo\n\n$OutOfProcData$:{}"),
    "no text": raising(RuntimeError),
    "half a character": raising(RuntimeError, "\ud800"),
    "unsayable": raising(Unsayable),
    "a cause": cause,
    "a context": context_of,
    "a hidden context": hidden,
    "a group": group,
    "a missing module": missing,
    "an assertion": raising(AssertionError, "assumed"),
}


@app.activity_trigger(input_name="what")
def fails(what: str) -> None:
    FAILURES[what]()


@app.activity_trigger(input_name="what")
async def fails_async(what: str) -> None:
    FAILURES[what]()


@app.route(route="fails")
def fails_in_http(req: func.HttpRequest) -> str:
    FAILURES[req.params["what"]]()
    return "never"


@app.activity_trigger(input_name="table")
def known(table: str) -> list:
    return list(globals()[table])


@app.activity_trigger(input_name="code")
def leaves(code: int) -> None:
    sys.exit(code)


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext):
    given = context.get_input()
    first = yield context.call_activity("echo", given)
    return {"first": first, "at": context.current_utc_datetime.isoformat()}


@app.orchestration_trigger(context_name="context")
def raises(context: df.DurableOrchestrationContext):
    yield context.call_activity("echo", 1)
    raise ValueError("broken")


@app.activity_trigger(input_name="seconds")
def sleeps(seconds: float) -> int:
    """How many calls were at work at once, at most."""
    with LOCK:
        AT_ONCE["now"] += 1
        AT_ONCE["most"] = max(AT_ONCE.values())
    time.sleep(seconds)
    with LOCK:
        AT_ONCE["now"] -= 1
    return AT_ONCE["most"]


@app.activity_trigger(input_name="given")
async def where_async(given: Any) -> list:
    return [id(asyncio.get_running_loop()), threading.current_thread() is threading.main_thread()]


@app.activity_trigger(input_name="given")
def where(given: Any) -> list:
    has_loop = asyncio._get_running_loop() is not None
    return [has_loop, threading.current_thread() is threading.main_thread(), threading.get_ident()]


@app.activity_trigger(input_name="given")
def cores(given: Any) -> int:
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1


@app.activity_trigger(input_name="given")
def remembers(given: str) -> str:
    """What a thread's context held before."""
    before = VARIABLE.get()
    VARIABLE.set(given)
    return before
