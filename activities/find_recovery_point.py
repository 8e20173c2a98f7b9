"""List the item's recovery points and return the one that restore/start/recovery_point_choice.py
chooses."""

from typing import Any

from activities import activity_result, point_with_disks
from arm import connection
from restore.messages.activity_io import FindPoint
from restore.messages.model import Choice


def find_recovery_point(order: dict[str, Any]) -> dict[str, Any]:
    """Input: FindPoint. Done with a Choice; failed when no point fits, or the request cannot be
    sent for the chosen one (then nothing has been sent yet)."""
    return activity_result.outcome(order, _find)


def _find(order: dict[str, Any]) -> Choice:
    wanted = FindPoint.from_json(order)
    request, item = wanted.request, wanted.item
    backup = connection.backup()
    points, unreadable = backup.recovery_points(item)
    from restore.start import arm_body

    choice = point_with_disks.choose(backup, request, item, points, unreadable)
    arm_body.build(request, item, choice.point)
    return choice
