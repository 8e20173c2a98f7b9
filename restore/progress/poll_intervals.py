"""From what was seen: wait this long.

Durable timers fire up to a second early, and reads of jobs are few (about 250 an hour for all
restores together); hence waits of minutes, and never one of less than 5 s.
"""

from hashlib import sha256

from restore.messages.model import JobSnapshot, Outcome
from restore.messages.poll_policy import WAIT_S_MIN, PollPolicy
from restore.progress import wait_reasons

_RETRY_AFTER_S_MAX = 3_600.0  # the quota's window: nothing Azure asks for is longer
_QUICK_POLLS = 10
"""For the first minutes somebody is looking on, and small VMs are restored in them."""
_ETA_PART = 0.4
"""Azure's estimate is rough: look again well before it is over."""
_LATENESS = 0.1
"""A verdict may come late by a tenth of the time that the restore took."""


def next_operation_poll_s(
    polls: int, poll_policy: PollPolicy, asked_s: float | None = None
) -> float:
    """Return how long to wait before the next poll of an operation: most take about a second. What
    Azure asks for is obeyed."""
    longest_s = poll_policy.poll_s_first if polls < _QUICK_POLLS else poll_policy.poll_s_max
    usual_s = min(WAIT_S_MIN * float(2 ** min(polls, 10)), longest_s)
    return usual_s if asked_s is None else max(usual_s, min(asked_s, _RETRY_AFTER_S_MAX))


def next_poll_s(
    snapshot: JobSnapshot | None,
    polls: int,
    elapsed_s: float,
    remaining_s: float,
    poll_policy: PollPolicy,
    spread: str = "",
) -> float:
    """Return how long to wait before the next poll of an operation or a job.

    The first poll comes soon. Then the job's own estimate counts, and without one the time already
    spent, so that the end is noticed late by a tenth of it at most.
    """
    if snapshot is None or not polls:
        usual_s = min(poll_policy.poll_s_max, max(poll_policy.poll_s_first, elapsed_s * _LATENESS))
    else:
        has_eta = snapshot.remaining_s is not None and snapshot.remaining_s > 0
        guess_s = (snapshot.remaining_s or 0) * _ETA_PART if has_eta else elapsed_s * _LATENESS
        usual_s = min(poll_policy.poll_s_max, max(poll_policy.poll_s_min, guess_s))
    return max(WAIT_S_MIN, min(usual_s + _share(spread) * usual_s * _LATENESS, remaining_s))


def next_check_s(attempt: int, remaining_s: float, poll_policy: PollPolicy, spread: str) -> float:
    """Return how long to wait before a restored VM is looked at for the (attempt+1)-th time: it
    comes up within a minute or two, or somebody has to see to it."""
    usual_s = min(WAIT_S_MIN * 2.0 ** min(attempt, 10), poll_policy.poll_s_min)
    return max(WAIT_S_MIN, min(usual_s + _share(spread) * usual_s * _LATENESS, remaining_s))


def retry_wait_s(outcome: Outcome, attempt: int, poll_policy: PollPolicy, spread: str) -> float:
    """Return how long to wait after the attempt-th (from 1) "retry later": longer each time.

    What is asked is the least where something is wrong, for it may stay wrong much longer; where
    nothing is (another holds the lock, a job may yet show) it is exact. The spread, a text such as
    the instance id, keeps many restores from coming back together.
    """
    asked_s = outcome.retry_after_s
    grown_s = min(poll_policy.retry_s_min * 2.0 ** min(attempt - 1, 20), poll_policy.retry_s_max)
    wait_s = grown_s if asked_s is None else min(asked_s, _RETRY_AFTER_S_MAX)
    if not wait_reasons.is_no_fault(outcome.error):
        wait_s = max(wait_s, grown_s)
    wait_s = max(WAIT_S_MIN, wait_s)
    return wait_s + _share(spread) * wait_s * _LATENESS


def _share(spread: str) -> float:
    """Turn a text into a number from 0 up to 1, the same each time; 0 for no text."""
    return int.from_bytes(sha256(spread.encode()).digest()[:4]) / 2**32 if spread else 0.0
