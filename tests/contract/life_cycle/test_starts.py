"""Starts and restarts: who is refused, what a fresh run keeps, which ids and links there are."""

import asyncio
import re

import pytest

from tests.contract.life_cycle.harness import EngineHarness

DASHED = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HEX = r"[0-9a-f]{32}"
ERROR_KEYS = ["Message", "ExceptionMessage", "ExceptionType", "StackTrace"]
LINKS = (
    "id statusQueryGetUri sendEventPostUri terminatePostUri purgeHistoryDeleteUri restartPostUri "
    "suspendPostUri resumePostUri"
)


def exists(status: str) -> dict[str, str]:
    return {"Message": f"An Orchestration instance with the status {status} already exists."}


async def generation(harness: EngineHarness, instance_id: str) -> int | None:
    found: int | None = (await harness.rows(instance_id))[0]["Generation"]
    return found


async def test_a_second_start_of_a_running_id_is_refused_whatever_the_function(
    harness: EngineHarness,
) -> None:
    x = await harness.running("waits")
    for name in ("waits", "says"):
        for base in ("rpc", "webhook"):
            reply = await harness.send("POST", f"/orchestrators/{name}/{x}", "", base=base)
            assert (reply.status, reply.json) == (409, exists("Running"))


async def test_a_second_start_of_a_suspended_id_is_refused(harness: EngineHarness) -> None:
    x = await harness.running("waits")
    await harness.change(x, "suspend")
    await harness.until(x, "Suspended")
    reply = await harness.send("POST", f"/orchestrators/says/{x}", "")
    assert (reply.status, reply.json) == (409, exists("Suspended"))


async def test_a_version_that_nobody_set_up_leaves_the_instance_pending(
    harness: EngineHarness,
) -> None:
    path = "/orchestrators/waits/versioned"
    assert (await harness.send("POST", path + "?version=2", "")).status == 202
    seen = await harness.look("versioned", "?showHistory=true")
    assert (seen.status, seen.json["runtimeStatus"]) == (202, "Pending")
    assert "historyEvents" not in seen.json
    assert (await harness.event("versioned", "1")).status == 202
    assert (await harness.change("versioned", "suspend")).status == 202
    again = await harness.send("POST", path, "")
    assert (again.status, again.json) == (409, exists("Pending"))
    purged = await harness.send("DELETE", "/instances/versioned")
    assert (purged.status, purged.text.endswith('has status Pending"')) == (412, True)
    assert (await harness.change("versioned", "terminate", "?reason=off")).status == 202
    ended = await harness.until("versioned")
    assert (ended["runtimeStatus"], ended["output"]) == ("Terminated", "off")
    assert await harness.rows("versioned") == []


async def test_a_resume_of_a_pending_instance_is_refused(harness: EngineHarness) -> None:
    await harness.send("POST", "/orchestrators/waits/versioned-too?version=2", "")
    reply = await harness.change("versioned-too", "resume")
    assert reply.json["ExceptionMessage"] == (
        "Cannot resume the orchestration instance versioned-too because instance is in the "
        "Pending state."
    )
    await harness.change("versioned-too", "terminate")


@pytest.mark.parametrize("ending", ["Completed", "Failed", "Terminated"])
async def test_a_finished_id_starts_afresh_in_the_next_generation(
    harness: EngineHarness, ending: str
) -> None:
    x = await harness.start("fails" if ending == "Failed" else "waits")
    if ending == "Completed":
        await harness.event(x, "1")
    if ending == "Terminated":
        await harness.change(x, "terminate")
    assert (await harness.until(x))["runtimeStatus"] == ending
    assert await generation(harness, x) == 0
    await harness.start("says", '"2"', x)
    seen = await harness.until(x)
    assert (seen["name"], seen["input"]) == ("says", "2")
    assert await generation(harness, x) == 1


async def test_of_many_starts_at_once_exactly_one_runs(harness: EngineHarness) -> None:
    path = "/orchestrators/waits/crowded"
    replies = await asyncio.gather(*(harness.send("POST", path, str(n)) for n in range(8)))
    assert 202 in {reply.status for reply in replies} <= {202, 409}
    await harness.until("crowded", "Running")
    await harness.event("crowded", '"in"')
    await harness.until("crowded")
    kinds = [row["EventType"] for row in await harness.rows("crowded")]
    assert kinds == ["ExecutionStarted", "EventRaised", "ExecutionCompleted"]


