"""Handler of `GET /health`: can the app do its work? No secret and no tenant detail is in it."""

import asyncio
from typing import Any

import azure.functions as func

from restore.messages.errors import ServiceUnavailable
from restore.settings import Settings
from storage import connection
from triggers import problems


async def show(settings: Settings) -> func.HttpResponse:
    """Answer 200 when the ledger can be read, 503 when not."""
    body: dict[str, Any] = {
        "status": "ok",
        "arm": settings.arm_endpoint,
        "backupApiVersion": settings.backup_api_version,
        "ledger": "ok",
    }
    try:
        await asyncio.to_thread(connection.ledger().page, 1, None)
    except ServiceUnavailable as error:
        body |= {"status": "failing", "ledger": error.code}
    return problems.ok(200 if body["status"] == "ok" else 503, body)
