"""Ask Azure itself what it thinks of a restore body. It starts nothing, and may be asked twice."""

from typing import Any

import azure.durable_functions as df

from activities import activity_result
from arm import connection
from restore.messages.plan_io import StartValidation

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
def start_validation(order: dict) -> dict:  # type: ignore[type-arg]
    """Input: StartValidation. Done with `{operationId}`, None when Azure named none."""
    return activity_result.outcome(lambda: _start(StartValidation.from_json(order)))


def _start(order: StartValidation) -> dict[str, Any]:
    preflight = connection.backup().preflight
    return {"operationId": preflight.start_validation(order.item, order.point, order.body)}
