"""The queries in infra/queries as they are run: with values for what alerts and workbook put in."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from devhost import azurite
from tests.contract.infra.rules import INFRA

QUERIES = sorted((INFRA / "queries").glob("*.kql"))
SCRIPT = Path(__file__).with_name("analyze_kql.js")
PARSER = INFRA.parent / "node_modules" / "@kusto" / "language-service-next"
OURS = """startswith '{"vmRestore":1,'"""
"""What a query of the app's own lines begins with."""

_OF_STORAGE = (
    "TimeGenerated: datetime, AccountName: string, AuthenticationType: string, Category: string, "
    "OperationName: string, RequesterObjectId: string, ServiceType: string, StatusCode: string, "
    "StatusText: string, Uri: string"
)
TABLES = {
    "traces": "timestamp: datetime, message: string, severityLevel: int, itemCount: int, "
    "customDimensions: dynamic, operation_Id: string, operation_Name: string",
    "requests": "timestamp: datetime, name: string, success: string, resultCode: string, "
    "duration: real, itemCount: int, operation_Id: string",
    "exceptions": "timestamp: datetime, type: string, outerMessage: string, itemCount: int, "
    "operation_Id: string, operation_Name: string",
    **{f"Storage{kind}Logs": _OF_STORAGE for kind in ("Blob", "Queue", "Table")},
}
"""Columns of Application Insights and Log Analytics that the queries may name, with their types
(learn.microsoft.com/azure/azure-monitor/reference/tables)."""


def filled(text: str, request_id: str = "r1", minutes: float = 60) -> str:
    """Return a query with what is put in by whoever asks."""
    return text.replace("{RequestId}", request_id).replace("{Minutes}", f"{minutes:g}")


def complaints(queries: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what Microsoft's parser has against each query, by name."""
    given = {"tables": {name: f"({columns})" for name, columns in TABLES.items()}}
    run = subprocess.run(
        [azurite.find_node(), str(SCRIPT)],
        input=json.dumps(given | {"queries": dict(queries)}),
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, list[str]] = json.loads(run.stdout)
    return told
