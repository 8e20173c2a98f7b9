"""Alerts from the queue `restore-alerts`: what a message holds is recorded, and judged behind.

This is the durable way: Event Grid and others put messages here while the app is away. Only a
storage account that does not answer raises, and uses the host's retries; what the host gives up
comes back from the poison queue, to be recorded as well.
"""

from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func
from msgspec.structs import replace

from restore.messages import log_line, names, rejection
from restore.messages.errors import ServiceUnavailable
from restore.settings import Settings
from triggers import alert_records, log

TRIES_MAX = 100
"""Ten minutes apart: most of a day without storage (triggers/poison.py)."""


def blueprint(settings: Settings) -> df.Blueprint:
    """Return the queue triggers; none while a setting is wrong, and messages stay where they
    are."""
    functions = df.Blueprint()
    if settings.problems:
        return functions

    @functions.queue_trigger(
        arg_name="message", queue_name=names.RESTORE_ALERTS, connection="AzureWebJobsStorage"
    )
    @functions.durable_client_input(client_name="client")
    @log.entered
    async def take_alert_message(
        message: func.QueueMessage, client: df.DurableOrchestrationClient
    ) -> None:
        """Record the alerts of a message, and start to judge them."""
        await _take(message, client, settings)

    @functions.queue_trigger(
        arg_name="message", queue_name=names.POISONED_ALERTS, connection="AzureWebJobsStorage"
    )
    @functions.durable_client_input(client_name="client")
    @log.entered
    async def take_poisoned_alert(
        message: func.QueueMessage, client: df.DurableOrchestrationClient
    ) -> None:
        """Record what the host gave up; by now it may be too old to be acted on."""
        try:
            await _take(message, client, settings)
        except ServiceUnavailable as error:
            if (message.dequeue_count or 1) < TRIES_MAX:
                raise
            _tell_lost(message, error)
        except Exception as error:  # what raises here comes back for ever
            _tell_lost(message, error)

    return functions


async def _take(
    message: func.QueueMessage, client: df.DurableOrchestrationClient, settings: Settings
) -> None:
    from restore.alerts import record

    body: bytes = message.get_body()
    at = message.insertion_time or datetime.now(UTC)  # the same at every delivery
    kept = record.recorded(rejection.id_of(at, str(message.id)), "queue", at, body)
    await alert_records.take(client, kept, body, settings)


def _tell_lost(message: func.QueueMessage, error: Exception) -> None:
    log.write(
        replace(log_line.fault(error), message_id=str(message.id), queue=names.POISONED_ALERTS)
    )
