"""One small orchestrator for each thing that can be seen of an instance's life by HTTP."""

import time
from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
RUNS: dict = {}
DATES = [
    "2030-01-01T00:00:00+02:00",
    "2030-01-01T00:00:00.500000+00:00",
    "2030-01-01T00:00:00Z",
    "2030-01-01T00:00:00",
    "2030-01-01",
    "from 2030-01-01T00:00:00+02:00",
]


def orchestrator(function):
    return app.orchestration_trigger(context_name="context")(function)


def activity(function):
    return app.activity_trigger(input_name="given")(function)


def after(context, seconds):
    return context.current_utc_datetime + timedelta(seconds=seconds)


@activity
def echo(given):
    return given


@activity
def boom(given):
    raise ValueError(f"boom {given}")


@activity
def text(given):
    raise ValueError(given)


@activity
def slow(given):
    time.sleep(given)
    return "slow"


@activity
def heals(given):
    RUNS[given] = RUNS.get(given, 0) + 1
    if RUNS[given] < 2:
        raise ValueError("ill")
    return "well"


@orchestrator
def waits(context):
    context.set_custom_status("waiting")
    return (yield context.wait_for_external_event("Go"))


@orchestrator
def silent(context):
    yield context.wait_for_external_event("Go")


@orchestrator
def says(context):
    yield context.call_activity("echo", 1)
    return context.get_input()


@orchestrator
def who(context):
    yield context.call_activity("echo", 1)
    return [context.instance_id, context.parent_instance_id]


@orchestrator
def over_who(context):
    return (yield context.call_sub_orchestrator("who"))


@orchestrator
def over_over_who(context):
    return (yield context.call_sub_orchestrator("over_who"))


@orchestrator
def slow_one(context):
    context.set_custom_status({"at": "slow"})
    return (yield context.call_activity("slow", 1.5))


@orchestrator
def held(context):
    yield context.wait_for_external_event("Go")
    context.set_custom_status("moved on")
    return (yield context.call_activity("echo", "ran"))


@orchestrator
def fails(context):
    context.set_custom_status({"s": 1})
    yield context.call_activity("boom", "z")


@orchestrator
def over_fails(context):
    yield context.call_sub_orchestrator("fails")


@orchestrator
def over_over_fails(context):
    yield context.call_sub_orchestrator("over_fails")


@orchestrator
def raises(context):
    yield context.call_activity("echo", 1)
    raise RuntimeError("broke")


@orchestrator
def raises_at_once(context):
    raise RuntimeError("broke")


@orchestrator
def over_raises_at_once(context):
    yield context.call_sub_orchestrator("raises_at_once")


@orchestrator
def raises_text(context):
    yield context.call_activity("echo", 1)
    raise RuntimeError(context.get_input())


@orchestrator
def raises_text_at_once(context):
    raise RuntimeError(context.get_input())


@orchestrator
def fails_with_text(context):
    yield context.call_activity("text", context.get_input())


@orchestrator
def recovers(context):
    yield context.call_activity("echo", 0)
    found = yield context.call_activity("heals", context.instance_id)
    yield context.call_activity("echo", 5)
    return found


@orchestrator
def over_recovers(context):
    child = f"kid-{context.instance_id}"
    return (yield context.call_sub_orchestrator("recovers", None, instance_id=child))


@orchestrator
def sleeper(context):
    yield context.create_timer(after(context, context.get_input() or 2))
    return "slept"


@orchestrator
def over_sleeper(context):
    child = f"kid-{context.instance_id}"
    try:
        return (yield context.call_sub_orchestrator("sleeper", 30, instance_id=child))
    except Exception as error:
        return str(error)


@orchestrator
def dated(context):
    context.set_custom_status({"dates": DATES})
    echoed = yield context.call_activity("echo", DATES)
    raised = yield context.wait_for_external_event("Go")
    return {"own": DATES, "echoed": echoed, "raised": raised, "input": context.get_input()}


@orchestrator
def again(context):
    generation = context.get_input() or 0
    yield context.call_activity("echo", generation)
    context.set_custom_status({"generation": generation})
    if generation < 2:
        context.continue_as_new(generation + 1)
        return
    yield context.wait_for_external_event("Go")
    return generation


@orchestrator
def missing(context):
    return (yield context.call_activity("no_such_activity", 1))


@orchestrator
def missing_child(context):
    return (yield context.call_sub_orchestrator("no_such_child", 1))


@orchestrator
def races_missing(context):
    absent = context.call_activity("no_such_activity", 1)
    timer = context.create_timer(after(context, 1))
    winner = yield context.task_any([absent, timer])
    return "the missing one won" if winner == absent else "the timer won"


@orchestrator
def changes(context):
    RUNS[context.instance_id] = RUNS.get(context.instance_id, 0) + 1
    name = "echo" if RUNS[context.instance_id] < 2 else "slow"
    yield context.call_activity(name, 0)


@orchestrator
def left_timer(context):
    timer = context.create_timer(after(context, 3))
    event = context.wait_for_external_event("Go")
    yield context.task_any([event, timer])
    return "done"


@orchestrator
def nested(context):
    first, second = context.call_activity("boom", 1), context.call_activity("slow", 0.5)
    both, timer = context.task_all([first, second]), context.create_timer(after(context, 9))
    yield context.task_any([both, timer])
    yield context.call_activity("slow", 1)
    return "on"


@orchestrator
def falsy(context):
    context.set_custom_status("first")
    yield context.call_activity("echo", 1)
    context.set_custom_status({})
    yield context.wait_for_external_event("Go")
