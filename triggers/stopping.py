"""Who has stopped all restores that alerts ask for, as answers tell it."""

import asyncio
from typing import Any

import azure.functions as func

from restore.messages.ledger_entry import LedgerEntry
from restore.settings import Settings
from storage import alert_switch, connection
from storage.documents import Documents
from triggers import problems

_ASKER = "alert"


def stopped_by(documents: Documents, settings: Settings) -> dict[str, Any] | None:
    """Return who has stopped them; None: nobody. Raises ServiceUnavailable."""
    if settings.restore_alerts_stopped:
        return {"reason": "the setting RESTORE_ALERTS_STOPPED"}
    stopped = alert_switch.read(documents)
    return None if stopped is None else stopped.as_json()


async def told(view: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Return a restore as it is shown: with who has stopped all that alerts ask for, where it is
    one of them, and not in Azure yet. Raises ServiceUnavailable."""
    if view["source"] != _ASKER or "operationId" in view or "verdict" in view:
        return view
    documents = connection.ledger().documents
    stopped = await asyncio.to_thread(stopped_by, documents, settings)
    return view if stopped is None else view | {"stopped": stopped}


async def is_stopped(entry: LedgerEntry, settings: Settings) -> bool:
    """Whether an alert asked for a restore, and all such are stopped. Raises
    ServiceUnavailable."""
    if entry.source != _ASKER:
        return False
    documents = connection.ledger().documents
    return await asyncio.to_thread(stopped_by, documents, settings) is not None


def refusal() -> func.HttpResponse:
    """Say that nobody can approve what will not be sent."""
    detail = "All restores that alerts ask for are stopped. Resume them first: POST /alerts/resume."
    return problems.problem(409, "AlertsStopped", "Alerts restore nothing now", detail)
