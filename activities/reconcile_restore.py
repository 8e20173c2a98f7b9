"""See to one open restore: is it followed, must it be started again, are its events sent?

What is to be done is decided by restore/progress/reconcile_decision.py from what is seen. May run
at any time, also twice at once: a start is counted in the ledger first, by a write that only one
can win.
"""

import asyncio
from typing import Any

import azure.durable_functions as df

from activities import activity_result, clock
from arm import log
from restore.messages import names
from restore.messages.activity_io import Close
from restore.messages.ledger_entry import LedgerEntry, reminded
from restore.messages.log_line import LogLine
from restore.messages.reconcile_io import ReconcileRestore
from restore.progress import ledger_lines, reconcile_decision, reminders
from restore.progress.reconcile_decision import Step
from restore.settings import Settings
from storage import closing, connection, draining, instances, open_index, outbox


async def reconcile_restore(
    order: dict[str, Any], client: df.DurableOrchestrationClient, settings: Settings
) -> dict[str, Any]:
    """Input: ReconcileRestore. Done with `{step}`; retry later when storage does not answer."""
    return await activity_result.outcome_of(
        order, lambda order: _reconcile(order, client, settings)
    )


async def _reconcile(
    order: dict[str, str], client: instances.Client, settings: Settings
) -> dict[str, str]:
    request_id = ReconcileRestore.from_json(order).request_id
    held = await asyncio.to_thread(connection.ledger().read, request_id)
    if held is None:
        await asyncio.to_thread(_forget, request_id)
        return {"step": "forget"}
    entry, step, seen = held.entry, Step.LEAVE, instances.Seen()
    if entry.verdict is None:
        seen = await instances.seen(client, names.instance_id(request_id))
        most = settings.restore_revivals_max
        step = reconcile_decision.next_step(entry, seen.status, seen.revival, clock.now(), most)
    if reminders.is_due(entry, clock.now(), settings.restore_reconcile_s):
        entry = await asyncio.to_thread(_remind, request_id)
    if settings.problems:
        step = reconcile_decision.while_settings_are_wrong(step, entry)
    if step is Step.REVIVE:
        entry = await asyncio.to_thread(connection.ledger().revive, entry, clock.now())
    if step in (Step.REVIVE, Step.START):
        await instances.start_counted(client, entry, settings.poll_policy())
        log.write(LogLine(event="revived", about=ledger_lines.about(entry)))
    if step is Step.GIVE_UP:
        entry = await asyncio.to_thread(_give_up, entry)
        await instances.end_children(client, request_id, entry.revivals, "Its restore is given up.")
    await asyncio.to_thread(_tell, entry, seen.waiting)
    return {"step": step.value}


def _remind(request_id: str) -> LedgerEntry:
    at = clock.now()
    entry = connection.ledger().update(request_id, lambda entry: reminded(entry, at))
    connection.outbox().tell(entry)
    return entry


def _give_up(entry: LedgerEntry) -> LedgerEntry:
    log.write(LogLine(event="given-up", about=ledger_lines.about(entry)))
    order = Close(request_id=entry.request_id, failure=reconcile_decision.given_up(entry.revivals))
    return closing.close(connection.ledger(), connection.outbox(), order, clock.now())


def _tell(entry: LedgerEntry, waiting: str | None) -> None:
    """Tell the log how it stands, and send what is left of its events."""
    documents, now = connection.ledger().documents, clock.now()
    noted = open_index.read(documents, entry.request_id)
    if noted is None:
        return
    sent = noted.note.sent
    held_up = len(entry.events) - sent if outbox.is_left(entry, sent, now) else 0
    if entry.verdict is None or held_up:
        log.write(ledger_lines.is_open(entry, now, held_up=held_up, waiting=waiting))
    draining.drain_entry(documents, connection.outbox(), entry, noted, now)


def _forget(request_id: str) -> None:
    draining.forget(connection.ledger().documents, request_id, clock.now())
