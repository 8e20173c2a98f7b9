"""Start a restore at most once per request id, whatever way the request came in.

The ledger decides, not the orchestration's status: the first to create the entry sets the request,
every other finds it there. Only then is the orchestration started, always with the request of the
entry; so two starters that race start the same thing, of which Durable Functions runs one.
"""

import asyncio
from datetime import UTC, datetime
from typing import NamedTuple

import azure.durable_functions as df

from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Caller
from restore.messages.request import RestoreRequest
from restore.settings import Settings
from restore.values.times import stamp
from storage import connection, instances
from triggers import log


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
        ledger, poll_policy = connection.ledger(), settings.poll_policy()
        await instances.ensure_running(client, ledger, entry, poll_policy, datetime.now(UTC))
    return Start(entry, is_new)


async def start_cancel(
    client: df.DurableOrchestrationClient, request_id: str, settings: Settings
) -> None:
    """See to it that Azure is asked to cancel."""
    poll_policy = settings.poll_policy()
    await instances.start_cancel(client, request_id, poll_policy, datetime.now(UTC))
