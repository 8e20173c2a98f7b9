"""Send one event that belongs to no ledger entry, or keep it in the outbox. Sent twice, it carries
the same id. What a restore tells is sent by the activity that made the change."""

from typing import Any

from activities import activity_result
from storage import connection


def publish_event(order: dict[str, Any]) -> dict[str, Any]:
    """Input: a CloudEvent of restore/values/cloud_events.py."""
    return activity_result.outcome(order, _publish)


def _publish(event: dict[str, Any]) -> None:
    connection.outbox().publish(event)
