"""Record an alert, and see to it that it is judged: the same for HTTP and the queue.

Once it is recorded nothing is lost: should its orchestration not start, the reconciler starts it.
"""

import asyncio

import azure.durable_functions as df
from msgspec.structs import replace

from restore.alerts.record import AlertRecord
from restore.messages import log_line, names
from restore.messages.alert_io import TakeAlert
from restore.messages.log_line import LogContext, LogLine
from restore.settings import Settings
from storage import alerts, connection, instances
from triggers import log


async def take(
    client: df.DurableOrchestrationClient, record: AlertRecord, body: bytes, settings: Settings
) -> AlertRecord:
    """Record what came and start to judge it; return it as it is recorded. What no rule can read is
    judged here. Raises ServiceUnavailable when it could not be recorded."""
    try:
        record = await asyncio.to_thread(_looked_at, record, body, settings)
    except Exception as error:  # whatever reading it dies of, it is recorded
        log.write(log_line.fault(error))
    documents = connection.ledger().documents
    await asyncio.to_thread(alerts.keep, documents, record)
    code = record.decisions[0].code if record.decisions else None
    about = LogContext(instance_id=names.alert_instance_id(record.id))
    log.write(LogLine(event="alert-recorded", about=about, source=record.way, code=code))
    if record.judged_at is None and not settings.problems:
        await start(client, record.id)
    return record


async def start(client: df.DurableOrchestrationClient, alert_id: str) -> None:
    """Start to judge what is recorded. Never raises: the reconciler does it otherwise."""
    order = TakeAlert(alert_id=alert_id).as_json()
    instance_id = names.alert_instance_id(alert_id)
    try:
        await instances.start(client, names.TAKE_ALERT, instance_id, order)
    except Exception as error:  # the SDK raises nothing more exact
        about = LogContext(instance_id=instance_id)
        text = f"The alert is judged later: {type(error).__name__}"
        log.write(LogLine(event="remark", about=about, text=text))


def _looked_at(record: AlertRecord, body: bytes, settings: Settings) -> AlertRecord:
    """Return the record; with why nothing can be made of it, where that is so whatever the rules
    say."""
    from restore.alerts import judging, recognising, restore_rules

    rules = settings.restore_rules
    if settings.problems or rules is None:
        return record
    found = recognising.alerts_of(body, rules.mappings)
    if any(each.fault is None for each in found):
        return record
    now = record.received_at
    decisions = tuple(judging.judge(restore_rules.NONE, each, None, None, now) for each in found)
    return replace(record, judged_at=now, decisions=decisions)
