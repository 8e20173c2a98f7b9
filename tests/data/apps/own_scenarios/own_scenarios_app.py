"""Scenarios of the project's own: the shapes of its orchestrations, and traps that lie near them.

It adds to the app of the given recordings, so that one engine can play both; what to send, and
when, is in tests/contract/golden/scripts.py.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
from scenarios_app import app, orch

Context = df.DurableOrchestrationContext
Steps = Generator[Any, Any, Any]
RETRIES = df.RetryOptions(first_retry_interval_in_milliseconds=500, max_number_of_attempts=3)
CHILD_AGAIN = df.RetryOptions(first_retry_interval_in_milliseconds=3000, max_number_of_attempts=3)
HEALED: set[str] = set()


@app.activity_trigger(input_name="p")
def heals(p: str) -> str:
    """Fail the first time that it is called with a text."""
    if p not in HEALED:
        HEALED.add(p)
        raise ValueError("ill")
    return "well"


def after(context: Context, seconds: float) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))


@orch
def restore(context: Context) -> Steps:
    """The shape of restore_vm; `wait` stands for its steps before there is a child."""
    order = context.get_input()
    context.set_custom_status({"phase": "accepted"})
    yield context.call_activity_with_retry("echo", RETRIES, "open")
    if "wait" in order:
        yield after(context, order["wait"])
    watch = {"looks": 0, "until": order["until"], "pause": order.get("pause", 2)}
    watch |= {"breaks": order.get("breaks")} | ({"ill": order["ill"]} if "ill" in order else {})
    watch_id = f"{context.instance_id}~watch"
    child = context.call_sub_orchestrator("watch", watch, instance_id=watch_id)
    cancel = context.wait_for_external_event("cancel")
    winner = yield context.task_any([child, cancel])
    said = None
    if winner == cancel:
        said = yield context.call_activity_with_retry("echo", RETRIES, {"cancel": cancel.result})
        context.set_custom_status({"phase": "cancelling"})
    try:
        watched = yield child
    except Exception:
        yield after(context, 3)
        try:
            watched = yield context.call_sub_orchestrator_with_retry(
                "watch", CHILD_AGAIN, watch, watch_id
            )
        except Exception as error:
            watched = {"lost": str(error)[:60]}
    yield context.call_activity_with_retry("echo", RETRIES, "close")
    context.set_custom_status({"phase": "closed"})
    return {"watched": watched, "said": said}


@orch
def watch(context: Context) -> Steps:
    """The shape of watch_job: two looks to a generation."""
    seen = context.get_input()
    context.set_custom_status({"looks": seen["looks"]})
    for _ in range(2):
        yield context.call_activity_with_retry("echo", RETRIES, seen["looks"])
        seen["looks"] += 1
        if seen["looks"] == seen.get("ill"):
            yield context.call_activity("heals", context.instance_id)
        context.set_custom_status({"looks": seen["looks"]})
        if seen["looks"] == seen["breaks"]:
            raise RuntimeError("the watch broke")
        if seen["looks"] >= seen["until"]:
            return {"end": "over", "looks": seen["looks"]}
        yield after(context, seen["pause"])
    context.continue_as_new(seen)
    return None


@orch
def patient(context: Context) -> Steps:
    """The shape of Steps.run: two steps that wait in a child, one after the other under one id."""
    child, found = f"{context.instance_id}~wait", []
    for step in ("find", "trigger"):
        order = {"step": f"{context.instance_id} {step}", "tries": 0}
        found.append(
            (yield context.call_sub_orchestrator_with_retry("tries", CHILD_AGAIN, order, child))
        )
        context.set_custom_status(found)
    return found


@orch
def tries(context: Context) -> Steps:
    """The shape of retry_activity: it fails once, in its second generation, and is run again."""
    order = context.get_input()
    for _ in range(2):
        context.set_custom_status({"tries": order["tries"]})
        if order["tries"] == 3:
            yield context.call_activity("heals", order["step"])
        order["tries"] += 1
        if order["tries"] == 5:
            context.set_custom_status(None)
            return order["step"]
        yield after(context, 2)
    context.continue_as_new(order)
    return None


@orch
def retried_against_event(context: Context) -> Steps:
    """A trap: a child that is called with retry races an event, which comes between two attempts.
    The second attempt then has another task's id, and the instance fails."""
    child = context.call_sub_orchestrator_with_retry(
        "healing", CHILD_AGAIN, None, f"{context.instance_id}~kid"
    )
    go = context.wait_for_external_event("Go")
    yield context.task_any([child, go])
    said = yield context.call_activity("echo", "went")
    found = yield child
    return [said, found, (yield context.call_activity("echo", "done"))]


@orch
def takes_child(context: Context) -> Steps:
    return (yield context.call_sub_orchestrator("sleeper", 5, instance_id="o-taken-kid"))


