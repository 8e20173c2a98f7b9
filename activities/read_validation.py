"""Read what Azure thinks of a restore body. HTTP 200 may carry failures (facts 6)."""

from typing import Any

from activities import activity_result
from arm import connection
from restore.messages.plan_io import ReadValidation
from restore.values.decoding import encode


def read_validation(order: dict[str, Any]) -> dict[str, Any]:
    """Input: ReadValidation. Done with `{findings}`; retry later while Azure still looks."""
    return activity_result.outcome(order, lambda order: _read(ReadValidation.from_json(order)))


def _read(order: ReadValidation) -> dict[str, Any]:
    preflight = connection.backup().preflight
    opinions = preflight.read_validation(order.vault_id, order.operation_id)
    from restore.plan import checks

    return {"findings": encode([checks.of_opinion(*opinion) for opinion in opinions])}
