"""Starts and restarts: who is refused, what a fresh run keeps, which ids and links there are."""

import asyncio
import re

import pytest

from tests.contract.life_cycle.stage import Stage

DASHED = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HEX = r"[0-9a-f]{32}"
ERROR_KEYS = ["Message", "ExceptionMessage", "ExceptionType", "StackTrace"]
LINKS = (
    "id statusQueryGetUri sendEventPostUri terminatePostUri purgeHistoryDeleteUri restartPostUri "
    "suspendPostUri resumePostUri"
)


def exists(status: str) -> dict[str, str]:
    return {"Message": f"An Orchestration instance with the status {status} already exists."}


async def generation(stage: Stage, instance_id: str) -> int | None:
    found: int | None = (await stage.rows(instance_id))[0]["Generation"]
    return found


async def test_a_second_start_of_a_running_id_is_refused_whatever_the_function(
    stage: Stage,
) -> None:
    x = await stage.running("waits")
    for name in ("waits", "says"):
        for base in ("rpc", "webhook"):
            reply = await stage.send("POST", f"/orchestrators/{name}/{x}", "", base=base)
            assert (reply.status, reply.json) == (409, exists("Running"))


async def test_a_second_start_of_a_suspended_id_is_refused(stage: Stage) -> None:
    x = await stage.running("waits")
    await stage.change(x, "suspend")
    await stage.until(x, "Suspended")
    reply = await stage.send("POST", f"/orchestrators/says/{x}", "")
    assert (reply.status, reply.json) == (409, exists("Suspended"))


async def test_a_version_that_nobody_set_up_leaves_the_instance_pending(stage: Stage) -> None:
    path = "/orchestrators/waits/versioned"
    assert (await stage.send("POST", path + "?version=2", "")).status == 202
    seen = await stage.look("versioned", "?showHistory=true")
    assert (seen.status, seen.json["runtimeStatus"]) == (202, "Pending")
    assert "historyEvents" not in seen.json
    assert (await stage.event("versioned", "1")).status == 202
    assert (await stage.change("versioned", "suspend")).status == 202
    again = await stage.send("POST", path, "")
    assert (again.status, again.json) == (409, exists("Pending"))
    purged = await stage.send("DELETE", "/instances/versioned")
    assert (purged.status, purged.text.endswith('has status Pending"')) == (412, True)
    assert (await stage.change("versioned", "terminate", "?reason=off")).status == 202
    ended = await stage.until("versioned")
    assert (ended["runtimeStatus"], ended["output"]) == ("Terminated", "off")
    assert await stage.rows("versioned") == []


async def test_a_resume_of_a_pending_instance_is_refused(stage: Stage) -> None:
    await stage.send("POST", "/orchestrators/waits/versioned-too?version=2", "")
    reply = await stage.change("versioned-too", "resume")
    assert reply.json["ExceptionMessage"] == (
        "Cannot resume the orchestration instance versioned-too because instance is in the "
        "Pending state."
    )
    await stage.change("versioned-too", "terminate")


@pytest.mark.parametrize("ending", ["Completed", "Failed", "Terminated"])
async def test_a_finished_id_starts_afresh_in_the_next_generation(
    stage: Stage, ending: str
) -> None:
    x = await stage.start("fails" if ending == "Failed" else "waits")
    if ending == "Completed":
        await stage.event(x, "1")
    if ending == "Terminated":
        await stage.change(x, "terminate")
    assert (await stage.until(x))["runtimeStatus"] == ending
    assert await generation(stage, x) == 0
    await stage.start("says", '"2"', x)
    seen = await stage.until(x)
    assert (seen["name"], seen["input"]) == ("says", "2")
    assert await generation(stage, x) == 1


async def test_of_many_starts_at_once_exactly_one_runs(stage: Stage) -> None:
    path = "/orchestrators/waits/crowded"
    replies = await asyncio.gather(*(stage.send("POST", path, str(n)) for n in range(8)))
    assert 202 in {reply.status for reply in replies} <= {202, 409}
    await stage.until("crowded", "Running")
    await stage.event("crowded", '"in"')
    await stage.until("crowded")
    kinds = [row["EventType"] for row in await stage.rows("crowded")]
    assert kinds == ["ExecutionStarted", "EventRaised", "ExecutionCompleted"]


