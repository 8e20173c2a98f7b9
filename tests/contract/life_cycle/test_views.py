"""What a caller is shown: status replies, lists with filters and pages, histories on request."""

import re
from datetime import datetime, timedelta

import pytest

from tests.contract.life_cycle.stage import HISTORY, Stage

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


async def ids(stage: Stage, query: str) -> list[str]:
    reply = await stage.send("GET", f"/instances?{query}")
    assert reply.status == 200
    return [row["instanceId"] for row in reply.json]


async def test_an_unfinished_status_says_where_and_when_to_look_again(stage: Stage) -> None:
    x = await stage.running("waits")
    for base in ("rpc", "webhook"):
        reply = await stage.send("GET", f"/instances/{x}?showInput=true", base=base)
        assert (reply.status, reply.keys) == (202, STATUS_KEYS)
        code = "&code=system-key" if base == "webhook" else ""
        own = f"{stage.bases[base]}/instances/{x}?showInput=true{code}"
        assert (reply.headers["Location"], reply.headers["Retry-After"]) == (own, "5")


async def test_a_finished_status_has_neither_and_fails_only_when_asked(stage: Stage) -> None:
    x = await stage.finished("fails")
    wish = "?returnInternalServerErrorOnFailure="
    for query, status in (("", 200), (wish + "true", 500), (wish + "false", 200)):
        reply = await stage.look(x, query)
        assert (reply.status, reply.keys) == (status, STATUS_KEYS)
        assert not {"Location", "Retry-After"} & reply.headers.keys()


