"""Handlers of `/restores/plan` and `/plans/{id}`: what a restore would be, without one.

A plan that takes longer than a person waits is fetched later; the history keeps it till then.
"""

import uuid

import azure.durable_functions as df
import azure.functions as func

from restore.messages import log_line, names
from restore.messages.errors import InvalidRequest
from restore.messages.log_line import LogLine
from restore.messages.model import Outcome
from restore.messages.plan_io import MakePlan
from restore.messages.request import RestoreRequest
from restore.settings import Settings
from triggers import answers, log, problems, request_reading, request_urls


async def ask(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Answer a restore request with its plan: 200, or 202 with the place where it will be."""
    default_id = uuid.uuid4().hex
    try:
        request = request_reading.read(req.get_body(), settings, default_request_id=default_id)
    except InvalidRequest as error:
        return problems.problem(
            400, error.code, "The request is not valid", error.message, error.problems
        )
    return await answer(client, request, request_urls.prefix(req, "restores/plan"))


async def answer(
    client: df.DurableOrchestrationClient, request: RestoreRequest, prefix: str
) -> func.HttpResponse:
    """Make a plan and wait for it as long as a person does. `prefix` is that of all routes."""
    plan_id = uuid.uuid4().hex
    about = log_line.about_input({"request": request.as_json()})
    kind = request.recovery_type
    log.write(LogLine(event="plan-asked", about=about, source="http", recovery_type=kind))
    instance_id = await start(client, request, "http", plan_id)
    outcome = await answers.wait(client, instance_id)
    if outcome is None:
        return not_yet(request_urls.plan(plan_id, prefix))
    await client.purge_instance_history(instance_id)
    return _told(outcome)


async def show(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Show a plan that took longer: 200, or 202 while it is made."""
    plan_id = req.route_params["id"]
    instance_id = names.plan_instance_id(plan_id)
    prefix = request_urls.prefix(req, "plans/{id}")
    if not names.is_request_id(plan_id) or not await client.get_status(instance_id):
        detail = f"No such plan is being made. Ask for it again: POST {prefix}/restores/plan."
        return problems.problem(404, "PlanNotFound", "No such plan", detail)
    outcome = await answers.wait(client, instance_id, wait_s=0)
    return not_yet(request_urls.plan(plan_id, prefix)) if outcome is None else _told(outcome)


async def start(
    client: df.DurableOrchestrationClient, request: RestoreRequest, source: str, plan_id: str
) -> str:
    """Start to make a plan, unless it is being made already; return the orchestration's id."""
    instance_id = names.plan_instance_id(plan_id)
    if not await client.get_status(instance_id):
        order = MakePlan(request=request, source=source, traceparent=log.traceparent())
        await client.start_new(names.PLAN_RESTORE, instance_id, order.as_json())
    return instance_id


def _told(outcome: Outcome) -> func.HttpResponse:
    if outcome.kind == "done":
        return problems.ok(200, outcome.value)
    assert outcome.error is not None, "what failed says why"
    return problems.of_failure(outcome.error)


def not_yet(place: str) -> func.HttpResponse:
    """Return that a plan is being made, and where it will be."""
    headers = {"Location": place, "Retry-After": "5"}
    return problems.ok(202, {"plan": place, "text": f"Azure takes long. GET {place}."}, headers)
