"""A worker process that exits in the middle of a call: the host goes on, and fails what it had.

The same scenarios on both engines, and the texts are those that the published extension was seen to
write. What the worker does there is real: its process ends.
"""

import base64
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.queue import QueueClient

from devhost.azurite import Azurite
from devhost.testing import HostProcess
from tests.contract.host.conftest import Reply, Sample, eventually, make_queue
from tests.contract.host.test_engine_dies import is_gone
from tests.fakes import exiting_worker

EXITS_APP = Path(__file__).parents[2] / "data" / "apps" / "exits"
ENGINE = os.environ.get("DURABLE_ENGINE", "")
END_S_MAX = 60.0
EXITED = "python exited with code 137 (0x89)"
TERMINATED = "python exited with code 143 (0x8F)"
EXITED_TURN = (
    f"Orchestrator function 'exits_at_once' failed: One or more errors occurred. ({EXITED})"
)
NOTHING_REPLAYED = (
    "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled an "
    "activity task with sequence ID 0 and name 'greets' (version ''), but the current replay "
    "execution hasn't (yet?) scheduled this task. Was a change made to the orchestrator code after "
    "this instance had already started running?"
)
THROWN = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException"
REAL = pytest.param(
    ENGINE,
    id="durable-engine",
    marks=[
        pytest.mark.durable_engine,
        pytest.mark.skipif(not ENGINE, reason="DURABLE_ENGINE does not name the executable"),
    ],
)


