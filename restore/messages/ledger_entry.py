"""What the ledger knows of one request, and the only ways in which that may change.

    ACCEPTED -> INTENDED -> STARTED -> FINISHED        the usual road
    ACCEPTED -> CANCELLED -> FINISHED                  cancelled before anything was sent
    INTENDED -> ACCEPTED, CANCELLED                    its POST surely started nothing
    ACCEPTED, INTENDED -> FINISHED                     it never came to a job
    ACCEPTED, STARTED -> FALLEN_BACK -> FINISHED       another attempt is made in its place

INTENDED means "a POST may be out": whoever finds it, and did not write it in the same breath, must
search first (restore/start/lost_reply.py). Here is no I/O; storage/ledger.py makes each change one
conditional write, so that of two that compete exactly one happens.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from restore.messages.adoption import ADOPTED
from restore.messages.alerted import Alerted
from restore.messages.attempts import Attempt, Rung
from restore.messages.model import Approval, Authorization, Caller, Choice, ProtectedItem, Verdict
from restore.values.structs import Model


class LedgerState(StrEnum):
    """How far a request has come, as far as exactly-once is concerned."""

    ACCEPTED = "Accepted"
    INTENDED = "Intended"
    STARTED = "Started"
    CANCELLED = "Cancelled"
    FALLEN_BACK = "FallenBack"
    """Its own attempt is over, and nothing more is sent for it; another entry's is made instead."""
    FINISHED = "Finished"


ALLOWED: dict[LedgerState, frozenset[LedgerState]] = {
    LedgerState.ACCEPTED: frozenset(
        {
            LedgerState.INTENDED,
            LedgerState.CANCELLED,
            LedgerState.FALLEN_BACK,
            LedgerState.FINISHED,
        }
    ),
    LedgerState.INTENDED: frozenset(
        {
            LedgerState.ACCEPTED,
            LedgerState.INTENDED,
            LedgerState.STARTED,
            LedgerState.CANCELLED,
            LedgerState.FINISHED,
        }
    ),
    LedgerState.STARTED: frozenset(
        {LedgerState.STARTED, LedgerState.FALLEN_BACK, LedgerState.FINISHED}
    ),
    LedgerState.FALLEN_BACK: frozenset({LedgerState.FALLEN_BACK, LedgerState.FINISHED}),
    LedgerState.CANCELLED: frozenset({LedgerState.FINISHED}),
    LedgerState.FINISHED: frozenset(),
}


class Intent(Model, frozen=True, kw_only=True):
    """Written before the POST: what is about to be sent, and what was there before it."""

    item_id: str
    container_name: str
    recovery_point: str
    vault_time: datetime
    """When, by the vault's clock, at the earliest: the job's start is compared with this."""
    written_at: datetime
    """When, by our own: other requests compare theirs with this."""
    window_s: float
    """No job of the POST begins more than so many seconds after that
    (restore/start/lost_reply.py)."""
    known_jobs: tuple[str, ...]
    """Restore jobs of this item that existed before: none of them can be ours."""

    @property
    def until(self) -> datetime:
        """The end of the window, by the vault's clock."""
        return self.vault_time + timedelta(seconds=self.window_s)

    @property
    def over_at(self) -> datetime:
        """The end of the window, by our own clock."""
        return self.written_at + timedelta(seconds=self.window_s)


class CancelAnswer(Model, frozen=True, kw_only=True):
    """What Azure said to a request to cancel."""

    asked: int
    """To which: the so-many-th."""
    accepted: bool
    code: str | None = None
    text: str | None = None


class Verifying(Model, frozen=True, kw_only=True):
    """Azure's job is over and was judged; since then the restored VM is looked at."""

    since: datetime
    verdict: Verdict
    """On the job: what stands whatever becomes of the verification."""
    job_began: datetime | None = None


class Fallback(Model, frozen=True, kw_only=True):
    """What an entry's own attempt came to, and the attempts that are made in its place."""

    verdict: Verdict
    """On its own attempt: what it would have been closed with."""
    attempts: tuple[Attempt, ...]
    """Those after it, in order; the last one may be under way."""


class LedgerEvent(Model, frozen=True, kw_only=True):
    """What a change of the entry tells: a part of the change itself, so that none is lost."""

    kind: str
    at: datetime
    data: dict[str, Any]
    """As it was then: an event that is sent later, or again, says the same."""
    fields: tuple[str, ...] = ()
    """What it tells besides: fields of the entry that never change any more, hence no copies."""


