"""Send one event that belongs to no ledger entry, or keep it in the outbox. Sent twice, it carries
the same id. What a restore tells is sent by the activity that made the change."""

from typing import Any

import azure.durable_functions as df

from activities import activity_result
from storage import connection

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="event")
def publish_event(event: dict) -> dict:  # type: ignore[type-arg]
    """Input: a CloudEvent of restore/values/cloud_events.py."""
    return activity_result.outcome(event, _publish)


def _publish(event: dict[str, Any]) -> None:
    connection.outbox().publish(event)