@orch
def own_id_as_child(context: Context) -> Steps:
    return (yield context.call_sub_orchestrator("sleeper", 1, instance_id=context.instance_id))


@orch
def missing_races(context: Context) -> Steps:
    absent, timer = context.call_activity("no_such_activity", 1), after(context, 2)
    winner = yield context.task_any([absent, timer])
    return "the missing one won" if winner == absent else "the timer won"


@orch
def missing_among_all(context: Context) -> Steps:
    tasks = [context.call_activity(name, 1) for name in ("no_such_activity", "echo")]
    return (yield context.task_all(tasks))


@orch
def missing_child(context: Context) -> Steps:
    return (yield context.call_sub_orchestrator("no_such_child", 1))


@orch
def one_early(context: Context) -> Steps:
    yield after(context, 3)
    first = yield context.wait_for_external_event("Go")
    second = yield context.wait_for_external_event("Go")
    return [first, second]


@orch
def early_against_timer(context: Context) -> Steps:
    """The timer is created and cancelled within one turn."""
    yield after(context, 3)
    go, timer = context.wait_for_external_event("Go"), after(context, 60)
    winner = yield context.task_any([go, timer])
    if winner == go:
        timer.cancel()
    return go.result


@orch
def never_yielded(context: Context) -> Steps:
    context.call_activity("boom", 1)
    first, second = context.call_activity("echo", 1), context.call_activity("echo", 2)
    return [(yield second), (yield first)]


@orch
def left_timer(context: Context) -> Steps:
    go, timer = context.wait_for_external_event("Go"), after(context, 6)
    yield context.task_any([go, timer])
    context.set_custom_status("past the race")
    return (yield context.call_activity("echo", "done"))


@orch
def left_child(context: Context) -> Steps:
    go = context.wait_for_external_event("Go")
    child = context.call_sub_orchestrator("sleeper", 6, instance_id=f"{context.instance_id}~kid")
    yield context.task_any([go, child])
    return (yield context.call_activity("echo", "done"))


@orch
def all_with_a_failure(context: Context) -> Steps:
    tasks = [context.call_activity("boom", 1), context.call_sub_orchestrator("sleeper", 4)]
    try:
        yield context.task_all(tasks)
    except Exception:
        return (yield context.call_activity("echo", "compensated"))


@orch
def week_against_event(context: Context) -> Steps:
    go = context.wait_for_external_event("Go")
    timer = after(context, 7 * 86400)
    winner = yield context.task_any([go, timer])
    if winner == go:
        timer.cancel()
    return "event"


@orch
def permission(context: Context) -> Steps:
    """The shape of permission.ask: what was decided is read before the timer is cancelled, and the
    timer may fire meanwhile."""
    decision, timer = context.wait_for_external_event("Go"), after(context, context.get_input())
    winner = yield context.task_any([decision, timer])
    if winner == decision:
        read = yield context.call_sub_orchestrator("sleeper", 4)
        if not timer.is_completed:
            timer.cancel()
    else:
        read = "nobody decided"
    return (yield context.call_activity("echo", read))


@orch
def as_completed(context: Context) -> Steps:
    left = [context.call_sub_orchestrator("sleeper", n) for n in (8, 5, 2)]
    while left:
        left.remove((yield context.task_any(left)))
    return "all"


@orch
def child_retried(context: Context) -> Steps:
    child = f"{context.instance_id}~kid"
    return (yield context.call_sub_orchestrator_with_retry("healing", RETRIES, child, child))


@orch
def healing(context: Context) -> Steps:
    return (yield context.call_activity("heals", context.instance_id))


@orch
def over_healing(context: Context) -> Steps:
    child = f"{context.instance_id}~kid"
    found = yield context.call_sub_orchestrator("healing", None, instance_id=child)
    return [found, (yield context.call_activity("echo", "after"))]


@orch
def restarted_anew(context: Context) -> Steps:
    """Fails; begun again it goes on in a second generation, with a child that waits."""
    if context.get_input() != "second":
        yield context.call_activity("heals", "anew")
        context.continue_as_new("second")
        return None
    return (yield context.call_sub_orchestrator("waits", None, instance_id="o-restarted-anew~kid"))


@orch
def sleeps(context: Context) -> Steps:
    yield after(context, 3)
    return (yield context.call_activity("echo", "awake"))


@orch
def dated_child(context: Context) -> Steps:
    """A child's dates come back as the engine renders them, an activity's do not."""
    dates = ["2030-01-01T00:00:00+02:00", "2030-01-01T00:00:00.500000+00:00"]
    if context.parent_instance_id:
        return dates
    child = yield context.call_sub_orchestrator("dated_child", None)
    return [child, (yield context.call_activity("echo", dates))]
