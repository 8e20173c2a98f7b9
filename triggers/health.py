"""Handler of `GET /health`: can the app do its work? No secret and no tenant detail is in it."""

import asyncio
import logging
from typing import Any

import azure.functions as func

from restore.messages.errors import ServiceUnavailable
from restore.settings import Settings
from restore.values.redaction import redacted
from storage import connection
from triggers import problems

_log = logging.getLogger(__name__)


async def show(settings: Settings) -> func.HttpResponse:
    """Answer 200 when the settings are right and the ledger can be read, 503 when not."""
    body: dict[str, Any] = {
        "status": "failing" if settings.problems else "ok",
        "problems": list(settings.problems),
        "arm": settings.arm_endpoint,
        "backupApiVersion": settings.backup_api_version,
        "ledger": "ok",
    }
    try:
        await asyncio.to_thread(lambda: connection.ledger().page(1, None))
    except ServiceUnavailable as error:
        body |= {"status": "failing", "ledger": error.code}
    except Exception as error:  # whatever it is, the app cannot do its work, and this says so
        said = redacted(str(error))
        _log.error("The ledger cannot be reached: %s: %s", type(error).__name__, said)
        body |= {"status": "failing", "ledger": type(error).__name__}
    return problems.ok(200 if body["status"] == "ok" else 503, body)
