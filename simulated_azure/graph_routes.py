"""Azure Resource Graph, as far as backups are asked of it: one table, a few operators.

What it is asked that is not served here is refused as the real service refuses what it does not
know: so a query that is tried here is not silently answered with something else.
"""

import re

import msgspec

from simulated_azure.bodies import item_resource
from simulated_azure.filters import page
from simulated_azure.resource_bodies import JSON
from simulated_azure.routing import Call
from simulated_azure.state import Item, Vault
from simulated_azure.versions import BACKUP, Version
from simulated_azure.wire import ArmError, Reply, json_reply

TABLE = "recoveryservicesresources"

_WHERE = re.compile(r"where ([\w.]+) =~ '([^'\\\r\n]*)'")
_PROJECT = re.compile(r"project ([\w.]+(?:\s*,\s*[\w.]+)*)")
_NEWEST = Version(BACKUP[-1])


class Options(msgspec.Struct, rename={"skip_token": "$skipToken", "top": "$top"}):
    """How much, and from where on."""

    skip_token: str = ""
    top: int = 1_000


class Query(msgspec.Struct):
    """The body of a question."""

    query: str
    options: Options = msgspec.field(default_factory=Options)
    subscriptions: list[str] = []


def ask(call: Call) -> Reply:
    """POST a query; answers at once with one page of rows."""
    try:
        asked = msgspec.convert(call.body, Query)
    except msgspec.ValidationError as error:
        raise _bad_request(str(error)) from None
    table, *steps = [part.strip() for part in asked.query.split("|")]
    if table.lower() != TABLE:
        raise _bad_request(f"Table {table!r} was not found.")
    rows = [
        _row(call, vault, item)
        for vault in call.state.vaults.values()
        for item in vault.items.values()
        if not asked.subscriptions or vault.id.split("/")[2] in asked.subscriptions
    ]
    for step in steps:
        rows = _step(rows, step)
    shown, token = page(rows, asked.options.skip_token, min(asked.options.top, call.page_size))
    body: JSON = {
        "totalRecords": len(rows),
        "count": len(shown),
        "data": shown,
        "facets": [],
        "resultTruncated": "false",
    }
    return json_reply(200, body | ({"$skipToken": token} if token else {}))


def _row(call: Call, vault: Vault, item: Item) -> JSON:
    """A protected item as this table has it: with what it protects in a part of its own."""
    found = item_resource(vault, item, call.target.base, _NEWEST)
    properties = msgspec.convert(found["properties"], JSON)
    source: JSON = {"resourceID": item.vm_id, "datasourceType": "Microsoft.Compute/virtualMachines"}
    return {
        "id": found["id"],
        "name": found["name"],
        "type": str(found["type"]).lower(),
        "subscriptionId": vault.id.split("/")[2],
        "resourceGroup": vault.id.split("/")[4].lower(),
        "properties": properties | {"dataSourceInfo": source, "vaultId": vault.id},
    }


def _step(rows: list[JSON], step: str) -> list[JSON]:
    if (where := _WHERE.fullmatch(step)) is not None:
        path, wanted = where[1], where[2].lower()
        return [row for row in rows if str(_at(row, path)).lower() == wanted]
    if (project := _PROJECT.fullmatch(step)) is not None:
        columns = [each.strip() for each in project[1].split(",")]
        return [{column: _at(row, column) for column in columns} for row in rows]
    raise _bad_request(f"Query is invalid: {step[:200]!r}")


def _at(row: JSON, path: str) -> object:
    found: object = row
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _bad_request(problem: str) -> ArmError:
    return ArmError(
        400,
        "BadRequest",
        "Please provide below info when asking for support: timestamp, correlationId.",
        more={"details": [{"code": "InvalidQuery", "message": problem}]},
    )
