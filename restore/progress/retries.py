"""How long a step is tried again: by the clock. Pure; orchestrators/steps.py waits.

What says "retry later" is tried until the restore's own time is up. What fails in a way that nobody
foresaw is tried for some minutes, so that a worker process that exits is outlived and a bug of ours
is not hidden for a day.
"""

from datetime import datetime, timedelta

import msgspec

from restore.messages import poll_policy
from restore.messages.activity_io import Retry
from restore.messages.errors import DeadlinePassed
from restore.messages.model import Failure, Outcome
from restore.progress import poll_intervals, wait_reasons
from restore.progress.wait_reasons import Waiting

UNFORESEEN_MAX = timedelta(minutes=10)
"""A worker process that exits is back in seconds; a bug stays."""
UNFORESEEN_MIN = 6
"""So many calls are made in that time. Time alone does not count: the app itself may be away."""


def learn(retry: Retry, outcome: Outcome, now: datetime, spread: str) -> Retry | Outcome:
    """Take in an answer: it stands, or the call is made again when `again_at` has come.

    The activity itself may say that the time is over: it does not know what was waited for.
    """
    if outcome.kind != "retryLater":
        return Outcome.failed(_time_is_up(retry.error)) if _is_too_late(outcome) else outcome
    is_unforeseen = _is_unforeseen(outcome)
    since = retry.unforeseen_since or now if is_unforeseen else None
    calls = retry.unforeseen + 1 if is_unforeseen else 0
    if since is not None and now - since >= UNFORESEEN_MAX and calls >= UNFORESEEN_MIN:
        assert outcome.error is not None, "what raised says what"
        return Outcome.failed(outcome.error)
    left_s = (retry.until - now).total_seconds()
    if left_s <= poll_policy.NEAR_S:
        return Outcome.failed(_time_is_up(outcome.error))
    attempt = retry.attempt + 1
    wait_s = poll_intervals.retry_wait_s(outcome, attempt, retry.poll_policy, f"{spread}:{attempt}")
    return msgspec.structs.replace(
        retry,
        attempt=attempt,
        again_at=now + timedelta(seconds=min(wait_s, left_s)),
        error=outcome.error,
        unforeseen_since=since,
        unforeseen=calls,
    )


def why(retry: Retry) -> Waiting:
    """Return what a call that is to be made again waits for."""
    assert retry.error is not None, "what waits says why"
    return wait_reasons.why(retry.error, retry.until, retry.attempt)


def _time_is_up(error: Failure | None) -> Failure:
    """Return the failure of what could not be done in time; `error` is what it waited for last."""
    last = f" It waited for this: {error.code}: {error.message}" if error is not None else ""
    return Failure(
        code="DeadlinePassed",
        message=f"The deadline passed before the app could do it.{last}",
        category=DeadlinePassed.__name__,
    )


def _is_too_late(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error.category == DeadlinePassed.__name__


def _is_unforeseen(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error.code == wait_reasons.UNFORESEEN
