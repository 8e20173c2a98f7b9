"""Delete documents that nobody will ask for any more: plans, data of events that were too large,
messages that became no request, and what messages were compared with.

Never `restores/` and `items/`: they are what makes a restore happen once only. An order that names
them is refused where it is read (restore/messages/activity_io.py).
"""

from datetime import timedelta
from typing import Any

from activities import activity_result, clock
from restore.messages.reconcile_io import Purge
from restore.settings import Settings
from storage import connection

_PAGE_SIZE = 100
"""A page and its deletions take seconds, far from the time one call of a function has."""


def purge_documents(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Input: Purge. Done with `{token}`: where the next page begins, null after the last."""
    return activity_result.outcome(
        order, lambda order: _purge(Purge.from_json(order), settings.keep())
    )


def _purge(order: Purge, keep: timedelta) -> dict[str, str | None]:
    assert order.folder is not None, "documents lie in one"
    documents, before = connection.ledger().documents, clock.now() - keep
    page = documents.page(order.folder, _PAGE_SIZE, order.token)
    for line in page.lines:
        if line.written_at < before:
            documents.remove(line.name)
    return {"token": page.token}
