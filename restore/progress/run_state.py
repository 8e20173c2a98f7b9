"""The run state: what one orchestration has learned so far, and how it is shown as custom status.

A RestoreProgress belongs to one replay of one orchestration; every replay tells it anew from
history.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from restore.messages.activity_io import Opened, Restore, Started
from restore.messages.adoption import Followed
from restore.messages.ledger_entry import LedgerState
from restore.messages.log_line import LogContext
from restore.messages.model import Approval, Authorization, Choice, ProtectedItem
from restore.progress import wait_reasons
from restore.progress.phases import RestorePhase
from restore.progress.wait_reasons import Waiting
from restore.values.decoding import encode
from restore.values.times import stamp

_PHASE_OF_WAIT = {
    "NoSlot": RestorePhase.WAITING_FOR_SLOT,
    "ItemLocked": RestorePhase.TRIGGERING,
    "LocatingJob": RestorePhase.LOCATING_JOB,
    "ReplyLost": RestorePhase.LOCATING_JOB,
    "AttemptRuns": RestorePhase.FALLING_BACK,
}


@dataclass
class RestoreProgress:
    """Filled in step by step by orchestrators/restore_vm.py."""

    request: Followed
    item: ProtectedItem | None = None
    choice: Choice | None = None
    authorization: Authorization | None = None
    approval: Approval | None = None
    started: Started | None = None
    has_fallen: bool = False
    """Other attempts are made in its place."""
    waiting: Waiting | None = None
    phase: RestorePhase | None = None
    since: datetime | None = field(default=None)

    def know(self, opened: Opened) -> None:
        """Take in what the ledger knows already: nothing of it is found or chosen again."""
        self.item, self.choice = opened.item, opened.choice
        self.authorization, self.approval = opened.authorization, opened.approval
        self.has_fallen = opened.state is LedgerState.FALLEN_BACK
        if opened.state is LedgerState.STARTED:
            self.started = Started(
                operation_id=opened.operation_id, job_id=opened.job_id, adopted=opened.adopted
            )

    def about(self, order: Restore) -> LogContext:
        """Return what the restore's lines of the log are about."""
        return LogContext(
            request_id=self.request.request_id,
            vm=self.request.source_resource_id,
            vault=self.item.vault_id if self.item else self.request.vault_id,
            job=self.started.job_id if self.started else None,
            phase=self.phase.value if self.phase else None,
            revival=order.revival or None,
            traceparent=order.traceparent,
        )

    def show(self, phase: RestorePhase, now: datetime) -> dict[str, Any]:
        """Enter a phase, if it is another one, and return the custom status."""
        if phase is not self.phase:
            self.phase, self.since = phase, now
        status: dict[str, Any] = {
            "phase": phase.value,
            "since": stamp(self.since) if self.since else None,
        }
        known = {
            "vaultId": self.item.vault_id if self.item else None,
            "protectedItem": self.item.name if self.item else None,
            "recoveryPoint": point_of(self.choice),
            "waiting": wait_reasons.shown(self.waiting),
        }
        return status | {name: value for name, value in known.items() if value is not None}

    def wait(self, why: Waiting | None, now: datetime) -> dict[str, Any]:
        """Take in what is waited for now, None for nothing, and return the custom status."""
        assert self.phase is not None, "who waits is in a phase"
        self.waiting = why
        return self.show(self.phase if why is None else phase_of_wait(why.code, self.phase), now)

    @property
    def disks(self) -> tuple[str, ...] | None:
        """The names of the disks that are to be replaced, as far as they could be read; None when
        nobody looked."""
        if self.authorization is None:
            return None
        return tuple(disk.name for disk in self.authorization.disks or ())


def phase_of_wait(code: str, phase: RestorePhase) -> RestorePhase:
    """Return the phase of a restore that waits, by what it waits for."""
    return _PHASE_OF_WAIT.get(code, phase)


def point_of(choice: Choice | None) -> dict[str, Any] | None:
    """Return the chosen point and why, as status and events show it."""
    if choice is None:
        return None
    return {
        "id": choice.point.name,
        "time": stamp(choice.point.time),
        "consistency": choice.point.consistency,
        "tier": choice.point.tier,
        "why": choice.why,
        "considered": choice.considered,
        "passedOver": encode(choice.passed_over),
        "passedOverCounts": choice.passed_over_counts,
    } | ({"dataLoss": encode(choice.data_loss)} if choice.data_loss else {})
