"""The worker loads and runs an app as the Python worker of Functions does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devhost.language_worker.failures import WorkerFailure
from devhost.worker import AppError, Worker

WorkerFor = Callable[[str], Worker]


def test_functions_are_indexed_with_their_bindings(worker_for: WorkerFor) -> None:
    worker = worker_for("""
        @app.route(route="hello", methods=["GET"])
        @app.durable_client_input(client_name="client")
        async def hello(req: func.HttpRequest, client) -> func.HttpResponse:
            return func.HttpResponse("hi")
    """)
    hello = next(item for item in worker.functions if item.name == "hello")
    assert (hello.kind, hello.is_async, hello.trigger["route"]) == ("httpTrigger", True, "hello")
    assert {b["type"] for b in hello.bindings} == {"httpTrigger", "http", "durableClient"}
    assert worker.orchestrator_names() == ["sleeper", "waits"]


def test_names_are_matched_without_case_and_may_be_registered_apart(worker_for: WorkerFor) -> None:
    worker = worker_for("""
        @app.activity_trigger(input_name="p", activity="Public")
        def private(p): return p
    """)
    assert worker.run_activity("pUBLIC", "1") == "1"
    assert not worker.has_activity("private")


def test_input_that_is_no_json_reaches_the_activity_as_text(worker_for: WorkerFor) -> None:
    assert worker_for("").run_activity("echo", "no json") == '"no json"'


def test_an_exception_leaves_in_the_hosts_form(worker_for: WorkerFor) -> None:
    with pytest.raises(WorkerFailure) as caught:
        worker_for("").run_activity("boom", "1")
    assert caught.value.message == "ValueError: boom 1"
    assert str(caught.value).startswith("Result: Failure\nException: ValueError: boom 1\nStack: ")
    assert "in boom" in caught.value.stack
    assert "worker.py" not in caught.value.stack


async def test_an_async_activity_runs_on_the_hosts_loop(worker_for: WorkerFor) -> None:
    worker = worker_for("""
        import asyncio
        @act
        async def where(p): return id(asyncio.get_running_loop())
    """)
    loop = worker.loop = asyncio.get_running_loop()
    answer = await asyncio.to_thread(worker.run_activity, "where", "null")
    assert json.loads(answer) == id(loop)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('@app.activity_trigger(input_name="p")\ndef bad(q): return 1', "takes the parameters"),
        ("other = df.DFApp()", "exactly one function app, not 2"),
    ],
)
def test_an_app_that_the_real_worker_refuses_does_not_load(
    worker_for: WorkerFor, source: str, complaint: str
) -> None:
    with pytest.raises(AppError, match=complaint):
        worker_for(source)


def test_a_directory_without_an_app_says_so(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"has no function_app\.py"):
        Worker(tmp_path)
