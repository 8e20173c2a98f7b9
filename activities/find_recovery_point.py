"""List the item's recovery points and return the one that restore/start/recovery_point_choice.py
chooses."""

from collections.abc import Iterable, Sequence
from typing import Any

import azure.durable_functions as df

from activities import activity_result, clock
from arm import connection
from restore.messages.activity_io import FindPoint
from restore.messages.model import Choice, RecoveryPoint
from restore.start import job_search
from storage import connection as storage_connection

blueprint = df.Blueprint()

_SENT = "The app sent an earlier attempt at this request with this recovery point."


@blueprint.activity_trigger(input_name="order")
def find_recovery_point(order: dict) -> dict:  # type: ignore[type-arg]
    """Input: FindPoint. Done with a Choice; failed when no point fits, or the request cannot be
    sent for the chosen one (then nothing has been sent yet)."""
    return activity_result.outcome(order, _find)


def _find(order: dict[str, Any]) -> Choice:
    wanted = FindPoint.from_json(order)
    backup = connection.backup()
    points, unreadable = backup.recovery_points(wanted.item)
    return backup.with_disks(wanted.item, _choose(wanted, points, unreadable))


def _choose(wanted: FindPoint, points: Sequence[RecoveryPoint], unreadable: int) -> Choice:
    sent = _sent(wanted.request.request_id, points)
    if sent is not None:
        return Choice(point=sent, why=_SENT, considered=len(points))
    from restore.start import arm_body, recovery_point_choice

    choice = recovery_point_choice.choose_for(
        wanted.request, wanted.item, points, now=clock.now(), unreadable=unreadable
    )
    arm_body.build(wanted.request, wanted.item, choice.point)
    return choice


def _sent(request_id: str, points: Iterable[RecoveryPoint]) -> RecoveryPoint | None:
    held = storage_connection.ledger().read(request_id)
    name = None if held is None else job_search.sent_point(held.entry)
    return next((point for point in points if point.name == name), None)
