"""The backups that a policy makes each day while the simulated Azure is not running.

They are made up for when it is started again, so that "newest" and "at most a day old" have an
answer then.
"""

from datetime import datetime, timedelta

import msgspec

from simulated_azure import names
from simulated_azure.seed import BOTH, STANDARD
from simulated_azure.state import Item, State

DAYS_MADE_UP_MAX = 30
SNAPSHOTS_KEPT_D = 5
_DAY = timedelta(days=1)


def make_up_backups(state: State, now: datetime) -> None:
    """Give each protected VM a point for each day since its newest one."""
    for vault in state.vaults.values():
        for item in vault.items.values():
            is_backed_up = item.protection_state == "Protected" and not item.soft_deleted
            if is_backed_up and item.points and names.key(item.vm_id) in state.vms:
                _make_up(item, now)


def _make_up(item: Item, now: datetime) -> None:
    newest = max(item.points.values(), key=lambda point: point.time)
    days = (now - newest.time) // _DAY
    for day in range(max(1, days - DAYS_MADE_UP_MAX + 1), days + 1):
        time = newest.time + day * _DAY
        tiers = BOTH if now - time < SNAPSHOTS_KEPT_D * _DAY else STANDARD
        name = names.point_name(f"{names.key(item.vm_id)}/{time.isoformat()}")
        item.points[name] = msgspec.structs.replace(
            newest,
            name=name,
            time=time,
            tiers=dict(tiers),
            soft_deleted=False,
            expiry_time=None,
            threat_status=None,
        )
