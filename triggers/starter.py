"""Start a restore at most once per request id, whatever way the request came in.

The ledger decides, not the orchestration's status: the first to create the entry sets the request,
every other finds it there. Only then is the orchestration started, always with the request of the
entry; so two starters that race start the same thing, of which Durable Functions runs one.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import azure.durable_functions as df

from restore.messages import names
from restore.messages.activity_io import Cancel
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Caller
from restore.messages.request import RestoreRequest
from restore.progress import reconciling
from restore.progress.reconciling import Step
from restore.settings import Settings
from restore.values.times import stamp
from storage import connection, instances
from storage.documents import Changed
from triggers import log

_WISH_MAX = timedelta(days=1)
"""A job that shows no way to be cancelled in a day is over, or never will be."""
_RUNNING = ("Pending", "Running")


class Start(NamedTuple):
    """What became of a request: new, known before, or in conflict with what its id stands for."""

    entry: LedgerEntry
    is_new: bool
    is_conflict: bool = False


def reused(entry: LedgerEntry) -> str:
    """Say why a request id cannot stand for another request."""
    return (
        f"A different request has used {entry.request_id!r} before. The app accepted it at "
        f"{stamp(entry.accepted_at)}. Give a new restore a new requestId."
    )


async def start(
    client: df.DurableOrchestrationClient,
    request: RestoreRequest,
    source: str,
    settings: Settings,
    *,
    asked_by: Caller | None = None,
) -> Start:
    """Accept a request and see to it that its orchestration runs. Raises ServiceUnavailable."""
    offered = LedgerEntry(
        request_id=request.request_id,
        request_hash=names.request_hash(request),
        request=request.as_json(),
        source=source,
        accepted_at=datetime.now(UTC),
        asked_by=asked_by,
        traceparent=log.traceparent(),
    )
    entry, is_new = await asyncio.to_thread(connection.ledger().accept, offered)
    if entry.request_hash != offered.request_hash:
        return Start(entry, is_new=False, is_conflict=True)
    return await follow(client, entry, settings, is_new=is_new)


async def follow(
    client: df.DurableOrchestrationClient, entry: LedgerEntry, settings: Settings, *, is_new: bool
) -> Start:
    """See to it that an entry that stands already is followed. Raises ServiceUnavailable."""
    if entry.state is not LedgerState.FINISHED:
        await _ensure_running(client, entry, settings)
    return Start(entry, is_new)


async def _ensure_running(
    client: df.DurableOrchestrationClient, entry: LedgerEntry, settings: Settings
) -> None:
    """Start the orchestration unless it is there, in any state: a finished one would run again."""
    if await instances.status_of(client, names.instance_id(entry.request_id)):
        return
    now = datetime.now(UTC)
    if reconciling.next_step(entry, None, None, now, entry.revivals + 1) is Step.REVIVE:
        try:
            ledger, poll_policy = connection.ledger(), settings.poll_policy()
            await instances.start_again(client, ledger, entry, poll_policy, now)
        except Changed:
            pass  # somebody else starts it again, or it is over
        return
    await instances.start_restore(client, entry, settings.poll_policy())


async def start_cancel(
    client: df.DurableOrchestrationClient, request_id: str, settings: Settings
) -> None:
    """See to it that Azure is asked to cancel: a wish stands in the ledger, whoever runs already
    for an earlier one finds it there."""
    instance_id = names.cancel_id(names.instance_id(request_id))
    if await instances.status_of(client, instance_id) in _RUNNING:
        return
    until = datetime.now(UTC) + _WISH_MAX
    order = Cancel(request_id=request_id, poll_policy=settings.poll_policy(), until=until)
    await instances.start(client, names.CANCEL_JOB, instance_id, order.as_json())
