"""List the item's recovery points for a person to look at, with what the app would choose."""

from typing import Any

from activities import activity_result, clock
from arm import connection
from restore.messages.errors import NotFound
from restore.messages.plan_io import ListPoints
from restore.messages.request import RecoveryPointChoice
from restore.values.decoding import encode


def list_recovery_points(order: dict[str, Any]) -> dict[str, Any]:
    """Input: ListPoints. Done with `{points, total, unreadable, choice, reasons,
    continuationToken?}`."""
    return activity_result.outcome(order, _list)


def _list(order: dict[str, Any]) -> dict[str, Any]:
    wanted = ListPoints.from_json(order)
    backup = connection.backup()
    points, unreadable = backup.recovery_points(wanted.item)
    from restore.request import point_pages
    from restore.start import recovery_point_choice

    wish, now, incident_at = RecoveryPointChoice(), clock.now(), wanted.incident_at
    judged = recovery_point_choice.judge(points, wish, now=now, incident_at=incident_at)
    try:
        choice = recovery_point_choice.choose(
            points, wish, now=now, unreadable=unreadable, incident_at=incident_at
        )
        choice = backup.with_disks(wanted.item, choice)
    except NotFound:
        choice = None
    page = point_pages.page(points, wanted.continuation_token)
    shown = {point.name for point in page.points}
    return page.as_json() | {
        "total": len(points),
        "unreadable": unreadable,
        "choice": encode(choice),
        "reasons": {name: why for name, why in judged.reasons.items() if name in shown},
    }
