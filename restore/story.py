"""What one orchestration has learned so far, and how it is shown: custom status and events.

A Tale belongs to one replay of one orchestration; every replay tells it anew from history.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from restore import cloud_events, waiting
from restore.contracts import (
    Approval,
    Choice,
    Permit,
    ProtectedItem,
    RestoreRequest,
    Verdict,
)
from restore.errors import problems_of
from restore.orders import Started, encode
from restore.phases import RestorePhase
from restore.times import stamp
from restore.waiting import Waiting

_PHASE_OF_WAIT = {
    "NoSlot": RestorePhase.WAITING_FOR_SLOT,
    "ItemLocked": RestorePhase.TRIGGERING,
    "LocatingJob": RestorePhase.SETTLING,
    "ReplyLost": RestorePhase.SETTLING,
}


@dataclass
class Tale:
    """Filled in step by step by orchestrators/restore_vm.py."""

    request: RestoreRequest
    source: str
    item: ProtectedItem | None = None
    choice: Choice | None = None
    permit: Permit | None = None
    approval: Approval | None = None
    started: Started | None = None
    verdict: Verdict | None = None
    waiting: Waiting | None = None
    phase: RestorePhase | None = None
    since: datetime | None = field(default=None)

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
            "recoveryPoint": _point(self.choice),
            "waiting": waiting.shown(self.waiting),
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
        if self.permit is None:
            return None
        return tuple(disk.name for disk in self.permit.disks or ())

    def facts(self) -> dict[str, Any]:
        """Return what an event tells of the restore so far."""
        known = {
            "requestId": self.request.request_id,
            "recoveryType": self.request.recovery_type,
            "sourceResourceId": self.request.source_resource_id,
            "vaultId": self.item.vault_id if self.item else self.request.vault_id,
            "recoveryPoint": _point(self.choice),
            "rule": self.permit.rule if self.permit else None,
            "approval": encode(self.approval),
            "verdict": encode(self.verdict),
        }
        return {name: value for name, value in known.items() if value is not None}


def event(kind: str, tale: Tale, now: datetime) -> dict[str, Any]:
    """Return one event of this restore: accepted, approval-requested, rejected or finished."""
    data = tale.facts() | {"source": tale.source}
    if kind == "accepted":
        data["request"] = encode(tale.request)
    if kind == "approval-requested":
        data |= _to_decide(tale)
    if kind == "finished" and tale.verdict is not None and tale.verdict.replaced_disks:
        data["replacedDisks"] = list(tale.verdict.replaced_disks)
    if kind == "rejected":
        failure = tale.verdict.error if tale.verdict else None
        assert failure is not None, "what is rejected says why"
        data |= {"code": failure.code, "problems": encode(problems_of(failure))}
    return cloud_events.event(
        kind, tale.request.request_id, tale.request.source_resource_id, now, data
    )


def _to_decide(tale: Tale) -> dict[str, Any]:
    """Everything that a person needs to decide, and where to say it."""
    permit = tale.permit
    assert permit is not None, "the guard asks for an approval"
    return {
        "request": encode(tale.request),
        "decideAt": f"/api/restores/{tale.request.request_id}/approval",
        "until": stamp(permit.until) if permit.until else None,
        "disksToReplace": encode(permit.disks),
    }


def phase_of_wait(code: str, phase: RestorePhase) -> RestorePhase:
    """Return the phase of a restore that waits, by what it waits for."""
    return _PHASE_OF_WAIT.get(code, phase)


def _point(choice: Choice | None) -> dict[str, Any] | None:
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
    }
