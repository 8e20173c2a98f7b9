"""What a caller is shown: status replies, lists with filters and pages, histories on request."""

import re
from datetime import datetime, timedelta

import pytest

from tests.contract.life_cycle.harness import HISTORY, EngineHarness

STATUS_KEYS = [
    *("name", "instanceId", "runtimeStatus", "input", "customStatus", "output"),
    *("createdTime", "lastUpdatedTime"),
]
ROW_KEYS = {
    "ExecutionStarted": (
        "EventType Input Correlation ParentTraceContext ScheduledStartTime Generation "
        "GenerateNewTrace Timestamp FunctionName"
    ),
    "TaskScheduled": "EventType Name Input ParentTraceContext Tags Timestamp",
    "TaskCompleted": "EventType Result Timestamp ScheduledTime FunctionName Input",
    "TaskFailed": (
        "EventType Reason Details FailureDetails Timestamp ScheduledTime FunctionName Input"
    ),
    "SubOrchestrationInstanceCreated": (
        "EventType Name InstanceId Input ClientSpanId Tags Timestamp"
    ),
    "SubOrchestrationInstanceCompleted": (
        "EventType Result Timestamp ScheduledTime FunctionName InstanceId Input"
    ),
    "SubOrchestrationInstanceFailed": (
        "EventType Reason Details FailureDetails Timestamp ScheduledTime FunctionName InstanceId "
        "Input"
    ),
    "TimerCreated": "EventType FireAt Timestamp",
    "TimerFired": "EventType FireAt Timestamp",
    "EventRaised": "EventType Name Input ParentTraceContext Timestamp",
    "ExecutionSuspended": "EventType Reason Timestamp",
    "ExecutionResumed": "EventType Reason Timestamp",
    "ExecutionTerminated": "EventType Input Timestamp",
    "GenericEvent": "Data EventType Timestamp",
    "ExecutionCompleted": "EventType OrchestrationStatus Result FailureDetails Timestamp",
}


async def ids(harness: EngineHarness, query: str) -> list[str]:
    reply = await harness.send("GET", f"/instances?{query}")
    assert reply.status == 200
    return [row["instanceId"] for row in reply.json]


async def test_an_unfinished_status_says_where_and_when_to_look_again(
    harness: EngineHarness,
) -> None:
    x = await harness.running("waits")
    for base in ("rpc", "webhook"):
        reply = await harness.send("GET", f"/instances/{x}?showInput=true", base=base)
        assert (reply.status, reply.keys) == (202, STATUS_KEYS)
        code = "&code=system-key" if base == "webhook" else ""
        own = f"{harness.bases[base]}/instances/{x}?showInput=true{code}"
        assert (reply.headers["Location"], reply.headers["Retry-After"]) == (own, "5")


async def test_a_finished_status_has_neither_and_fails_only_when_asked(
    harness: EngineHarness,
) -> None:
    x = await harness.finished("fails")
    wish = "?returnInternalServerErrorOnFailure="
    for query, status in (("", 200), (wish + "true", 500), (wish + "false", 200)):
        reply = await harness.look(x, query)
        assert (reply.status, reply.keys) == (status, STATUS_KEYS)
        assert not {"Location", "Retry-After"} & reply.headers.keys()


