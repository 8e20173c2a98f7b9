"""The app's orchestrations, as whoever holds a durable client starts, ends and forgets them.

Here, for triggers and activities both do. The SDK raises nothing more exact than Exception, so what
an answer means is told from its text, in this one place.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from restore.messages import names
from restore.messages.activity_io import RESTORE_VERSION, Cancel, Restore
from restore.messages.adoption import Followed
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.poll_policy import PollPolicy
from restore.progress import reconcile_decision
from restore.values.decoding import decode
from storage.documents import Changed
from storage.ledger import Ledger

Order = TypeVar("Order")

_WISH_MAX = timedelta(days=1)
"""A job that shows no way to be cancelled in a day is over, or never will be."""
_RUNNING = ("Pending", "Running")


class Client(Protocol):
    """What is used of the durable client."""

    async def get_status(self, instance_id: str) -> Any: ...

    async def start_new(
        self, orchestration_function_name: str, instance_id: str, client_input: Any
    ) -> str: ...

    async def terminate(self, instance_id: str, reason: str) -> None: ...

    async def raise_event(self, instance_id: str, event_name: str, event_data: Any) -> None: ...


class Seen(NamedTuple):
    """Of a restore's orchestration its status, the revival that it was started with, and the code
    of what it waits for; None for what is not there, or cannot be read."""

    status: str | None = None
    revival: int | None = None
    waiting: str | None = None


async def status_of(client: Client, instance_id: str) -> str | None:
    """Return an orchestration's status; None when there is none."""
    found = await client.get_status(instance_id)
    return found.runtime_status.value if found and found.runtime_status else None


async def seen(client: Client, instance_id: str) -> Seen:
    """Return how a restore's orchestration stands."""
    found = await client.get_status(instance_id)
    if not found or not found.runtime_status:
        return Seen()
    order = order_of(found, Restore)
    shown = found.custom_status if isinstance(found.custom_status, dict) else {}
    waiting = (shown.get("waiting") or {}).get("code")
    return Seen(found.runtime_status.value, order.revival if order else None, waiting)


def order_of(status: Any, kind: type[Order]) -> Order | None:
    """Return what an orchestration was started with; None when that is none of this kind."""
    given = status.input_
    try:
        return decode(msgspec.json.decode(given) if isinstance(given, str) else given, kind)
    except msgspec.MsgspecError:
        return None


async def start(client: Client, orchestrator: str, instance_id: str, order: Any) -> bool:
    """Start an orchestration; False when it is there already, and not over."""
    try:
        await client.start_new(orchestrator, instance_id, order)
    except Exception as error:
        if "already exists" not in str(error):
            raise
        return False
    return True


async def start_restore(client: Client, entry: LedgerEntry, poll_policy: PollPolicy) -> bool:
    """Start a restore's orchestration, with the request of its entry."""
    order = Restore(
        request=decode(entry.request, Followed),
        poll_policy=poll_policy,
        source=entry.source,
        revival=entry.revivals,
        traceparent=entry.traceparent,
        version=RESTORE_VERSION,
    )
    instance_id = names.instance_id(entry.request_id)
    return await start(client, names.RESTORE_VM, instance_id, order.as_json())


async def start_again(
    client: Client, ledger: Ledger, entry: LedgerEntry, poll_policy: PollPolicy, at: datetime
) -> LedgerEntry:
    """Start a restore's orchestration once more, which is counted first; end what the one before
    has left behind. Raises Changed when another one does so, or all is over."""
    counted = await asyncio.to_thread(ledger.revive, entry, at)
    await start_counted(client, counted, poll_policy)
    return counted


async def start_counted(client: Client, counted: LedgerEntry, poll_policy: PollPolicy) -> None:
    """Start a restore's orchestration once more, which was counted; end what the one before has
    left behind."""
    why = "Its restore is started again, with a follower of its own."
    await end_children(client, counted.request_id, counted.revivals - 1, why)
    await start_restore(client, counted, poll_policy)


async def ensure_running(
    client: Client, ledger: Ledger, entry: LedgerEntry, poll_policy: PollPolicy, at: datetime
) -> None:
    """Start a restore's orchestration unless it is there, in any state: a finished one would run
    again. One that should be there for longer is started once more, which is counted first."""
    if await status_of(client, names.instance_id(entry.request_id)):
        return
    if (
        reconcile_decision.next_step(entry, None, None, at, entry.revivals + 1)
        is reconcile_decision.Step.REVIVE
    ):
        try:
            await start_again(client, ledger, entry, poll_policy, at)
        except Changed:
            pass  # somebody else starts it again, or it is over
        return
    await start_restore(client, entry, poll_policy)


async def start_cancel(
    client: Client, request_id: str, poll_policy: PollPolicy, at: datetime
) -> None:
    """See to it that Azure is asked to cancel: a wish stands in the ledger, whoever runs already
    for an earlier one finds it there."""
    instance_id = names.cancel_id(names.instance_id(request_id))
    if await status_of(client, instance_id) in _RUNNING:
        return
    order = Cancel(request_id=request_id, poll_policy=poll_policy, until=at + _WISH_MAX)
    await start(client, names.CANCEL_JOB, instance_id, order.as_json())


async def wake(client: Client, request_id: str, event: str) -> bool:
    """Raise an event for a restore; False when no orchestration is there to hear it."""
    instance_id = names.instance_id(request_id)
    return await _was_there(client.raise_event(instance_id, event, {"by": "http"}))


async def end(client: Client, instance_id: str, why: str) -> None:
    """Terminate an orchestration; one that is over or was never there is no error."""
    await _was_there(client.terminate(instance_id, why))


async def end_children(client: Client, request_id: str, revival: int, why: str) -> None:
    """Terminate what a restore's orchestration has left behind; the engine does not."""
    for child_id in names.child_ids(names.instance_id(request_id), revival):
        await end(client, child_id, why)


async def _was_there(call: Awaitable[None]) -> bool:
    try:
        await call
    except Exception as error:
        if "nstance with ID" not in str(error):
            raise
        return False
    return True
