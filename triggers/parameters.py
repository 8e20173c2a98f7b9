"""What can be said beside a body, for the table of operations: queries, headers, ids in paths."""

from typing import Any, get_args

from restore.messages.ledger_entry import LedgerState
from restore.messages.model import VerdictKind
from restore.messages.rejection import KINDS
from restore.messages.request import REQUEST_TYPES

JSON = dict[str, Any]


def query(
    name: str,
    text: str,
    values: list[str] | None = None,
    *,
    schema: JSON | None = None,
    is_required: bool = False,
) -> JSON:
    """Describe one parameter of a query."""
    kind = schema or ({"type": "string"} | ({"enum": values} if values else {}))
    return {
        "in": "query",
        "name": name,
        "description": text,
        "required": is_required,
        "schema": kind,
    }


def header(name: str, text: str) -> JSON:
    """Describe one header."""
    return {"in": "header", "name": name, "description": text, "schema": {"type": "string"}}


def path_id(text: str, pattern: str = "^[A-Za-z0-9._:-]{1,128}$") -> JSON:
    """Describe the id in a path."""
    schema = {"type": "string", "pattern": pattern}
    return {"in": "path", "name": "id", "description": text, "required": True, "schema": schema}


def whole(least: int, most: int) -> JSON:
    """Describe a whole number between two."""
    return {"type": "integer", "minimum": least, "maximum": most}


KEY = header("Idempotency-Key", "The request id, if the body has none")
PREFER = header("Prefer", "wait=n (seconds, at most 20) or respond-async")
ITEM = (
    query("sourceResourceId", "ARM id of the VM", is_required=True),
    query("vaultId", "ARM id of its Recovery Services vault"),
    query("incidentAt", "When the incident began: only older points, and what would be lost"),
    query("continuationToken", "From the page before"),
)
PAGE = (
    query("top", "How many, 50 by default", schema=whole(1, 200)),
    query("continuationToken", "From the page before"),
)
LISTED = (
    query("state", "Only these", [state.value for state in LedgerState]),
    query("verdict", "Only these", list(get_args(VerdictKind))),
    query("recoveryType", "Only these", list(REQUEST_TYPES)),
    query("sourceResourceId", "Only of this VM"),
    *PAGE,
)
REJECTED = (query("kind", "Only these", list(KINDS)), *PAGE)
AN_ID = (
    path_id(
        "The request id, or that of another attempt at it", "^[A-Za-z0-9._:-]{1,128}(~[2-9])?$"
    ),
)
