"""Functions in which the worker process exits, once for each instance."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
MEMORY = Path(os.environ.get("EXITS_MEMORY", os.devnull))
RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=3)


def exit_once(who: str, code: int = 137) -> None:
    """The process ends here, and does not when it comes here again."""
    mark = MEMORY / who.replace(":", "_")
    if mark.exists():
        return
    mark.touch()
    if code == 143:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
    os._exit(code)


def times(who: str) -> int:
    """How often this was called so far; counted in a file, for the process forgets."""
    with (MEMORY / f"{who}.count").open("a") as file:
        file.write("x")
        return file.tell()


@app.route(route="start/{name}/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    await client.start_new(req.route_params["name"], req.route_params["id"])
    return func.HttpResponse(status_code=202)


@app.route(route="exits/{id}")
def exits_in_http(req: func.HttpRequest) -> func.HttpResponse:
    exit_once(req.route_params["id"])
    return func.HttpResponse("still here")


@app.route(route="waits/{seconds}")
def waits_in_http(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(float(req.route_params["seconds"]))
    return func.HttpResponse("waited")


@app.queue_trigger(arg_name="message", queue_name="exits", connection="AzureWebJobsStorage")
def take(message: func.QueueMessage) -> None:
    text = message.get_body().decode()
    times(text)
    exit_once(text)


@app.activity_trigger(input_name="who")
def exits(who: str) -> str:
    exit_once(who)
    return "done"


@app.activity_trigger(input_name="who")
def terminated(who: str) -> str:
    exit_once(who, 143)
    return "done"


@app.activity_trigger(input_name="who")
def greets(who: str) -> str:
    return "hello"


@app.orchestration_trigger(context_name="context")
def greets_once(context: df.DurableOrchestrationContext) -> Any:
    return (yield context.call_activity("greets", ""))


@app.activity_trigger(input_name="who")
def waits(who: str) -> str:
    times(who)
    time.sleep(3)
    return "waited"


@app.orchestration_trigger(context_name="context")
def activity_waits(context: df.DurableOrchestrationContext) -> Any:
    return (yield context.call_activity("waits", context.instance_id))


@app.orchestration_trigger(context_name="context")
def activity_exits(context: df.DurableOrchestrationContext) -> Any:
    return (yield context.call_activity("exits", context.instance_id))


@app.orchestration_trigger(context_name="context")
def activity_is_terminated(context: df.DurableOrchestrationContext) -> Any:
    return (yield context.call_activity("terminated", context.instance_id))


@app.orchestration_trigger(context_name="context")
def activity_exits_and_is_retried(context: df.DurableOrchestrationContext) -> Any:
    return (yield context.call_activity_with_retry("exits", RETRY, context.instance_id))


@app.orchestration_trigger(context_name="context")
def exits_at_once(context: df.DurableOrchestrationContext) -> Any:
    exit_once(context.instance_id)
    return (yield context.call_activity("greets", ""))


@app.orchestration_trigger(context_name="context")
def exits_later(context: df.DurableOrchestrationContext) -> Any:
    said = yield context.call_activity("greets", "")
    exit_once(context.instance_id)
    return said


@app.orchestration_trigger(context_name="context")
def child_exits(context: df.DurableOrchestrationContext) -> Any:
    child_id = f"{context.instance_id}-child"
    return (yield context.call_sub_orchestrator("exits_at_once", None, child_id))


@app.orchestration_trigger(context_name="context")
def child_exits_later(context: df.DurableOrchestrationContext) -> Any:
    child_id = f"{context.instance_id}-child"
    return (yield context.call_sub_orchestrator("exits_later", None, child_id))


@app.orchestration_trigger(context_name="context")
def child_exits_and_is_retried(context: df.DurableOrchestrationContext) -> Any:
    child_id = f"{context.instance_id}-child"
    return (yield context.call_sub_orchestrator_with_retry("exits_at_once", RETRY, None, child_id))


@app.orchestration_trigger(context_name="context")
def child_exits_later_and_is_retried(context: df.DurableOrchestrationContext) -> Any:
    child_id = f"{context.instance_id}-child"
    return (yield context.call_sub_orchestrator_with_retry("exits_later", RETRY, None, child_id))
