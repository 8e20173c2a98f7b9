"""Read what Azure thinks of a restore body. HTTP 200 may carry failures (facts 6)."""

from typing import Any

import azure.durable_functions as df

from activities import activity_result
from arm import connection
from restore.messages.errors import NotYet
from restore.messages.model import Finding
from restore.messages.plan_io import ReadValidation
from restore.values.decoding import encode
from restore.values.plain_text import plain

blueprint = df.Blueprint()

_ASK_AGAIN_S = 10.0


@blueprint.activity_trigger(input_name="order")
def read_validation(order: dict) -> dict:  # type: ignore[type-arg]
    """Input: ReadValidation. Done with `{findings}`; retry later while Azure still looks."""
    return activity_result.outcome(lambda: _read(ReadValidation.from_json(order)))


def _read(order: ReadValidation) -> dict[str, Any]:
    preflight = connection.backup().preflight
    opinions = preflight.read_validation(order.vault_id, order.operation_id)
    if opinions is None:
        raise NotYet(
            "Azure is still validating the request.", code="Validating", retry_after_s=_ASK_AGAIN_S
        )
    found = [
        Finding(
            severity="blocking",
            code=opinion.code,
            text=f"Azure would refuse this restore: {opinion.message}",
            action=plain(" ".join(opinion.recommendations)),
        )
        for opinion in opinions
    ]
    return {"findings": encode(found)}
