"""Handlers of `POST /holds/{id}/decision`, `POST /alerts/stop` and `POST /alerts/resume`: what a
person says about restores that alerts ask for.

A decision is recorded like an alert, and done behind; the switch is thrown at once.
"""

import asyncio
import uuid
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from restore.messages import names, rejection
from restore.messages.errors import InvalidRequest, ServiceUnavailable, to_failure
from restore.settings import Settings
from restore.values.arm_ids import lower_as_azure
from restore.values.problem import Problem
from storage import alert_switch, alert_usage, alerts, connection
from storage.documents import Documents
from triggers import alert_records, answers, callers, problems, request_urls, stopping
from triggers.access import refusal_of

_WAIT_S = 5.0
"""Most decisions are done by then; who waits longer looks at the record."""


async def decide(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, settings: Settings
) -> func.HttpResponse:
    """Answer 202 with the place of the decision's record."""
    from restore.alerts import hold_decisions  # its tables are built on first use, not at start
    from restore.alerts.record import AlertRecord, Release

    rule, now = req.route_params["id"], datetime.now(UTC)
    try:
        wanted = hold_decisions.parse_decision(req.get_body())
        documents = connection.ledger().documents
        held = await asyncio.to_thread(_held, documents, rule)
        if held is None:
            return _no_hold(rule)
        stopped = await asyncio.to_thread(stopping.stopped_by, documents, settings)
        if stopped is not None and wanted.decision == "approve":
            return stopping.refusal()
        caller = callers.principal(req, settings)
        by = str(caller) if caller else None
        record = AlertRecord(
            id=rejection.id_of(now, uuid.uuid4().hex),
            way="person",
            received_at=now,
            by=by,
            release=Release(
                rule=rule,
                decision=wanted.outcome,
                request_ids=_meant(wanted.vms, held),
                by=by,
                reason=wanted.reason,
            ),
        )
        await asyncio.to_thread(alerts.keep, documents, record)
    except InvalidRequest as error:
        return _invalid(error)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    if not settings.problems:
        await alert_records.start(client, record.id)
        await answers.wait(client, names.alert_instance_id(record.id), _WAIT_S)
    place = request_urls.alert(record.id, request_urls.prefix(req, "holds/{id}/decision"))
    text = f"The decision is recorded. GET {place} shows what it starts."
    body = {"alertId": record.id, "text": text}
    return problems.ok(202, body, {"Location": place})


async def stop(req: func.HttpRequest, settings: Settings) -> func.HttpResponse:
    """Stop all restores that alerts ask for, at once; answer 200 with who has stopped them."""
    from restore.alerts import hold_decisions

    try:
        order = hold_decisions.parse_order(req.get_body())
        caller = callers.principal(req, settings)
        stopped = alert_switch.Stopped(
            at=datetime.now(UTC), by=str(caller) if caller else None, reason=order.reason
        )
        await asyncio.to_thread(alert_switch.stop, connection.ledger().documents, stopped)
    except InvalidRequest as error:
        return _invalid(error)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    text = "No alert restores anything from now on. What is in Azure already continues: cancel it."
    return problems.ok(200, {"automaticRestores": "stopped", "text": text})


async def resume(req: func.HttpRequest, settings: Settings) -> func.HttpResponse:
    """Let alerts restore again; answer 200."""
    from restore.alerts import hold_decisions

    if refused := refusal_of(settings):
        return refused
    try:
        hold_decisions.parse_order(req.get_body())
        await asyncio.to_thread(alert_switch.resume, connection.ledger().documents)
    except InvalidRequest as error:
        return _invalid(error)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    is_set = settings.restore_alerts_stopped
    text = (
        "The setting RESTORE_ALERTS_STOPPED still stops them."
        if is_set
        else "Alerts restore again, by the rules. What was refused meanwhile is restored only if "
        "its alert is sent again before it is too old, and had no restore accepted yet."
    )
    state = "stopped" if is_set else "on"
    return problems.ok(200, {"automaticRestores": state, "text": text})


def _held(documents: Documents, rule: str) -> dict[str, str] | None:
    """Return what is held of a rule: the VM's id in lower case to the request's. None: nothing."""
    if not names.is_request_id(rule):  # it comes from a URL: `..` leads elsewhere
        return None
    hold = alert_usage.rule(documents, rule).hold
    if hold is None:
        return None
    return {lower_as_azure(each.vm_id): str(each.request_id) for each in hold.held}


def _meant(vms: tuple[str, ...] | None, held: dict[str, str]) -> tuple[str, ...]:
    """Return the requests of the VMs that a decision names. Raises InvalidRequest."""
    if vms is None:
        return tuple(held.values())
    faults = [
        Problem(path=f"$.vms[{index}]", message="is not held of this rule, or no longer")
        for index, vm in enumerate(vms)
        if lower_as_azure(vm) not in held
    ]
    if faults:
        raise InvalidRequest(faults)
    return tuple(held[lower_as_azure(vm)] for vm in vms)


def _invalid(error: InvalidRequest) -> func.HttpResponse:
    title = "The request is not valid"
    return problems.problem(400, error.code, title, error.message, error.problems)


def _no_hold(rule: str) -> func.HttpResponse:
    detail = f"Nothing is held of a rule {rule[:60]!r}. Somebody has decided, or nobody in time."
    return problems.problem(404, "NotHeld", "Nothing to decide", detail)