async def test_times_are_whole_seconds(harness: EngineHarness) -> None:
    status = (await harness.look(await harness.finished("says"))).json
    for key in ("createdTime", "lastUpdatedTime"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", status[key])


async def test_the_input_is_shown_unless_it_is_not_wanted(harness: EngineHarness) -> None:
    x = await harness.finished("says", '"\\"in\\""')
    shown = {
        query: (await harness.look(x, query)).json["input"] for query in ("", "?showInput=false")
    }
    assert shown == {"": '"in"', "?showInput=false": None}


async def test_a_falsy_custom_status_reads_back_as_null(harness: EngineHarness) -> None:
    x = await harness.start("falsy")
    await harness.until_rows(x, 2)
    await harness.until_says(x, None)


async def test_paths_and_queries_ignore_case_but_ids_do_not(harness: EngineHarness) -> None:
    x = await harness.running("waits")
    assert (await harness.send("GET", f"/INSTANCES/{x}?SHOWHISTORY=True")).status == 202
    assert (await harness.send("GET", f"/instances/{x.upper()}")).status == 404
    assert (await harness.send("POST", f"/instances/{x}/RaiseEVENT/Go", "1")).status == 202
    await harness.until(x)


async def test_a_list_comes_in_pages_by_id_with_children_in_it(harness: EngineHarness) -> None:
    wanted = [await harness.start("waits", instance_id=f"page{n}") for n in range(5)]
    token, pages = "", []
    for _ in range(3):
        path = "/instances?instanceIdPrefix=page&top=2"
        reply = await harness.send("GET", path, token=token or None)
        pages.append([row["instanceId"] for row in reply.json])
        token = reply.headers["x-ms-continuation-token"]
    assert pages == [wanted[:2], wanted[2:4], wanted[4:]]
    assert token == ""
    x = await harness.finished("over_who")
    child = (await harness.look(x)).json["output"][0]
    assert child in await ids(harness, "top=1000")


async def test_a_child_names_its_parent_behind_its_own_id(harness: EngineHarness) -> None:
    x = await harness.finished("over_who")
    child = (await harness.look(x)).json["output"][0]
    reply = await harness.look(child)
    assert reply.keys == [*STATUS_KEYS[:2], "parentInstanceId", *STATUS_KEYS[2:]]
    assert reply.json["parentInstanceId"] == x
    (row,) = (await harness.send("GET", f"/instances?instanceIdPrefix={child}")).json
    assert row == reply.json
    (ended,) = [row for row in await harness.rows(x) if row.get("FunctionName") == "who"]
    assert ended["InstanceId"] == child


async def test_a_token_is_the_next_ids_key_as_the_emulator_writes_it(
    harness: EngineHarness,
) -> None:
    for name in ("token^a", "token^b"):
        await harness.start("waits", instance_id=name)
    reply = await harness.send("GET", "/instances?instanceIdPrefix=token&top=1")
    assert reply.headers["x-ms-continuation-token"].strip() == "dG9rZW5eXmI="
    nothing = await harness.send("GET", "/instances?instanceIdPrefix=token", token="garbage")
    assert (nothing.json, nothing.headers["x-ms-continuation-token"]) == ([], "")


async def test_a_list_shows_what_a_status_shows_and_no_history(harness: EngineHarness) -> None:
    x = await harness.finished("says", '"\\"in\\""')
    query = f"instanceIdPrefix={x}&showHistory=true"
    (row,) = (await harness.send("GET", f"/instances?{query}")).json
    assert row == (await harness.look(x)).json
    (row,) = (await harness.send("GET", f"/instances?{query}&showInput=false")).json
    assert row == (await harness.look(x, "?showInput=false")).json


async def test_filters_narrow_the_list_and_unreadable_ones_are_ignored(
    harness: EngineHarness,
) -> None:
    prefix = "filter-"
    for name in ("a", "b", "c"):
        await harness.start("waits", instance_id=prefix + name)
    for name, verb, status in (("b", "suspend", "Suspended"), ("c", "terminate", "Terminated")):
        await harness.until(prefix + name, "Running")
        await harness.change(prefix + name, verb)
        await harness.until(prefix + name, status)
    await harness.until(prefix + "a", "Running")
    everything = ["a", "b", "c"]
    for query, names in (
        ("runtimeStatus=Running", ["a"]),
        ("runtimeStatus=Suspended,Terminated", ["b", "c"]),
        ("runtimeStatus=Suspended,%20Terminated", ["b", "c"]),
        ("runtimeStatus=Nonsense,Terminated", ["c"]),
        ("runtimeStatus=Nonsense", everything),
        ("runtimeStatus=suspended", everything),
        ("runtimeStatus=", everything),
        ("createdTimeFrom=2000-01-01T00:00:00Z&createdTimeTo=2100-01-01T00:00:00Z", everything),
        ("createdTimeFrom=2100-01-01T00:00:00Z", []),
        ("createdTimeTo=2000-01-01T00:00:00Z", []),
        ("createdTimeFrom=nonsense", everything),
        ("top=0", []),
        ("top=2", ["a", "b"]),
        ("top=nonsense", everything),
        ("top=2.5", everything),
    ):
        found = await ids(harness, f"{query}&instanceIdPrefix={prefix}")
        assert (query, found) == (query, [prefix + name for name in names])
    assert await ids(harness, f"instanceIdPrefix={prefix.upper()}") == []


async def test_rows_of_a_history_have_these_keys_in_this_order(harness: EngineHarness) -> None:
    seen: dict[str, str] = {}
    running = [await harness.running(name) for name in ("slow_one", "over_sleeper", "held")]
    await harness.until(f"kid-{running[1]}", "Running")
    seen |= await _keys(harness, running[0], 2) | await _keys(harness, running[1], 2)
    await harness.change(running[2], "suspend")
    await harness.until(running[2], "Suspended")
    await harness.change(running[2], "resume")
    await harness.event(running[2], "1")
    await harness.until(running[2])
    await harness.change(running[1], "terminate")
    await harness.until(running[1])
    rewound = await harness.finished("recovers")
    await harness.change(rewound, "rewind")
    await harness.until(rewound, "Completed")
    over = [await harness.finished(name) for name in ("over_who", "over_fails", "fails")]
    timed = await harness.finished("sleeper", '"1"')
    for instance_id in (*running[1:], rewound, *over, timed):
        seen |= await _keys(harness, instance_id, 1)
    assert seen == ROW_KEYS


async def _keys(harness: EngineHarness, instance_id: str, count: int) -> dict[str, str]:
    rows = await harness.until_rows(instance_id, count)
    return {row["EventType"]: " ".join(row) for row in rows}


async def test_inputs_and_results_of_a_history_are_shown_on_request(harness: EngineHarness) -> None:
    x = await harness.start("held", "1")
    await harness.event(x, '{"a": 1}')
    await harness.until(x)
    for query, kept in (
        ("?showHistory=true", {"Input"}),
        ("?showHistory=true&showInput=false", set()),
        (HISTORY, {"Input", "Result"}),
        (HISTORY + "&showInput=false", {"Result"}),
    ):
        rows = await harness.rows(x, query)
        found = {key for row in rows for key in row} & {"Input", "Result"}
        assert (query, found) == (query, kept)
    for query in ("", "?showHistory=false", "?showHistoryOutput=true"):
        assert "historyEvents" not in (await harness.look(x, query)).json


async def test_a_history_parses_results_and_keeps_inputs_as_text(harness: EngineHarness) -> None:
    x = await harness.start("held", '{"in":  1}')
    await harness.event(x, '{"a":  1.10}')
    await harness.until(x)
    started, raised, task, ended = await harness.rows(x)
    assert started["Input"] == '{"in":  1}'
    assert (raised["Name"], raised["Input"]) == ("Go", '{"a":1.1}')
    assert (task["FunctionName"], task["Input"], task["Result"]) == ("echo", None, "ran")
    assert task["ScheduledTime"].endswith("+00:00")
    assert task["Timestamp"].endswith("Z")
    assert (ended["OrchestrationStatus"], ended["Result"]) == ("Completed", "ran")


async def test_a_fired_timer_bears_the_time_of_its_creation(harness: EngineHarness) -> None:
    _, created, fired, _ = await harness.rows(await harness.finished("sleeper", '"2"'))
    times = [datetime.fromisoformat(row["Timestamp"]) for row in (created, fired)]
    assert abs(times[1] - times[0]) < timedelta(seconds=0.5)
    assert fired["FireAt"] == created["FireAt"]
    assert datetime.fromisoformat(fired["FireAt"]) - times[1] > timedelta(seconds=1.5)


@pytest.mark.parametrize(
    "request_line",
    ["PUT /instances/x", "POST /instances", "GET /orchestrators/says", "GET /nothing", "HEAD /x"],
)
async def test_what_is_no_request_of_the_api_is_not_found(
    harness: EngineHarness, request_line: str
) -> None:
    method, path = request_line.split()
    reply = await harness.send(method, path)
    assert (reply.status, reply.text) == (404, "")