def exception(text: str, inner: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An exception as .NET writes it down, without its frames and its source."""
    return {
        "$type": "System.Exception, System.Private.CoreLib",
        "ClassName": "System.Exception",
        "Message": text,
        "Data": None,
        "InnerException": inner,
        "HelpURL": None,
        "RemoteStackTraceString": None,
        "RemoteStackIndex": 0,
        "ExceptionMethod": None,
        "HResult": -2146233088,
        "WatsonBuckets": None,
        **more,
    }


ONE_OF_MANY = exception(
    "One or more errors occurred.",
    exception(EXITED),
    **{
        "$type": "System.AggregateException, System.Private.CoreLib",
        "ClassName": "System.AggregateException",
        "InnerExceptions": [exception(EXITED)],
    },
)


@pytest.fixture(scope="module", params=[pytest.param("", id="embedded"), REAL])
def host(
    request: pytest.FixtureRequest, azurite: Azurite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("exits")
    (folder / "memory").mkdir()
    environ = {
        "AzureWebJobsStorage": azurite.connection_string,
        "EXITS_MEMORY": str(folder / "memory"),
        "DURABLE_ENGINE": "",  # what runs is said by name alone
    }
    running = HostProcess(EXITS_APP, folder / "state", environ=environ, engine=request.param)
    with running:
        yield Sample(running, folder / "memory", azurite.connection_string)


def ended(host: Sample, name: str) -> dict[str, Any]:
    """Start an orchestrator, wait for its end, and return its status and history."""
    number = f"{name}-{next(host.numbers)}"
    assert host.call("POST", f"/api/start/{name}/{number}").status == 202
    path = f"/runtime/webhooks/durabletask/instances/{number}"
    path += "?showHistory=true&showHistoryOutput=true&code=system-key"

    def look() -> dict[str, Any] | None:
        reply = host.call("GET", path)
        return reply.json if reply.status == 200 else None

    seen = eventually(look, END_S_MAX)
    assert seen is not None
    return seen


def failure(seen: dict[str, Any]) -> tuple[str, Any]:
    """Reason and details of the one call that failed."""
    (row,) = [row for row in seen["historyEvents"] if row["EventType"].endswith("Failed")]
    return row["Reason"], without_frames(row["Details"])


def without_frames(details: str) -> Any:
    """What of a failure's details does not name the program that it happened in."""
    try:
        value = json.loads(details)
    except ValueError:
        return details.partition("\n   at ")[0]
    return _bare(value)


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        named = ("StackTraceString", "Source")
        return {key: _bare(item) for key, item in value.items() if key not in named}
    return value


def test_an_activity_fails_with_the_exit_code(host: Sample) -> None:
    seen = ended(host, "activity_exits")
    reason = f"Activity function 'exits' failed: {EXITED}"
    assert failure(seen) == (reason, exception(EXITED))
    assert seen["runtimeStatus"] == "Failed"
    assert seen["output"].startswith(f"Orchestrator function 'activity_exits' failed: {reason} \n ")


def test_a_worker_that_is_told_to_end_fails_its_calls_alike(host: Sample) -> None:
    reason = f"Activity function 'terminated' failed: {TERMINATED}"
    assert failure(ended(host, "activity_is_terminated")) == (reason, exception(TERMINATED))


def test_an_activity_with_retry_is_called_again(host: Sample) -> None:
    seen = ended(host, "activity_exits_and_is_retried")
    assert failure(seen)[0] == f"Activity function 'exits' failed: {EXITED}"
    assert (seen["runtimeStatus"], seen["output"]) == ("Completed", "done")


def test_an_orchestrator_that_had_scheduled_nothing_fails_for_good(host: Sample) -> None:
    seen = ended(host, "exits_at_once")
    assert (seen["runtimeStatus"], seen["output"]) == ("Failed", EXITED_TURN)


def test_an_orchestrator_that_had_scheduled_something_counts_as_another(host: Sample) -> None:
    seen = ended(host, "exits_later")
    assert (seen["runtimeStatus"], seen["output"]) == ("Failed", NOTHING_REPLAYED)


def test_a_child_fails_for_its_parent(host: Sample) -> None:
    seen = ended(host, "child_exits")
    assert failure(seen) == (EXITED_TURN, ONE_OF_MANY)
    assert seen["runtimeStatus"] == "Failed"


def test_a_child_that_had_scheduled_something_fails_for_its_parent(host: Sample) -> None:
    details = f"Unhandled exception while executing orchestration: {THROWN}: {NOTHING_REPLAYED}"
    assert failure(ended(host, "child_exits_later")) == (NOTHING_REPLAYED, details)


@pytest.mark.parametrize("name", ["child_exits", "child_exits_later"])
def test_a_child_with_retry_runs_again_under_its_id(host: Sample, name: str) -> None:
    seen = ended(host, f"{name}_and_is_retried")
    started = [row for row in seen["historyEvents"] if "Failed" in row["EventType"]]
    assert len(started) == 1
    assert (seen["runtimeStatus"], seen["output"]) == ("Completed", "hello")
    child = host.call(
        "GET",
        f"/runtime/webhooks/durabletask/instances/{seen['instanceId']}-child?code=system-key",
    )
    assert child.json["runtimeStatus"] == "Completed"


def test_a_queue_message_comes_again_after_the_visibility_time(host: Sample) -> None:
    make_queue(host.connection, "exits")
    work = f"message-{next(host.numbers)}"
    with QueueClient.from_connection_string(host.connection, "exits") as queue:
        queue.send_message(base64.b64encode(work.encode()).decode())
    count = host.notes_path / f"{work}.count"
    eventually(lambda: count.exists() and count.read_text() == "xx", within_s=20)
    took_s = count.stat().st_mtime - (host.notes_path / work).stat().st_mtime
    assert took_s >= 0.9
    assert re.search(rf"failed, attempt 1( of 3)?: {re.escape(EXITED)}", host.host.log())


def test_an_http_call_in_flight_fails_and_the_next_one_is_held_until_there_is_a_worker(
    host: Sample,
) -> None:
    path = f"/api/exits/http-{next(host.numbers)}"
    assert host.call("GET", path).status == 500
    assert host.call("GET", path).body == "still here"


def test_a_worker_killed_from_outside_fails_all_calls_in_flight_and_another_takes_over(
    host: Sample,
) -> None:
    replies: list[Reply] = []
    calls = [
        threading.Thread(target=lambda: replies.append(host.call("GET", "/api/waits/3")))
        for _ in range(2)
    ]
    for call in calls:
        call.start()
    time.sleep(0.5)
    killed, pid = host.host.worker_pid, host.host.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    for call in calls:
        call.join()
    assert [reply.status for reply in replies] == [500, 500]
    assert f"(pid {killed}): {EXITED}; calls in flight that failed: 2" in host.host.log()
    assert host.call("GET", "/api/waits/0").body == "waited"
    assert host.host.pid == pid
    assert host.host.worker_pid not in (killed, None)


def test_a_function_beyond_its_time_takes_the_worker_and_all_that_it_has_in_hand_with_it(
    host: Sample,
) -> None:
    replies: list[Reply] = []
    beyond = threading.Thread(target=lambda: replies.append(host.call("GET", "/api/waits/9")))
    beyond.start()
    time.sleep(1.5)
    # Called later, and in time itself.
    assert host.call("GET", "/api/waits/3.5").status == 500
    beyond.join()
    assert replies[0].status == 500
    assert "waits_in_http ran for longer than 4 s (functionTimeout)" in host.host.log()
    assert host.call("GET", "/api/waits/0").body == "waited"


def test_an_activity_in_flight_when_the_host_stops_is_called_again(host: Sample) -> None:
    """Its worker is ended by the host itself, and that is no exit to tell an orchestrator of."""
    number = f"stop-{next(host.numbers)}"
    assert host.call("POST", f"/api/start/activity_waits/{number}").status == 202
    count = host.notes_path / f"{number}.count"
    eventually(count.exists, within_s=20)
    assert host.host.stop() == 0
    host.host.start()
    path = f"/runtime/webhooks/durabletask/instances/{number}"
    path += "?showHistory=true&code=system-key"
    eventually(lambda: host.call("GET", path).status == 200, within_s=120)
    seen = host.call("GET", path).json
    assert (seen["runtimeStatus"], seen["output"]) == ("Completed", "waited")
    assert "TaskFailed" not in {row["EventType"] for row in seen["historyEvents"]}
    assert "Traceback" not in host.host.log()
    assert count.read_text() == "xx"


def test_no_worker_outlives_a_killed_host(host: Sample) -> None:
    pid = host.host.worker_pid
    assert pid is not None
    host.host.kill()
    eventually(lambda: is_gone(pid), within_s=3)
    host.host.start()


@pytest.mark.parametrize("engine", [pytest.param("", id="embedded"), REAL])
def test_a_worker_that_exits_within_calls_fails_these_and_no_others(
    azurite: Azurite, tmp_path: Path, engine: str
) -> None:
    """What the tests of the app make their worker do."""
    (tmp_path / "memory").mkdir()
    exits = tmp_path / "exits.txt"
    environ = {
        "AzureWebJobsStorage": azurite.connection_string,
        "EXITS_MEMORY": str(tmp_path / "memory"),
        "DURABLE_ENGINE": "",
    }
    running = HostProcess(
        EXITS_APP,
        tmp_path / "state",
        environ=environ,
        engine=engine,
        hub="Within",
        worker_command=exiting_worker.command(exits, most=1, share=1.0, seed=1),
    )
    with running:
        host = Sample(running, tmp_path / "memory", azurite.connection_string)
        first, second = ended(host, "greets_once"), ended(host, "greets_once")
    assert exiting_worker.exits_in(exits) == ["before greets_once"]
    assert first["output"] == EXITED_TURN.replace("exits_at_once", "greets_once")
    assert second["output"] == "hello"
