"""How a restore that failed falls back, where the policy lets it: a part of restore_vm.

The activity fall_back.py decides, makes the next attempt and says when all is over. Here it is only
called until then.
"""

from datetime import timedelta

import msgspec

from orchestrators.steps import Step, Steps
from restore.messages import names
from restore.messages.activity_io import Close
from restore.messages.fallback_io import FallBack
from restore.messages.model import Verdict
from restore.progress.run_state import RestoreProgress
from restore.result import fallback_rungs

_ALL_MAX = timedelta(days=60)
"""Each attempt ends by itself: its approval, its deadline, and what it verifies are bounded."""


def fall_back(steps: Steps, progress: RestoreProgress, close: Close) -> Step:
    """Return how to close: as its own attempt ended, or as those did that were made in its place.
    Another attempt has none itself: its request sees to that."""
    is_possible = progress.has_fallen or fallback_rungs.may_follow(close)
    if not is_possible or names.is_attempt(close.request_id):
        return close
    order = FallBack(close=close, until=steps.until)
    steps.until = steps.display.context.current_utc_datetime + _ALL_MAX
    outcome = yield from steps.run(names.FALL_BACK, order.as_json())
    if outcome.kind != "done":
        return msgspec.structs.replace(close, failure=close.failure or outcome.error)
    verdict = Verdict.from_json(outcome.value["verdict"])
    return msgspec.structs.replace(close, verdict=verdict)
