"""What becomes of a restore that is open: is it followed, or must it be started again? One table.

The reconciler (activities/reconcile_restore.py) sees the ledger's entry and the status of the
orchestration, and nothing else: what happened in between does not matter. So it may look at any
time, twice, and beside all others.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Failure

ABANDONED = "Abandoned"
START_MAX = timedelta(minutes=1)
"""So long whoever accepts or revives a restore may take until its orchestration is there."""


class Step(StrEnum):
    """What to do."""

    LEAVE = "leave"
    REVIVE = "revive"
    START = "start"
    """It was counted as revived, and whoever counted it did not come to start it."""
    GIVE_UP = "give up"


_FOLLOWED = frozenset({"Pending", "Running", "Suspended", "ContinuedAsNew"})


def next_step(
    entry: LedgerEntry, status: str | None, revival: int | None, now: datetime, revivals_max: int
) -> Step:
    """Decide by the entry, by its orchestration's status and by the revival that this was started
    with; both None where there is no orchestration.

    | verdict | orchestration              | started, or revived | so often | then    |
    |---------|----------------------------|---------------------|----------|---------|
    | yes     |                            |                     |          | leave   |
    | no      | pending, running, suspended|                     |          | leave   |
    | no      | there is none, or it ended | within a minute     |          | leave   |
    | no      | ended, an earlier revival's| before that         |          | start   |
    | no      | there is none, or it ended | before that         | < most   | revive  |
    | no      | there is none, or it ended | before that         | most     | give up |
    """
    if entry.state is LedgerState.FINISHED or status in _FOLLOWED:
        return Step.LEAVE
    begun = entry.revived_at or (entry.accepted_at if status is None else None)
    if begun is not None and now - begun < START_MAX:
        return Step.LEAVE
    if revival is not None and revival < entry.revivals:
        return Step.START
    return Step.REVIVE if entry.revivals < revivals_max else Step.GIVE_UP


def while_settings_are_wrong(step: Step, entry: LedgerEntry) -> Step:
    """Return what of a step is done while the app's settings are wrong: what runs in Azure is
    followed again. Nothing else is started, for it would have the defaults' pace, nor is anything
    given up, for the most revivals are not known."""
    sends_nothing = entry.state in (LedgerState.STARTED, LedgerState.CANCELLED)
    return Step.LEAVE if step is Step.GIVE_UP or not sends_nothing else step


def given_up(revivals: int) -> Failure:
    """Why a restore is given up."""
    return Failure(
        code="NotFollowed",
        message=(
            f"The orchestration of this restore ended without a verdict. The app started it again "
            f"{revivals} times. Read the app's log."
        ),
        category="ServiceUnavailable",
    )


def is_abandoned(entry: LedgerEntry) -> bool:
    """Whether somebody has abandoned it."""
    error = entry.verdict.error if entry.verdict else None
    return error is not None and error.code == ABANDONED


def abandoned(by: str | None) -> Failure:
    """Why a restore is followed no longer that somebody has abandoned."""
    return Failure(
        code=ABANDONED,
        message=f"{by or 'Somebody unknown'} abandoned this restore.",
        category="ServiceUnavailable",
    )
