"""Read what Azure thinks of a restore body. HTTP 200 may carry failures (facts 6)."""

from typing import Any

import azure.durable_functions as df

from activities import activity_result
from arm import connection
from arm.preflight import Opinion
from restore.messages import azure_codes
from restore.messages.errors import TemporaryError
from restore.messages.model import Finding
from restore.messages.plan_io import ReadValidation
from restore.values.decoding import encode
from restore.values.plain_text import plain

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
def read_validation(order: dict) -> dict:  # type: ignore[type-arg]
    """Input: ReadValidation. Done with `{findings}`; retry later while Azure still looks."""
    return activity_result.outcome(lambda: _read(ReadValidation.from_json(order)))


def _read(order: ReadValidation) -> dict[str, Any]:
    preflight = connection.backup().preflight
    opinions = preflight.read_validation(order.vault_id, order.operation_id)
    return {"findings": encode([_finding(opinion) for opinion in opinions])}


def _finding(opinion: Opinion) -> Finding:
    known = azure_codes.find(opinion.code)
    passes = known is not None and issubclass(known.kind, TemporaryError)
    advice = (*opinion.recommendations, known.advice if known else "")
    return Finding(
        severity="warning" if passes else "blocking",
        code=opinion.code,
        text=f"Azure would refuse this restore: {opinion.message}",
        action=plain(" ".join(advice).strip()),
    )