async def test_a_start_answers_with_links_in_this_order_and_says_when_to_look(
    harness: EngineHarness,
) -> None:
    for base in ("rpc", "webhook"):
        reply = await harness.send("POST", "/orchestrators/says", "", base=base)
        assert reply.keys == LINKS.split()
        assert re.fullmatch(HEX, reply.json["id"])
        assert reply.headers["Retry-After"] == "10"
        assert reply.headers["Location"] == reply.json["statusQueryGetUri"]
        origin = harness.bases[base].split("/", 3)[:3]
        assert reply.json["statusQueryGetUri"].split("/", 3)[:3] == origin
        async with harness.session.get(reply.json["statusQueryGetUri"]) as answer:
            # The RPC port does not serve the webhooks that it names.
            assert (answer.status == 404) == (base == "rpc")


async def test_the_input_is_kept_as_it_was_written_and_a_restart_renders_it_again(
    harness: EngineHarness,
) -> None:
    written = '{"a":  1.10, "when": "2030-01-01T00:00:00+02:00"}'
    x = await harness.finished("says", written)
    assert (await harness.rows(x))[0]["Input"] == written
    assert (await harness.change(x, "restart", "?restartWithNewInstanceId=false")).status == 202
    await harness.until(x)
    assert await generation(harness, x) == 1
    rendered = '{"a":1.1,"when":"2030-01-01T00:00:00+02:00"}'
    assert (await harness.rows(x))[0]["Input"] == rendered


async def test_a_restart_without_input_gives_the_word_null(harness: EngineHarness) -> None:
    x = await harness.finished("says")
    assert (await harness.rows(x))[0]["Input"] is None
    new = (await harness.change(x, "restart", "")).json["id"]
    assert re.fullmatch(HEX, new)
    await harness.until(new)
    first = (await harness.rows(new))[0]
    assert (first["Input"], first["Generation"]) == ("null", 0)


async def test_a_restart_is_refused_for_an_unknown_id_and_while_it_runs(
    harness: EngineHarness,
) -> None:
    unknown = await harness.change("nope", "restart", "")
    assert (unknown.status, unknown.keys) == (400, ERROR_KEYS)
    assert unknown.json["Message"] == "InstanceId does not match a valid orchestration instance."
    assert unknown.json["ExceptionMessage"] == (
        "No instance with ID 'nope' was found. (Parameter 'instanceId')"
    )
    x = await harness.running("waits")
    running = await harness.change(x, "restart", "?restartWithNewInstanceId=false")
    assert (running.status, running.keys) == (409, ERROR_KEYS)
    assert running.json["Message"] == (
        "A non-terminal instance with this instance ID already exists."
    )
    assert running.json["ExceptionMessage"] == exists("Running")["Message"]
    assert (await harness.change(x, "restart", "")).status == 202


async def test_children_have_no_generation_and_ids_of_their_parents_execution(
    harness: EngineHarness,
) -> None:
    x = await harness.finished("over_over_who")
    child, parent = (await harness.look(x)).json["output"]
    assert re.fullmatch(HEX + ":0", child)
    assert re.fullmatch(DASHED + ":0", parent)
    assert [await generation(harness, item) for item in (x, parent, child)] == [0, None, None]


async def test_a_restarted_parents_child_has_an_id_without_dashes(harness: EngineHarness) -> None:
    x = await harness.finished("over_who")
    await harness.change(x, "restart", "?restartWithNewInstanceId=false")
    await harness.until(x)
    child, parent = (await harness.look(x)).json["output"]
    assert parent == x
    assert re.fullmatch(HEX + ":0", child)


async def test_a_continued_generation_has_no_number_and_only_its_own_rows(
    harness: EngineHarness,
) -> None:
    x = await harness.start("again")
    await harness.until_says(x, {"generation": 2})
    first, *rest = await harness.rows(x)
    assert (first["Generation"], first["Input"]) == (None, '"2"')
    assert [row["EventType"] for row in rest] == ["TaskCompleted"]


async def test_a_start_may_wait_for_its_end(harness: EngineHarness) -> None:
    wait = "?timeout=20&pollingInterval=1"
    done = await harness.send("POST", f"/orchestrators/says/waited{wait}", '"\\"x\\""')
    assert (done.status, done.json) == (200, "x")
    failed = await harness.send("POST", f"/orchestrators/fails/waited-too{wait}", "")
    assert (failed.status, failed.json["runtimeStatus"]) == (200, "Failed")
    query = "?timeout=1&pollingInterval=1"
    late = await harness.send("POST", f"/orchestrators/waits/waited-long{query}", "")
    assert (late.status, late.headers["Retry-After"]) == (202, "10")


async def test_a_wait_shorter_than_its_interval_is_refused_though_the_start_was_not(
    harness: EngineHarness,
) -> None:
    path = "/orchestrators/says/waited-less?timeout=1&pollingInterval=5"
    reply = await harness.send("POST", path, "")
    message = {"Message": "Total timeout 1 should be bigger than retry timeout 5"}
    assert (reply.status, reply.json) == (400, message)
    assert (await harness.until("waited-less"))["runtimeStatus"] == "Completed"
