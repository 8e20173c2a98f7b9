"""Forgetting instances: row, history and messages; children stay.

By filter the real engine deletes running instances too, when no finished status is named. That is
the one thing this engine deliberately does not copy: it keeps them and says so.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from devhost.engine.client import Client
from devhost.engine.instance_rows import matches, shown_row
from devhost.engine.seam import FINISHED, WrongState

_log = logging.getLogger(__name__)
_NAMED_MAX = 5


def purge(client: Client, instance_id: str) -> bool:
    """Forget one finished instance; False when unknown."""
    row = client.store.instance(instance_id)
    if row is None:
        return False
    if row.status not in FINISHED:
        raise WrongState(
            "Only orchestrations in a terminal state can be purged, but the orchestration with "
            f"instance ID {instance_id} has status {row.status}"
        )
    with client.store.transaction():
        client.store.forget(instance_id)
    return True


def purge_by(
    client: Client, created_from: datetime, created_to: datetime | None, statuses: Sequence[str]
) -> int:
    """Forget the finished instances that were made in a window."""
    finished = [status for status in statuses if status in FINISHED]
    window = [
        row
        for row in client.store.instances_from("")
        if matches(shown_row(row), finished, created_from, created_to)
    ]
    doomed = [row.instance_id for row in window if row.status in FINISHED]
    if len(doomed) < len(window):
        kept = [row.instance_id for row in window if row.status not in FINISHED]
        _log.warning(
            "Purge kept %d unfinished instances, which the real engine would have deleted, because "
            "the filter names no finished status: %s%s. Name Completed, Failed or Terminated",
            len(kept),
            ", ".join(kept[:_NAMED_MAX]),
            " ..." if len(kept) > _NAMED_MAX else "",
        )
    with client.store.transaction():
        for instance_id in doomed:
            client.store.forget(instance_id)
    return len(doomed)
