"""Ask Azure itself what it thinks of a restore body. It starts nothing, and may be asked twice."""

from typing import Any

from activities import activity_result
from arm import connection
from restore.messages.plan_io import StartValidation


def start_validation(order: dict[str, Any]) -> dict[str, Any]:
    """Input: StartValidation. Done with `{operationId, retryAfterS}`, each None when Azure named
    none."""
    return activity_result.outcome(order, lambda order: _start(StartValidation.from_json(order)))


def _start(order: StartValidation) -> dict[str, Any]:
    preflight = connection.backup().preflight
    begun = preflight.start_validation(order.item, order.point, order.body)
    return {"operationId": begun.operation_id, "retryAfterS": begun.retry_after_s}