class LedgerEntry(Model, frozen=True, kw_only=True):
    """Everything that must outlive the orchestration's history."""

    request_id: str
    request_hash: str
    request: dict[str, Any]
    source: str
    accepted_at: datetime
    state: LedgerState = LedgerState.ACCEPTED
    asked_by: Caller | None = None
    """Who asked, as far as that is known for certain."""
    alerted: Alerted | None = None
    """Of a restore that an alert asked for: which alert, and by which rule."""
    item: ProtectedItem | None = None
    choice: Choice | None = None
    authorization: Authorization | None = None
    approval: Approval | None = None
    reminded_at: datetime | None = None
    """When the reconciler repeated that somebody must decide."""
    intent: Intent | None = None
    operation_id: str | None = None
    job_id: str | None = None
    adopted: bool = False
    """The reply to the POST was lost, and the job found in the vault's list."""
    cancel_asked: int = 0
    """How often somebody has asked to cancel what may be out."""
    cancel_answer: CancelAnswer | None = None
    fallback: Fallback | None = None
    attempt_of: str | None = None
    """The request at which this is another attempt."""
    rung: Rung | None = None
    """Of such a one: what is done instead."""
    because: str | None = None
    """And the code of what the one before it failed with."""
    verifying: Verifying | None = None
    """While the restored VM is looked at."""
    verdict: Verdict | None = None
    finished_at: datetime | None = None
    work_is_over: bool = False
    """When it was closed, Azure's work had ended."""
    has_data: bool | None = None
    """Its job failed, and had brought the data by then; None: it does not say."""
    revivals: int = 0
    """How often its orchestration was started again, because nobody followed it any more."""
    revived_at: datetime | None = None
    traceparent: str | None = None
    """W3C trace context of the call or message that asked for it."""
    events: tuple[LedgerEvent, ...] = ()
    """All that was told, in order (restore/progress/ledger_events.py); what of it is sent stands
    elsewhere (storage/open_index.py), for sending must not touch the version that a POST is sent
    at."""

    @property
    def begun_elsewhere(self) -> bool:
        """Somebody else has asked Azure for it: it is followed here, and nothing is sent."""
        return self.request.get("recoveryType") == ADOPTED

    @property
    def recovery_type(self) -> str | None:
        """As it was asked for; of a job that was begun elsewhere, as that says, if it does."""
        return self.request.get("jobRecoveryType" if self.begun_elsewhere else "recoveryType")

    @property
    def choice_that_counts(self) -> Choice | None:
        """The point that was restored, if another attempt's is known; else the chosen one."""
        told = self.verdict.choice if self.verdict else None
        return told or self.choice

    @property
    def is_over(self) -> bool:
        """It was cancelled before anything was sent, or has a verdict."""
        return self.state in (LedgerState.CANCELLED, LedgerState.FINISHED)

    @property
    def must_cancel(self) -> bool:
        """Somebody wants the job cancelled, and Azure has not answered that yet."""
        answered = self.cancel_answer.asked if self.cancel_answer else 0
        is_out = self.state in (LedgerState.INTENDED, LedgerState.STARTED)
        return is_out and self.cancel_asked > answered and not self.begun_elsewhere

    @property
    def is_waiting_for_approval(self) -> bool:
        """A decision would count now."""
        wants_one = (
            self.authorization is not None and self.authorization.approval and self.approval is None
        )
        return wants_one and self.state is LedgerState.ACCEPTED


def verifying_since(entry: LedgerEntry, verifying: Verifying) -> LedgerEntry:
    """Return the entry with what the job came to; the first record of it stands."""
    is_first = entry.state is LedgerState.STARTED and entry.verifying is None
    return msgspec.structs.replace(entry, verifying=verifying) if is_first else entry


def fallen_back(entry: LedgerEntry, judged: LedgerState, fallback: Fallback) -> LedgerEntry:
    """Return the entry with another attempt, unless anything happened since it was judged in this
    state: it was cancelled, is over, or somebody else has made one."""
    made = len(entry.fallback.attempts) if entry.fallback else 0
    is_as_judged = entry.state is judged and made == len(fallback.attempts) - 1
    if not is_as_judged or entry.cancel_asked:
        return entry
    return moved(entry, LedgerState.FALLEN_BACK, fallback=fallback)


def moved(entry: LedgerEntry, state: LedgerState, **changes: Any) -> LedgerEntry:
    """Return the entry in its next state. A move outside the table is our bug."""
    assert state in ALLOWED[entry.state], f"the ledger may not go {entry.state} -> {state}"
    return msgspec.structs.replace(entry, state=state, **changes)


def reminded(entry: LedgerEntry, at: datetime) -> LedgerEntry:
    """Return the entry with the note that somebody is told once more to decide: once is enough."""
    if not entry.is_waiting_for_approval or entry.reminded_at is not None:
        return entry
    return msgspec.structs.replace(entry, reminded_at=at)