async def test_a_start_answers_with_links_in_this_order_and_says_when_to_look(
    stage: Stage,
) -> None:
    for base in ("rpc", "webhook"):
        reply = await stage.send("POST", "/orchestrators/says", "", base=base)
        assert reply.keys == LINKS.split()
        assert re.fullmatch(HEX, reply.json["id"])
        assert reply.headers["Retry-After"] == "10"
        assert reply.headers["Location"] == reply.json["statusQueryGetUri"]
        origin = stage.bases[base].split("/", 3)[:3]
        assert reply.json["statusQueryGetUri"].split("/", 3)[:3] == origin
        async with stage.session.get(reply.json["statusQueryGetUri"]) as answer:
            # The RPC port does not serve the webhooks that it names.
            assert (answer.status == 404) == (base == "rpc")


async def test_the_input_is_kept_as_it_was_written_and_a_restart_renders_it_again(
    stage: Stage,
) -> None:
    written = '{"a":  1.10, "when": "2030-01-01T00:00:00+02:00"}'
    x = await stage.finished("says", written)
    assert (await stage.rows(x))[0]["Input"] == written
    assert (await stage.change(x, "restart", "?restartWithNewInstanceId=false")).status == 202
    await stage.until(x)
    assert await generation(stage, x) == 1
    rendered = '{"a":1.1,"when":"2030-01-01T00:00:00+02:00"}'
    assert (await stage.rows(x))[0]["Input"] == rendered


async def test_a_restart_without_input_gives_the_word_null(stage: Stage) -> None:
    x = await stage.finished("says")
    assert (await stage.rows(x))[0]["Input"] is None
    new = (await stage.change(x, "restart", "")).json["id"]
    assert re.fullmatch(HEX, new)
    await stage.until(new)
    first = (await stage.rows(new))[0]
    assert (first["Input"], first["Generation"]) == ("null", 0)


async def test_a_restart_is_refused_for_an_unknown_id_and_while_it_runs(stage: Stage) -> None:
    unknown = await stage.change("nope", "restart", "")
    assert (unknown.status, unknown.keys) == (400, ERROR_KEYS)
    assert unknown.json["Message"] == "InstanceId does not match a valid orchestration instance."
    assert unknown.json["ExceptionMessage"] == (
        "No instance with ID 'nope' was found. (Parameter 'instanceId')"
    )
    x = await stage.running("waits")
    running = await stage.change(x, "restart", "?restartWithNewInstanceId=false")
    assert (running.status, running.keys) == (409, ERROR_KEYS)
    assert running.json["Message"] == (
        "A non-terminal instance with this instance ID already exists."
    )
    assert running.json["ExceptionMessage"] == exists("Running")["Message"]
    assert (await stage.change(x, "restart", "")).status == 202


async def test_children_have_no_generation_and_ids_of_their_parents_execution(
    stage: Stage,
) -> None:
    x = await stage.finished("over_over_who")
    child, parent = (await stage.look(x)).json["output"]
    assert re.fullmatch(HEX + ":0", child)
    assert re.fullmatch(DASHED + ":0", parent)
    assert [await generation(stage, item) for item in (x, parent, child)] == [0, None, None]


async def test_a_restarted_parents_child_has_an_id_without_dashes(stage: Stage) -> None:
    x = await stage.finished("over_who")
    await stage.change(x, "restart", "?restartWithNewInstanceId=false")
    await stage.until(x)
    child, parent = (await stage.look(x)).json["output"]
    assert parent == x
    assert re.fullmatch(HEX + ":0", child)


async def test_a_continued_generation_has_no_number_and_only_its_own_rows(stage: Stage) -> None:
    x = await stage.start("again")
    await stage.until_says(x, {"generation": 2})
    first, *rest = await stage.rows(x)
    assert (first["Generation"], first["Input"]) == (None, '"2"')
    assert [row["EventType"] for row in rest] == ["TaskCompleted"]


async def test_a_start_may_wait_for_its_end(stage: Stage) -> None:
    wait = "?timeout=20&pollingInterval=1"
    done = await stage.send("POST", f"/orchestrators/says/waited{wait}", '"\\"x\\""')
    assert (done.status, done.json) == (200, "x")
    failed = await stage.send("POST", f"/orchestrators/fails/waited-too{wait}", "")
    assert (failed.status, failed.json["runtimeStatus"]) == (200, "Failed")
    query = "?timeout=1&pollingInterval=1"
    late = await stage.send("POST", f"/orchestrators/waits/waited-long{query}", "")
    assert (late.status, late.headers["Retry-After"]) == (202, "10")


async def test_a_wait_shorter_than_its_interval_is_refused_though_the_start_was_not(
    stage: Stage,
) -> None:
    path = "/orchestrators/says/waited-less?timeout=1&pollingInterval=5"
    reply = await stage.send("POST", path, "")
    message = {"Message": "Total timeout 1 should be bigger than retry timeout 5"}
    assert (reply.status, reply.json) == (400, message)
    assert (await stage.until("waited-less"))["runtimeStatus"] == "Completed"
