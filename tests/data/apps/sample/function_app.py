"""A tiny Durable app for the host's tests: one function of every kind that devhost runs."""

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
NOTES = Path(os.environ.get("SAMPLE_NOTES", os.devnull))


@app.route(route="orders/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    name = req.route_params["name"]
    instance_id = await client.start_new(
        name, req.params.get("id"), json.loads(req.get_body() or b"null")
    )
    return client.create_check_status_response(req, instance_id)


@app.route(route="orders/{id}", methods=["GET"])
@app.durable_client_input(client_name="client")
async def show_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    status = await client.get_status(req.route_params["id"])
    if not status:
        return func.HttpResponse(status_code=404)
    return func.HttpResponse(json.dumps(status.to_json()), mimetype="application/json")


@app.route(route="echo/{*path}")
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    body = {
        "method": req.method,
        "path": req.route_params.get("path"),
        "query": dict(req.params),
        "seen": req.headers.get("x-sample"),
        "body": req.get_body().decode(),
        "function": context.function_name,
    }
    response = func.HttpResponse(json.dumps(body), status_code=203, mimetype="application/json")
    response.headers.add("Set-Cookie", "a=1; Path=/; HttpOnly")
    response.headers.add("Set-Cookie", "b=2")
    return response


@app.route(route="text")
def text(req: func.HttpRequest) -> str:
    return "plain"


@app.route(route="broken")
def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("not today: sig=abc123")


@app.route(route="send", methods=["POST"])
@app.queue_output(arg_name="out", queue_name="sample-work", connection="AzureWebJobsStorage")
def send(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)


@app.queue_trigger(arg_name="message", queue_name="sample-work", connection="AzureWebJobsStorage")
@app.durable_client_input(client_name="client")
async def take_work(message: func.QueueMessage, client: df.DurableOrchestrationClient) -> None:
    work = json.loads(message.get_body())
    hidden_until = message.time_next_visible.isoformat()
    attempt = {"attempt": message.dequeue_count, "id": message.id, "hidden_until": hidden_until}
    note({**attempt, "work": work})
    if work.get("fail"):
        raise RuntimeError("told to fail")
    if work.get("slow_s"):
        await asyncio.sleep(work["slow_s"])
    await client.start_new("hello", work.get("id"), work)


@app.timer_trigger(arg_name="timer", schedule="*/1 * * * * *")
def tick(timer: func.TimerRequest) -> None:
    note({"tick": True, "past_due": timer.past_due})


@app.orchestration_trigger(context_name="context")
def hello(context: df.DurableOrchestrationContext) -> Any:
    work = context.get_input()
    said = yield context.call_activity("greet", (work or {}).get("name", "nobody"))
    return {"said": said}


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext) -> Any:
    context.set_custom_status({"waiting": True})
    got = yield context.wait_for_external_event("Go")
    return got


@app.orchestration_trigger(context_name="context")
def starts_other(context: df.DurableOrchestrationContext) -> Any:
    found = yield context.call_activity("start_other", context.get_input())
    return found


@app.activity_trigger(input_name="other")
@app.durable_client_input(client_name="client")
async def start_other(other: str, client: df.DurableOrchestrationClient) -> dict:
    before = await client.get_status(other)
    await client.start_new("waits", other)
    return {"before": bool(before), "after": bool(await client.get_status(other))}


@app.activity_trigger(input_name="name")
def greet(name: str) -> str:
    logging.getLogger(__name__).info("Greeting %s", name)
    return f"Hello {name}"


def note(line: dict[str, Any]) -> None:
    with NOTES.open("a") as notes:
        notes.write(json.dumps(line) + "\n")
