"""What the ledger knows of one request, and the only ways in which that may change.

    ACCEPTED -> INTENDED -> STARTED -> FINISHED        the usual road
    ACCEPTED -> CANCELLED -> FINISHED                  cancelled before anything was sent
    INTENDED -> ACCEPTED                               Azure surely refused the POST
    ACCEPTED, INTENDED -> FINISHED                     it never came to a job

INTENDED means "a POST may be out": whoever finds it, and did not write it in the same breath, must
settle first (restore/settling.py). Here is no I/O; storage/ledger.py makes each change one
conditional write, so that of two that compete exactly one happens.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from restore.contracts import Approval, Caller, Permit, Verdict


class LedgerState(StrEnum):
    """How far a request has come, as far as exactly-once is concerned."""

    ACCEPTED = "Accepted"
    INTENDED = "Intended"
    STARTED = "Started"
    CANCELLED = "Cancelled"
    FINISHED = "Finished"


ALLOWED: dict[LedgerState, frozenset[LedgerState]] = {
    LedgerState.ACCEPTED: frozenset(
        {LedgerState.INTENDED, LedgerState.CANCELLED, LedgerState.FINISHED}
    ),
    LedgerState.INTENDED: frozenset(
        {LedgerState.ACCEPTED, LedgerState.INTENDED, LedgerState.STARTED, LedgerState.FINISHED}
    ),
    LedgerState.STARTED: frozenset({LedgerState.STARTED, LedgerState.FINISHED}),
    LedgerState.CANCELLED: frozenset({LedgerState.FINISHED}),
    LedgerState.FINISHED: frozenset(),
}


class Intent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Written before the POST: what is about to be sent, and what was there before it."""

    item_id: str
    container_name: str
    recovery_point: str
    vault_time: datetime
    """When, by the vault's clock: the job's start time is compared with this."""
    known_jobs: tuple[str, ...]
    """Restore jobs of this item that existed before: none of them can be ours."""
    attempt: int = 1


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Everything that must outlive the orchestration's history."""

    request_id: str
    request_hash: str
    request: dict[str, Any]
    source: str
    accepted_at: datetime
    state: LedgerState = LedgerState.ACCEPTED
    asked_by: Caller | None = None
    """Who asked, as far as that is known for certain."""
    permit: Permit | None = None
    approval: Approval | None = None
    intent: Intent | None = None
    operation_id: str | None = None
    job_id: str | None = None
    cancel_asked: bool = False
    verdict: Verdict | None = None
    finished_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """No POST of this request can still be out whose job is unknown."""
        return self.job_id is not None or self.state not in (
            LedgerState.INTENDED,
            LedgerState.STARTED,
        )

    @property
    def is_waiting_for_approval(self) -> bool:
        """A decision would count now."""
        wants_one = self.permit is not None and self.permit.approval and self.approval is None
        return wants_one and self.state is LedgerState.ACCEPTED


def moved(entry: LedgerEntry, state: LedgerState, **changes: Any) -> LedgerEntry:
    """Return the entry in its next state. A move outside the table is our bug."""
    assert state in ALLOWED[entry.state], f"the ledger may not go {entry.state} -> {state}"
    return msgspec.structs.replace(entry, state=state, **changes)
