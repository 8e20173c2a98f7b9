"""How an orchestration takes a step: call an activity, wait durably while it says "later".

One Steps lives as long as one replay of one orchestration. Its budget of waits keeps the history
small: what takes longer than that is given up, and said so.
"""

import re
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from restore import polling, statuses
from restore.contracts import Failure, Outcome
from restore.decoding import decode
from restore.polling import Pace
from restore.redaction import redacted

Step = Generator[Any, Any, Any]

_UNFORESEEN = df.RetryOptions(first_retry_interval_in_milliseconds=5_000, max_number_of_attempts=3)
_TEXT_MAX = 300
_RAISED = re.compile(
    r"(?:Activity|Orchestrator) function '[^']*' failed: *(\w+(?:Error|Exception))?"
)


class StepFailed(Exception):
    """A step ended in a foreseen failure: the story ends here, with a verdict."""

    def __init__(self, outcome: Outcome) -> None:
        assert outcome.error is not None, "what failed says why"
        super().__init__(outcome.error.message)
        self.failure = outcome.error


class Steps:
    """The steps of one orchestration, and its budget of waits."""

    def __init__(
        self,
        context: df.DurableOrchestrationContext,
        pace: Pace,
        waits_max: int | None = None,
        growth: float = 2,
    ) -> None:
        self._context = context
        self._pace = pace
        self._waits_max = pace.later_count_max if waits_max is None else waits_max
        self._growth = growth
        self._waits = 0

    def need(self, activity: str, order: Any) -> Step:
        """Run a step and return its value. Raises StepFailed."""
        outcome = yield from self.run(activity, order)
        if outcome.kind == "failed":
            raise StepFailed(outcome)
        return outcome.value

    def run(self, activity: str, order: Any) -> Step:
        """Run a step until it is done or failed, or the budget of waits is spent."""
        attempt = 0
        while True:
            outcome = yield from self.once(activity, order)
            if outcome.kind != "later":
                return outcome
            attempt += 1
            is_spent = yield from self.wait_later(outcome, attempt)
            if is_spent:
                return Outcome.failed(given_up(activity, outcome))

    def once(self, activity: str, order: Any) -> Step:
        """Call an activity once and return its Outcome; an unforeseen fault becomes one."""
        try:
            answer = yield self._context.call_activity_with_retry(activity, _UNFORESEEN, order)
        except Exception as error:
            return Outcome.failed(unforeseen(activity, error))
        return decode(answer, Outcome)

    def wait_later(self, outcome: Outcome, attempt: int) -> Step:
        """Wait as long as an Outcome asks, by a durable timer. True when the budget is spent."""
        if self._waits >= self._waits_max:
            return True
        self._waits += 1
        spread = f"{self._context.instance_id}:{self._waits}"
        wait_s = polling.later_wait_s(outcome, attempt, self._pace, spread, self._growth)
        yield from self.sleep(wait_s)
        return False

    def sleep(self, seconds: float) -> Step:
        """Wait by a durable timer."""
        due = self._context.current_utc_datetime + timedelta(seconds=seconds)
        yield self._context.create_timer(due)


def show(context: df.DurableOrchestrationContext, status: dict[str, Any]) -> None:
    """Set the custom status: the only way to, for one that is too large ends the orchestration."""
    context.set_custom_status(statuses.fitted(status))


def given_up(activity: str, outcome: Outcome) -> Failure:
    """Return the failure of a step that said "later" too often."""
    last = outcome.error.message if outcome.error else "It was always another's turn."
    return Failure(
        code="GaveUp",
        message=f"{activity} could not be done in the time allowed. Last reason: {last}",
        category="ServiceUnavailable",
    )


def unforeseen(name: str, error: Exception) -> Failure:
    """Return the failure of an activity or a child that raised.

    What a fault of ours says may be about our insides, and the app's log has all of it: only its
    kind is told. A text that is no fault of ours, as when a person ended a child, is told.
    """
    first_line = redacted(str(error).partition("\n")[0], _TEXT_MAX)
    raised = _RAISED.match(first_line)
    if raised is None and first_line:
        message = first_line
    else:
        kind = f" ({raised[1]})" if raised and raised[1] else ""
        message = f"{name} failed in a way that nobody foresaw{kind}; the app's log says why."
    return Failure(code="ActivityFailed", message=message, category="ServiceUnavailable")
