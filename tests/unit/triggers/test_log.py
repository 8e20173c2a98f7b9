"""What every trigger wears: it tells what it refuses and raises, and passes its trace on."""

import inspect
import json
import typing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest
from azure.functions.queue import QueueMessage

from restore.messages.log_line import LogLine
from restore.values.problem import Problem
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness, worker
from tests.fakes.log import lines, listen
from triggers import log, problems

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"


def context(trace: str | None) -> Any:
    return SimpleNamespace(trace_context=SimpleNamespace(trace_parent=trace))


def request(**headers: str) -> func.HttpRequest:
    return func.HttpRequest(
        "POST",
        "http://localhost/api/restores",
        headers=headers,
        route_params={"id": "r7"},
        body=b"",
    )


@log.entered
async def tells(req: func.HttpRequest) -> str | None:
    log.write(LogLine(event="remark", text="Hello."))
    return log.traceparent()


@pytest.mark.parametrize(
    ("hosts", "callers", "used"),
    [
        (TRACE, OTHER, TRACE),
        (None, OTHER, OTHER),
        ("", "no trace", None),
        (f"{TRACE}\n", "", None),
        (None, "", None),
    ],
)
async def test_the_trace_is_the_hosts_or_the_callers(
    hosts: str | None, callers: str, used: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    assert await tells(context=context(hosts), req=request(traceparent=callers)) == used
    (line,) = lines(caplog)
    assert (line["function"], line.get("traceparent")) == ("tells", used)
    assert log.traceparent() is None, "it ends with the call"


async def test_a_host_that_gives_no_context_is_no_hindrance() -> None:
    assert await tells(req=request()) is None
    assert await tells(req=request(), context=SimpleNamespace(trace_context=None)) is None


async def test_what_is_started_belongs_to_the_trace() -> None:
    current = df.DurableOrchestrationClient._get_current_activity_context

    @log.entered
    async def starts() -> Any:
        return current()

    assert (await starts(context=context(TRACE)))[0] == TRACE
    assert (await starts(context=context(None)))[0] is None
    assert current()[0] is None


def test_the_worker_sees_what_the_function_takes_and_the_context() -> None:
    assert [*inspect.signature(tells).parameters] == ["req", "context"]
    hints = typing.get_type_hints(tells)
    assert (hints["req"], hints["context"]) == (func.HttpRequest, func.Context)


def test_every_trigger_wears_it_but_the_probes() -> None:
    bare = {
        each.name
        for each in worker().functions
        if each.kind in ("httpTrigger", "queueTrigger", "timerTrigger")
        and "context" not in inspect.signature(each.function).parameters
    }
    assert bare == {"show_health", "show_live"}


@pytest.mark.parametrize("status", [400, 404, 503])
async def test_a_refusal_is_told_without_its_words(
    caplog: pytest.LogCaptureFixture, status: int
) -> None:
    @log.entered
    async def refuses(req: func.HttpRequest) -> func.HttpResponse:
        faults = [Problem(path="$.x", message="s3cret")] * 2
        return problems.problem(status, "InvalidRequest", "No", "s3cret", faults)

    await refuses(req=request())
    (line,) = lines(caplog)
    assert line == {
        "vmRestore": 1,
        "event": "rejected",
        "function": "refuses",
        "requestId": "r7",
        "source": "http",
        "code": "InvalidRequest",
        "count": 2,
        "httpStatus": status,
    }


async def test_an_answer_that_refuses_nothing_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    @log.entered
    async def answers(req: func.HttpRequest) -> func.HttpResponse:
        return problems.ok(202, {"code": "x"})

    listen(caplog)
    await answers(req=request())
    assert lines(caplog) == []


async def test_what_is_raised_is_told_and_raised(caplog: pytest.LogCaptureFixture) -> None:
    @log.entered
    async def breaks() -> None:
        raise KeyError("AccountKey=s3cret")

    with pytest.raises(KeyError):
        await breaks(context=context(TRACE))
    (line,) = lines(caplog)
    assert (line["event"], line["function"], line["exception"]) == ("fault", "breaks", "KeyError")
    assert "s3cret" not in caplog.text


async def test_a_request_is_told_with_its_age_and_keeps_its_trace(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    (taking,) = [each for each in worker().functions if each.name == "take_restore_request"]
    body = json.dumps(request_for("RestoreDisks", "r1")).encode()
    put = datetime.now(UTC) - timedelta(minutes=10)
    message = QueueMessage(id="m1", body=body, insertion_time=put)  # type: ignore[no-untyped-call]
    await taking.function(
        message=message, client=harness.api.client_binding(), context=context(TRACE)
    )
    (line,) = lines(caplog, "accepted")
    assert (line["messageId"], line["traceparent"]) == ("m1", TRACE)
    assert 590 < line["queueAgeS"] < 700
    held = harness.ledger.read("r1")
    assert held is not None
    assert held.entry.traceparent == TRACE
    harness.run_for(3600)
    called = [line for line in lines(caplog) if line["event"] in ("arm-call", "phase", "verdict")]
    assert len(called) > 10
    assert {(line["requestId"], line["traceparent"]) for line in called} == {("r1", TRACE)}


async def test_a_message_of_a_clock_that_is_ahead_has_no_age(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    (taking,) = [each for each in worker().functions if each.name == "take_restore_request"]
    body = json.dumps(request_for("RestoreDisks", "r1")).encode()
    put = datetime.now(UTC) + timedelta(minutes=10)
    message = QueueMessage(id="m1", body=body, insertion_time=put)  # type: ignore[no-untyped-call]
    await taking.function(message=message, client=harness.api.client_binding())
    (line,) = lines(caplog, "accepted")
    assert line["queueAgeS"] == 0