async def test_times_are_whole_seconds(stage: Stage) -> None:
    status = (await stage.look(await stage.finished("says"))).json
    for key in ("createdTime", "lastUpdatedTime"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", status[key])


async def test_the_input_is_shown_unless_it_is_not_wanted(stage: Stage) -> None:
    x = await stage.finished("says", '"\\"in\\""')
    shown = {
        query: (await stage.look(x, query)).json["input"] for query in ("", "?showInput=false")
    }
    assert shown == {"": '"in"', "?showInput=false": None}


async def test_a_falsy_custom_status_reads_back_as_null(stage: Stage) -> None:
    x = await stage.start("falsy")
    await stage.until_rows(x, 2)
    await stage.until_says(x, None)


async def test_paths_and_queries_ignore_case_but_ids_do_not(stage: Stage) -> None:
    x = await stage.running("waits")
    assert (await stage.send("GET", f"/INSTANCES/{x}?SHOWHISTORY=True")).status == 202
    assert (await stage.send("GET", f"/instances/{x.upper()}")).status == 404
    assert (await stage.send("POST", f"/instances/{x}/RaiseEVENT/Go", "1")).status == 202
    await stage.until(x)


async def test_a_list_comes_in_pages_by_id_with_children_in_it(stage: Stage) -> None:
    wanted = [await stage.start("waits", instance_id=f"page{n}") for n in range(5)]
    token, pages = "", []
    for _ in range(3):
        path = "/instances?instanceIdPrefix=page&top=2"
        reply = await stage.send("GET", path, token=token or None)
        pages.append([row["instanceId"] for row in reply.json])
        token = reply.headers["x-ms-continuation-token"]
    assert pages == [wanted[:2], wanted[2:4], wanted[4:]]
    assert token == ""
    x = await stage.finished("over_who")
    child = (await stage.look(x)).json["output"][0]
    assert child in await ids(stage, "top=1000")


async def test_a_child_names_its_parent_behind_its_own_id(stage: Stage) -> None:
    x = await stage.finished("over_who")
    child = (await stage.look(x)).json["output"][0]
    reply = await stage.look(child)
    assert reply.keys == [*STATUS_KEYS[:2], "parentInstanceId", *STATUS_KEYS[2:]]
    assert reply.json["parentInstanceId"] == x
    (row,) = (await stage.send("GET", f"/instances?instanceIdPrefix={child}")).json
    assert row == reply.json
    (ended,) = [row for row in await stage.rows(x) if row.get("FunctionName") == "who"]
    assert ended["InstanceId"] == child


async def test_a_token_is_the_next_ids_key_as_the_emulator_writes_it(stage: Stage) -> None:
    for name in ("token^a", "token^b"):
        await stage.start("waits", instance_id=name)
    reply = await stage.send("GET", "/instances?instanceIdPrefix=token&top=1")
    assert reply.headers["x-ms-continuation-token"].strip() == "dG9rZW5eXmI="
    nothing = await stage.send("GET", "/instances?instanceIdPrefix=token", token="garbage")
    assert (nothing.json, nothing.headers["x-ms-continuation-token"]) == ([], "")


async def test_a_list_shows_what_a_status_shows_and_no_history(stage: Stage) -> None:
    x = await stage.finished("says", '"\\"in\\""')
    query = f"instanceIdPrefix={x}&showHistory=true"
    (row,) = (await stage.send("GET", f"/instances?{query}")).json
    assert row == (await stage.look(x)).json
    (row,) = (await stage.send("GET", f"/instances?{query}&showInput=false")).json
    assert row == (await stage.look(x, "?showInput=false")).json


async def test_filters_narrow_the_list_and_unreadable_ones_are_ignored(stage: Stage) -> None:
    prefix = "filter-"
    for name in ("a", "b", "c"):
        await stage.start("waits", instance_id=prefix + name)
    for name, verb, status in (("b", "suspend", "Suspended"), ("c", "terminate", "Terminated")):
        await stage.until(prefix + name, "Running")
        await stage.change(prefix + name, verb)
        await stage.until(prefix + name, status)
    await stage.until(prefix + "a", "Running")
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
        found = await ids(stage, f"{query}&instanceIdPrefix={prefix}")
        assert (query, found) == (query, [prefix + name for name in names])
    assert await ids(stage, f"instanceIdPrefix={prefix.upper()}") == []


async def test_rows_of_a_history_have_these_keys_in_this_order(stage: Stage) -> None:
    seen: dict[str, str] = {}
    running = [await stage.running(name) for name in ("slow_one", "over_sleeper", "held")]
    await stage.until(f"kid-{running[1]}", "Running")
    seen |= await _keys(stage, running[0], 2) | await _keys(stage, running[1], 2)
    await stage.change(running[2], "suspend")
    await stage.until(running[2], "Suspended")
    await stage.change(running[2], "resume")
    await stage.event(running[2], "1")
    await stage.until(running[2])
    await stage.change(running[1], "terminate")
    await stage.until(running[1])
    rewound = await stage.finished("recovers")
    await stage.change(rewound, "rewind")
    await stage.until(rewound, "Completed")
    over = [await stage.finished(name) for name in ("over_who", "over_fails", "fails")]
    timed = await stage.finished("sleeper", '"1"')
    for instance_id in (*running[1:], rewound, *over, timed):
        seen |= await _keys(stage, instance_id, 1)
    assert seen == ROW_KEYS


async def _keys(stage: Stage, instance_id: str, count: int) -> dict[str, str]:
    rows = await stage.until_rows(instance_id, count)
    return {row["EventType"]: " ".join(row) for row in rows}


async def test_inputs_and_results_of_a_history_are_shown_on_request(stage: Stage) -> None:
    x = await stage.start("held", "1")
    await stage.event(x, '{"a": 1}')
    await stage.until(x)
    for query, kept in (
        ("?showHistory=true", {"Input"}),
        ("?showHistory=true&showInput=false", set()),
        (HISTORY, {"Input", "Result"}),
        (HISTORY + "&showInput=false", {"Result"}),
    ):
        rows = await stage.rows(x, query)
        found = {key for row in rows for key in row} & {"Input", "Result"}
        assert (query, found) == (query, kept)
    for query in ("", "?showHistory=false", "?showHistoryOutput=true"):
        assert "historyEvents" not in (await stage.look(x, query)).json


async def test_a_history_parses_results_and_keeps_inputs_as_text(stage: Stage) -> None:
    x = await stage.start("held", '{"in":  1}')
    await stage.event(x, '{"a":  1.10}')
    await stage.until(x)
    started, raised, task, ended = await stage.rows(x)
    assert started["Input"] == '{"in":  1}'
    assert (raised["Name"], raised["Input"]) == ("Go", '{"a":1.1}')
    assert (task["FunctionName"], task["Input"], task["Result"]) == ("echo", None, "ran")
    assert task["ScheduledTime"].endswith("+00:00")
    assert task["Timestamp"].endswith("Z")
    assert (ended["OrchestrationStatus"], ended["Result"]) == ("Completed", "ran")


async def test_a_fired_timer_bears_the_time_of_its_creation(stage: Stage) -> None:
    _, created, fired, _ = await stage.rows(await stage.finished("sleeper", '"2"'))
    times = [datetime.fromisoformat(row["Timestamp"]) for row in (created, fired)]
    assert abs(times[1] - times[0]) < timedelta(seconds=0.5)
    assert fired["FireAt"] == created["FireAt"]
    assert datetime.fromisoformat(fired["FireAt"]) - times[1] > timedelta(seconds=1.5)


@pytest.mark.parametrize(
    "request_line",
    ["PUT /instances/x", "POST /instances", "GET /orchestrators/says", "GET /nothing", "HEAD /x"],
)
async def test_what_is_no_request_of_the_api_is_not_found(stage: Stage, request_line: str) -> None:
    method, path = request_line.split()
    reply = await stage.send(method, path)
    assert (reply.status, reply.text) == (404, "")
