"""Sends notifications: the queue `restore-notifications` wakes it, now or when it is time again.

Apart from restores: no restore's activity sends anything to a receiver, and what is sent here runs
in threads of its own, so that receivers that are slow take none from whoever accepts and shows
restores. A message says nothing that could be lost: what waits stands in
storage/pending_notifications.py, and the reconciler wakes again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func

from restore.messages import log_line, names
from restore.messages.errors import InvalidRequest, RestoreError
from restore.messages.log_line import LogLine
from restore.notify.receiver_state import ReceiverState
from restore.notify.receivers import RECEIVERS_MAX
from restore.settings import Settings
from restore.values.decoding import encode
from restore.values.times import stamp
from storage import connection
from storage.pending_notifications import Held
from triggers import log

if TYPE_CHECKING:
    from notifications.delivery import Delivery

SILENT = {"problem": "The storage account does not say what waits."}
_THREADS = RECEIVERS_MAX + 4
"""One for each receiver, which may be slow, and some for those who deal out."""


def blueprint(settings: Settings) -> df.Blueprint:
    """Return the queue trigger; none where nobody is told, or a setting is wrong."""
    functions = df.Blueprint()
    if settings.problems or not settings.restore_notify or not settings.restore_notify.receivers:
        return functions

    @functions.queue_trigger(
        arg_name="message",
        queue_name=names.RESTORE_NOTIFICATIONS,
        connection="AzureWebJobsStorage",
    )
    @log.entered
    async def send_notifications(message: func.QueueMessage) -> None:
        """Send what waits for one receiver, or for all."""
        await send(message, settings)

    return functions


async def send(message: func.QueueMessage, settings: Settings) -> None:
    """Deal out what was told, and send it, to each receiver by itself."""
    notify = settings.restore_notify
    assert notify is not None, "there is no trigger where nobody is told"
    delivery, woken = _delivery(settings), _receiver_in(message)
    if woken is None:
        await _alone(delivery.deal)
    receivers = [woken] if woken else [each.name for each in notify.receivers]
    await asyncio.gather(*(_alone(partial(delivery.deliver, name), name) for name in receivers))


async def _alone(call: Callable[[], None], receiver: str | None = None) -> None:
    """Do one thing, whatever becomes of the others; storage that does not answer is asked again by
    the reconciler."""
    try:
        await _in_own_thread(call)
    except RestoreError as error:
        line = LogLine(
            event="notification-held-up", receiver=receiver, code=error.code, text=error.message
        )
        log.write(line)


async def _in_own_thread(call: Callable[[], None]) -> None:
    await asyncio.get_running_loop().run_in_executor(_threads(), call)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="notify")


def _delivery(settings: Settings) -> "Delivery":
    from notifications import connection as notifications_connection
    from notifications.delivery import Delivery

    notify, pending_notifications = settings.restore_notify, connection.pending_notifications()
    assert notify is not None, "there is no trigger where nobody is told"
    assert pending_notifications is not None, "there are receivers"
    sender = notifications_connection.sender(settings)
    return Delivery(notify, pending_notifications, sender, lambda: datetime.now(UTC))


def _receiver_in(message: func.QueueMessage) -> str | None:
    """Return the receiver that a message names. One that names none, or is none of ours, is for
    all: to look costs little."""
    from restore.request import json_text

    try:
        value = json_text.json_of(message.get_body())
    except InvalidRequest as error:
        log.write(LogLine(event="remark", text=f"A message that wakes who sends: {error.message}"))
        return None
    named = value.get("receiver") if isinstance(value, dict) else None
    return named if isinstance(named, str) else None


def troubles(settings: Settings) -> list[dict[str, Any]]:
    """Return, for those who look at the app's health, each receiver that something waits for or was
    dropped of. No restore waits for it. Raises nothing."""
    try:
        return _troubles(settings)
    except RestoreError:
        return [SILENT]
    except Exception as error:  # whatever it is, the app's health is more than this
        log.write(log_line.fault(error))
        return [{"problem": "The app cannot say what waits. Read its log."}]


def _troubles(settings: Settings) -> list[dict[str, Any]]:
    notify, pending_notifications = settings.restore_notify, connection.pending_notifications()
    if not notify or pending_notifications is None:
        return []
    names_known = [each.name for each in notify.receivers]
    held = {
        each.receiver: each
        for each in pending_notifications.held_up(datetime.now(UTC), names_known)
    }
    told = [
        _trouble(name, pending_notifications.state(name), held.get(name)) for name in names_known
    ]
    if None in held:
        told.append(_waits(held[None]))
    return [each for each in told if len(each) > 1]


def _trouble(name: str, state: ReceiverState, held: Held | None) -> dict[str, Any]:
    known: dict[str, Any] = {
        "receiver": name,
        "code": state.code,
        "text": state.text,
        "againAt": state.not_before,
        "dropped": state.dropped or None,
        "lastDropped": state.last_dropped,
    }
    told = {key: encode(value) for key, value in known.items() if value is not None}
    return told if held is None else told | _waits(held)


def _waits(held: Held) -> dict[str, Any]:
    return {"waiting": held.notifications, "since": stamp(held.since)}
