"""Handler of `GET /restores`: the ledger, page by page, filtered.

Listed from the ledger's labels, not from the orchestrations: a purged history is no reason to
forget a restore. Lines come in the order of their request ids.
"""

from typing import get_args

import azure.functions as func

from restore.messages.ledger_entry import LedgerState
from restore.messages.model import VerdictKind
from restore.messages.request import REQUEST_TYPES
from storage import connection
from storage.labels import line_of
from triggers import pages

_FILTERS: dict[str, tuple[str, ...]] = {
    "state": tuple(state.value for state in LedgerState),
    "verdict": get_args(VerdictKind),
    "recoveryType": tuple(REQUEST_TYPES),
    "sourceResourceId": (),
}


async def show_page(req: func.HttpRequest) -> func.HttpResponse:
    """Answer `{value, continuationToken?}`; filters compare without case."""
    return await pages.show(
        req, _FILTERS, connection.ledger().page, lambda line: line_of(line.name, line.labels)
    )
