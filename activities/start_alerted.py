"""Start the restores that the rules want of an alert: a few in one call, each at most once.

The ledger decides, as for any request: the first to create an entry sets it, and an orchestration
is started for what has none. What may not be sent after all is refused by the checks
(activities/admission.py), and stands in the restore's own verdict.
"""

import asyncio
from typing import Any

import azure.durable_functions as df

from activities import activity_result, clock
from activities.alert_gate import ASKER
from arm import log
from restore.alerts.decision import AlertDecision
from restore.alerts.record import AlertRecord
from restore.messages import names
from restore.messages.alert_io import AlertsStarted, StartAlerted
from restore.messages.alerted import Alerted
from restore.messages.errors import RestoreError
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.log_line import LogLine
from restore.messages.request import RestoreRequest
from restore.progress import ledger_lines
from restore.settings import Settings
from restore.values.decoding import decode
from storage import alerts, connection, instances

AT_ONCE = 25
"""Two writes, a look and a start each: some seconds."""


async def start_alerted(
    order: dict[str, Any], client: df.DurableOrchestrationClient, settings: Settings
) -> dict[str, Any]:
    """Input: StartAlerted. Done with AlertsStarted; retry later when storage does not answer."""
    return await activity_result.outcome_of(
        order, lambda order: _start(StartAlerted.from_json(order), client, settings)
    )


async def _start(
    order: StartAlerted, client: instances.Client, settings: Settings
) -> AlertsStarted:
    settings.require()
    documents = connection.ledger().documents
    kept = await asyncio.to_thread(alerts.read, documents, order.alert_id)
    if kept is None:  # it was deleted since
        return AlertsStarted()
    wanted = [each for each in kept.record.decisions if each.outcome == "restore"]
    until = order.offset + AT_ONCE
    failures: list[Exception] = []
    for decision in wanted[order.offset : until]:
        try:
            entry = await asyncio.to_thread(_accept, kept.record, decision)
            if entry is not None:
                await _ensure_running(client, entry, settings)
        except RestoreError:
            raise
        except Exception as error:  # whatever one of them dies of, the others are started
            failures.append(error)
    if failures:
        raise failures[0]
    if until < len(wanted):
        return AlertsStarted(offset=until)
    await asyncio.to_thread(alerts.close, documents, order.alert_id)
    return AlertsStarted()


def _accept(record: AlertRecord, decision: AlertDecision) -> LedgerEntry | None:
    """Enter what a rule wants into the ledger; None if its id stands for somebody else's."""
    offered = _entry(record, decision)
    ledger = connection.ledger()
    entry, is_new = ledger.accept(offered)
    if entry.source != ASKER:
        text = "The id of this restore stands for another request. The alert starts none."
        log.write(LogLine(event="remark", about=ledger_lines.about(entry), text=text))
        return None
    line = LogLine(
        event="accepted",
        about=ledger_lines.about(entry),
        source=ASKER,
        recovery_type=str(entry.request.get("recoveryType")),
        is_new=is_new,
    )
    log.write(line)
    return entry


def _entry(record: AlertRecord, decision: AlertDecision) -> LedgerEntry:
    assert decision.rule is not None, "what is wanted is wanted by a rule"
    assert decision.fired_at is not None, "what is wanted has fired"
    request: RestoreRequest = decode(decision.request, RestoreRequest)
    return LedgerEntry(
        request_id=request.request_id,
        request_hash=names.request_hash(request),
        request=request.as_json(),
        source=ASKER,
        accepted_at=clock.now(),
        alerted=Alerted(
            rule=decision.rule,
            alert_id=record.id,
            source=decision.source or "",
            fired_at=decision.fired_at,
            alert_rule=decision.alert_rule,
            approval=decision.approval,
            released_by=decision.released_by,
        ),
    )


async def _ensure_running(client: instances.Client, entry: LedgerEntry, settings: Settings) -> None:
    """Start the orchestration unless it is there, in any state: a finished one would run again."""
    if entry.state is LedgerState.FINISHED:
        return
    if await instances.status_of(client, names.instance_id(entry.request_id)) is None:
        await instances.start_restore(client, entry, settings.poll_policy())
