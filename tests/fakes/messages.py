"""Queue messages as the worker makes them of what the host gives it."""

from datetime import UTC, datetime
from typing import Any

import azure.functions as func
from azure.functions.meta import Datum

from devhost.language_worker.converters import converter

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def message(
    body: bytes, message_id: str = "m1", at: datetime = NOW, tries: int = 1
) -> func.QueueMessage:
    """One message, with when it was put on the queue and how often it was taken."""
    metadata: dict[str, Any] = {
        "Id": Datum(message_id, "string"),
        "InsertionTime": Datum(f'"{at.isoformat()}"', "json"),
        "DequeueCount": Datum(str(tries), "json"),
    }
    made: func.QueueMessage = converter("queueTrigger").decode(
        Datum(body, "bytes"), trigger_metadata=metadata
    )
    return made
