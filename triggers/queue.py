"""Requests from the queue `restore-requests`: one JSON request per message, plain or Base64.

A message that can never work is completed, put aside, and answered by a `rejected` event that
carries all of it. Only failures of ours (the storage account does not answer) raise, and use the
host's retries and the poison queue, from which poison.py takes what failed too often.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import msgspec

from restore.messages import log_line, names
from restore.messages.errors import InvalidRequest, ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.log_events import LogEvent
from restore.messages.log_line import LogContext, LogLine
from restore.messages.rejection import Rejection
from restore.messages.request import RestoreRequest
from restore.settings import Settings
from restore.values.problem import Problem
from storage import connection, duplicates, rejections
from triggers import log, plans, poison, request_reading, starter


def blueprint(settings: Settings) -> df.Blueprint:
    """Return the queue triggers: of requests, and of those that failed too often. None while a
    setting is wrong, and messages stay where they are: one that raised would poison them after five
    tries."""
    functions = df.Blueprint()
    if settings.problems:
        return functions

    @functions.queue_trigger(
        arg_name="message", queue_name=names.RESTORE_REQUESTS, connection="AzureWebJobsStorage"
    )
    @functions.durable_client_input(client_name="client")
    @log.entered
    async def take_restore_request(
        message: func.QueueMessage, client: df.DurableOrchestrationClient
    ) -> None:
        """Start the restore that a message asks for, or reject the message."""
        try:
            await _take(message, client, settings)
        except ServiceUnavailable:
            raise  # whoever does not answer takes no note either
        except Exception as error:
            await poison.note(message, error)
            raise

    @functions.queue_trigger(
        arg_name="message", queue_name=names.POISONED_REQUESTS, connection="AzureWebJobsStorage"
    )
    @log.entered
    async def keep_poisoned_request(message: func.QueueMessage) -> None:
        """Put aside what the host gave up."""
        await poison.take(message)

    return functions


async def _take(
    message: func.QueueMessage, client: df.DurableOrchestrationClient, settings: Settings
) -> None:
    body, message_id = message.get_body(), str(message.id)
    try:
        request = request_reading.read(body, settings, default_request_id=message_id)
    except InvalidRequest as error:
        await _reject(message, error.code, error.problems)
        return
    if request.plan_only:
        await plans.start(client, request, "queue", message_id)
        log.write(_line("plan-asked", message, request))
        return
    named = await asyncio.to_thread(_named, request, message, settings)
    started = await starter.start(client, named, "queue", settings)
    if started.is_conflict:
        problem = Problem(path="$.requestId", message=starter.reused(started.entry))
        await _reject(message, "RequestIdReused", [problem], named.request_id)
        return
    log.write(msgspec.structs.replace(_line("accepted", message, named), is_new=started.is_new))
    if named.request_id != request.request_id:
        await asyncio.to_thread(_tell_duplicate, message, started.entry)


def _named(
    request: RestoreRequest, message: func.QueueMessage, settings: Settings
) -> RestoreRequest:
    """Return the request with the id that it stands for, where it has none of its own."""
    window, message_id = settings.duplicate_window, str(message.id)
    if request.request_id != message_id or not window:
        return request
    sent = duplicates.Message(message_id, _sent_at(message))
    documents, same = connection.ledger().documents, names.request_hash(request)
    request_id = duplicates.request_id_of(documents, same, sent, window)
    return msgspec.structs.replace(request, request_id=request_id)


def _tell_duplicate(message: func.QueueMessage, entry: LedgerEntry) -> None:
    from restore.request import duplicates as telling  # most messages come once

    message_id = str(message.id)
    connection.outbox().publish(telling.event(message_id, _sent_at(message), entry))
    about = LogContext(request_id=entry.request_id)
    log.write(LogLine(event="duplicate", about=about, message_id=message_id))


async def _reject(
    message: func.QueueMessage,
    code: str,
    problems: Sequence[Problem],
    request_id: str | None = None,
) -> None:
    from restore.request import rejections as reading  # most messages are right

    rejected = reading.rejected(
        message_id=str(message.id),
        code=code,
        problems=problems,
        original=message.get_body(),
        time=_sent_at(message),
        request_id=request_id,
    )
    await asyncio.to_thread(_tell, rejected, reading.event(rejected))
    log.write(
        LogLine(
            event="rejected",
            about=LogContext(request_id=rejected.request_id),
            source="queue",
            code=code,
            count=len(problems),
            message_id=rejected.message_id,
            queue_age_s=_age_s(message),
            rejection=rejected.id,
        )
    )


def _line(event: LogEvent, message: func.QueueMessage, request: RestoreRequest) -> LogLine:
    """A line about what a message asks for."""
    return LogLine(
        event=event,
        about=log_line.about_input({"request": request.as_json()}),
        source="queue",
        recovery_type=request.recovery_type,
        message_id=str(message.id),
        queue_age_s=_age_s(message),
    )


def _age_s(message: func.QueueMessage) -> float | None:
    """How long a message lay in the queue."""
    put = message.insertion_time
    return max((datetime.now(UTC) - put).total_seconds(), 0) if put else None


def _sent_at(message: func.QueueMessage) -> datetime:
    """Return the same time at every delivery."""
    return message.insertion_time or datetime.now(UTC)


def _tell(rejected: Rejection, event: dict[str, Any]) -> None:
    rejections.keep(connection.ledger().documents, rejected)
    connection.outbox().publish(event)
