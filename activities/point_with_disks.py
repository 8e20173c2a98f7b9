"""Choose a recovery point together with its disks. Part of find_recovery_point.py and
preflight_restore.py.

A list of Azure's often does not say which disks a point holds; the point itself may. Where it then
turns out that it lacks one that the restore needs, the next point is looked at, a few times.
"""

from collections.abc import Sequence

from activities import clock
from arm.backup import Backup
from restore.messages.model import Choice, ProtectedItem, RecoveryPoint
from restore.messages.request import RestoreRequest

_READS_MAX = 5
"""One call each. Disks are left out of backups for long: older points are no better."""


def choose(
    backup: Backup,
    request: RestoreRequest,
    item: ProtectedItem,
    points: Sequence[RecoveryPoint],
    unreadable: int,
) -> Choice:
    """Choose the point of an item that a request wants and that its restore can use. Raises
    NotFound."""
    from restore.start import recovery_point_choice

    known, now = {point.name: point for point in points}, clock.now()
    read: set[str] = set()
    while True:
        choice = recovery_point_choice.choose_for(
            request, item, tuple(known.values()), now=now, unreadable=unreadable
        )
        name = choice.point.name
        if name in read:
            return choice
        detailed = backup.with_disks(item, choice)
        read.add(name)
        if detailed.point == choice.point or len(read) == _READS_MAX:
            return detailed
        known[name] = detailed.point
