"""What the reconciler's orchestrator and its activities say to each other.

Plain JSON on the wire, read strictly: a history kept by an older version is either understood or
refused, never half understood.
"""

from typing import Literal, get_args

from restore.values.structs import StrictModel

Folder = Literal[
    "plans/", "events/", "rejections/", "alerts/", "alert-vms/", "messages/", "notify/"
]  # fmt: skip
PURGED: tuple[Folder, ...] = get_args(Folder)
"""In this order. What messages are compared with goes last: it may be asked for as long as they
are."""


class Reconcile(StrictModel, frozen=True, kw_only=True):
    """Input of the orchestrator reconcile, sent by its timer, and what it hands on."""

    deletes: bool = False
    """What is old is deleted, too: once a day."""
    part: int = 0
    """Which of its parts, in order, it is at."""
    token: str | None = None
    """Where that part goes on."""


class Tidied(StrictModel, frozen=True, kw_only=True):
    """Output of tidy_storage: what there may be to see to."""

    open_requests: bool
    alerts: bool


class ListOpen(StrictModel, frozen=True, kw_only=True):
    """Input of list_open."""

    token: str | None = None


class Purge(StrictModel, frozen=True, kw_only=True):
    """Input of purge_histories and purge_documents, answered by `{token}`: where it goes on."""

    folder: Folder | None = None
    """Of documents. No other folder is ever purged."""
    token: str | None = None


class OpenRequests(StrictModel, frozen=True, kw_only=True):
    """Output of list_open."""

    request_ids: tuple[str, ...]
    token: str | None = None


class ReconcileRestore(StrictModel, frozen=True, kw_only=True):
    """Input of reconcile_restore."""

    request_id: str
