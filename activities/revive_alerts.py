"""See to alerts that were left half done, and to holds: those that nobody was told of, and those
that nobody has decided about in time.

An alert is open from when it is recorded until all that was decided is begun. One whose
orchestration is not there, or has ended, is started again, and counted; one that ends each time is
told to be so, for a person must look.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df
from msgspec.structs import replace

from activities import activity_result, alert_releases, clock
from arm import log
from restore.alerts.decision import AlertDecision
from restore.messages import names
from restore.messages.alert_io import ReviveAlerts, TakeAlert
from restore.messages.log_line import LogContext, LogLine
from restore.settings import Settings
from storage import alerts, connection, instances
from storage.documents import Documents

_START_MAX = timedelta(minutes=1)
"""So long whoever records an alert may take until its orchestration is there."""
_NEVER_RECORDED = timedelta(hours=1)
"""A trigger takes a second. After an hour it is dead, whatever its clock says."""
_NOT_JUDGED = AlertDecision(
    outcome="refused",
    code="AlertNotJudged",
    text="The app could not judge this alert. Read its log. Look at the VM yourself.",
)
_NOT_STARTED = "The app could not start this restore. Read its log. Look at the VM yourself."
_FOLLOWED = frozenset({"Pending", "Running", "Suspended", "ContinuedAsNew"})


async def revive_alerts(
    order: dict[str, Any], client: df.DurableOrchestrationClient, settings: Settings
) -> dict[str, Any]:
    """Input: ReviveAlerts. Done with `{token}`: where the next page begins, null after the last."""
    return await activity_result.outcome_of(
        order, lambda order: _revive(ReviveAlerts.from_json(order), client, settings)
    )


async def _revive(
    order: ReviveAlerts, client: instances.Client, settings: Settings
) -> dict[str, str | None]:
    if settings.problems:  # nothing new is started; the alerts stay as they are
        return {"token": None}
    documents, now = connection.ledger().documents, clock.now()
    if order.token is None:
        await asyncio.to_thread(alert_releases.revive, documents, connection.outbox(), now)
    page = await asyncio.to_thread(alerts.open_page, documents, order.token)
    for alert_id in page.alert_ids:
        await _see_to(documents, client, alert_id, now, settings.restore_revivals_max)
    return {"token": page.token}


async def _see_to(
    documents: Documents,
    client: instances.Client,
    alert_id: str,
    now: datetime,
    revivals_max: int,
) -> None:
    note = await asyncio.to_thread(alerts.note_of, documents, alert_id)
    if note is None or now - note.opened_at < _START_MAX:
        return
    kept = await asyncio.to_thread(alerts.read, documents, alert_id)
    if kept is None:
        if now - note.opened_at >= _NEVER_RECORDED:
            await asyncio.to_thread(alerts.close, documents, alert_id)
        return
    if await instances.status_of(client, names.alert_instance_id(alert_id)) in _FOLLOWED:
        return
    about = LogContext(instance_id=names.alert_instance_id(alert_id), revival=note.tries + 1)
    if note.tries >= revivals_max:
        await asyncio.to_thread(_give_up, documents, kept, now)
        log.write(LogLine(event="given-up", about=about))
        return
    await asyncio.to_thread(alerts.note_try, documents, alert_id, note)
    await _start(client, alert_id)
    log.write(LogLine(event="revived", about=about))


def _give_up(documents: Documents, kept: alerts.Kept, now: datetime) -> None:
    """Tell of an alert that it could not be judged, or which of its restores could not be
    started."""
    record = kept.record
    if record.judged_at is None:
        decisions: tuple[AlertDecision, ...] = (_NOT_JUDGED,)
    else:
        decisions = tuple(_as_begun(each) for each in record.decisions)
    after = replace(record, judged_at=record.judged_at or now, decisions=decisions)
    if after != record:
        alert_releases.write(documents, kept, after)
    alerts.close(documents, record.id)


def _as_begun(decision: AlertDecision) -> AlertDecision:
    if decision.outcome != "restore" or connection.ledger().read(decision.request_id or ""):
        return decision
    return replace(decision, outcome="refused", code="AlertNotStarted", text=_NOT_STARTED)


async def _start(client: instances.Client, alert_id: str) -> None:
    order = TakeAlert(alert_id=alert_id).as_json()
    await instances.start(client, names.TAKE_ALERT, names.alert_instance_id(alert_id), order)
