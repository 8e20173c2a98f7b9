"""List one page of the requests that are open: what the reconciler has to look at."""

from typing import Any

from activities import activity_result
from restore.messages.reconcile_io import ListOpen, OpenRequests
from storage import connection, open_index

_PAGE_SIZE = 20
"""Each costs its orchestrator four events of history."""


def list_open(order: dict[str, Any]) -> dict[str, Any]:
    """Input: ListOpen. Done with OpenRequests."""
    return activity_result.outcome(order, lambda order: _list(ListOpen.from_json(order)))


def _list(order: ListOpen) -> OpenRequests:
    page = open_index.page(connection.ledger().documents, order.token, _PAGE_SIZE)
    return OpenRequests(request_ids=page.request_ids, token=page.token)
