"""What becomes of messages on the queue `restore-requests-poison`: put aside, told, and gone.

The host gives up a message that failed too often, and tells nobody. A function on a poison queue
has none of its own: what it raises comes again every ten minutes, for ever (facts of the published
trigger). So this one raises for a storage account that does not answer, and only so often; whatever
else happens, the message is told by an event that carries it, and is over.
"""

import asyncio
from datetime import UTC, datetime

import azure.functions as func

from restore.messages import log_line
from restore.messages.errors import ServiceUnavailable
from restore.messages.log_line import LogContext, LogLine
from restore.messages.rejection import Rejection
from storage import connection, rejections
from triggers import log

TRIES_MAX = 100
"""Ten minutes apart: most of a day without storage. Azure deletes the message after 7 days."""


async def note(message: func.QueueMessage, error: Exception) -> None:
    """Note which kind of error a message has raised: should it be poisoned, nobody else knows.
    Never raises."""
    documents, kind = connection.ledger().documents, type(error).__name__
    try:
        await asyncio.to_thread(rejections.note_raised, documents, message.get_body(), kind)
    except ServiceUnavailable as unnoted:
        text = f"What message {message.id} raised is not noted: {unnoted}"
        log.write(LogLine(event="remark", text=text))


async def take(message: func.QueueMessage) -> None:
    """Put a message aside and tell so. Raises ServiceUnavailable, up to a hundredth try."""
    tries = message.dequeue_count or 1
    if tries <= TRIES_MAX:
        try:
            kept = await asyncio.to_thread(_keep, message)
        except ServiceUnavailable as error:
            if tries < TRIES_MAX:
                raise
            log.write(log_line.fault(error))
        except Exception as error:
            log.write(log_line.fault(error))
        else:
            _log_poisoned(message, kept, "It is put aside.")
            return
    await asyncio.to_thread(_tell_only, message)


def _keep(message: func.QueueMessage) -> Rejection:
    from restore.request import rejections as reading  # poison is rare

    documents, body = connection.ledger().documents, message.get_body()
    kept = _poisoned(message, rejections.raised_by(documents, body))
    rejections.keep(documents, kept)
    connection.outbox().publish(reading.event(kept))
    return kept


def _tell_only(message: func.QueueMessage) -> None:
    """The last resort, which must not fail: the queue alone, and all of the message in the event
    that it takes."""
    from restore.request import rejections as reading

    unkept, text = _poisoned(message, None), "It is told by its event only."
    try:
        connection.events().send(reading.event(unkept))
    except Exception as error:
        log.write(log_line.fault(error))
        text = "It is lost: it can be neither kept nor told."
    _log_poisoned(message, unkept, text)


def _log_poisoned(message: func.QueueMessage, rejection: Rejection, text: str) -> None:
    log.write(
        LogLine(
            event="poisoned",
            about=LogContext(request_id=rejection.request_id),
            message_id=str(message.id),
            queue=rejection.queue,
            code=rejection.code,
            text=text,
            rejection=rejection.id,
        )
    )


def _poisoned(message: func.QueueMessage, raised: str | None) -> Rejection:
    from restore.request import rejections as reading

    return reading.poisoned(
        message_id=str(message.id),
        original=message.get_body(),
        time=message.insertion_time or datetime.now(UTC),  # the same at every delivery
        raised=raised,
    )
