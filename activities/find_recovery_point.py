"""List the item's recovery points and return the one that restore/start/recovery_point_choice.py
chooses."""

from collections.abc import Sequence
from typing import Any

from activities import activity_result, point_with_disks
from arm import connection
from restore.messages.activity_io import FindPoint
from restore.messages.model import Choice, RecoveryPoint
from restore.messages.request import RestoreRequest
from restore.start import lost_reply
from restore.start.data_loss import data_loss
from storage import connection as storage_connection

_SENT = "The app sent an earlier attempt at this request with this recovery point."


def find_recovery_point(order: dict[str, Any]) -> dict[str, Any]:
    """Input: FindPoint. Done with a Choice; failed when no point fits, or the request cannot be
    sent for the chosen one (then nothing has been sent yet)."""
    return activity_result.outcome(order, _find)


def _find(order: dict[str, Any]) -> Choice:
    wanted = FindPoint.from_json(order)
    request, item = wanted.request, wanted.item
    backup = connection.backup()
    points, unreadable = backup.recovery_points(item)
    sent = _sent(request, points)
    if sent is not None:
        return backup.with_disks(item, sent)
    from restore.start import arm_body

    choice = point_with_disks.choose(backup, request, item, points, unreadable)
    arm_body.build(request, item, choice.point)
    return choice


def _sent(request: RestoreRequest, points: Sequence[RecoveryPoint]) -> Choice | None:
    held = storage_connection.ledger().read(request.request_id)
    name = None if held is None else lost_reply.sent_point(held.entry)
    point = next((point for point in points if point.name == name), None)
    if point is None:
        return None
    loss = data_loss(point, request.incident_at)
    return Choice(point=point, why=_SENT, considered=len(points), data_loss=loss)
