"""How an orchestration takes a step: call an activity, wait durably while it says "retry later".

The first few waits are taken here. A step that takes longer goes on in a child, retry_activity,
which continues as new: so a wait of days costs its parent a handful of events. What a worker
process that exits has failed - a call in flight, a child - is called again.
"""

import re
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from restore.messages import log_line, names
from restore.messages.activity_io import Retry
from restore.messages.log_line import LogContext
from restore.messages.model import Failure, Outcome
from restore.messages.poll_policy import PollPolicy
from restore.progress import retries, wait_reasons
from restore.progress.wait_reasons import Waiting
from restore.values.redaction import redacted

Step = Generator[Any, Any, Any]
Show = Callable[[Waiting | None], None]

INLINE_WAITS_MAX = 6
"""About five minutes of waits that grow, and 50 events of history."""

_AGAIN = df.RetryOptions(first_retry_interval_in_milliseconds=30_000, max_number_of_attempts=10)
_TEXT_MAX = 300
_RAISED = re.compile(
    r"(?:Activity|Orchestrator) function '[^']*' failed: *(\w+(?:Error|Exception))?"
)


class StepFailed(Exception):
    """A step ended in a foreseen failure: the restore ends here, with a verdict."""

    def __init__(self, outcome: Outcome) -> None:
        assert outcome.error is not None, "what failed says why"
        super().__init__(outcome.error.message)
        self.failure = outcome.error


class Steps:
    """The steps of one orchestration: until when they are tried, and how many waits are left."""

    def __init__(
        self,
        display: Display,
        poll_policy: PollPolicy,
        until: datetime,
        show: Show | None = None,
        waits_max: int = INLINE_WAITS_MAX,
        revival: int = 0,
    ) -> None:
        self._context, self.display = display.context, display
        self._pace = poll_policy
        self._show = show or self._show_alone
        self._waits_left = waits_max
        self._child_id = names.wait_id(self._context.instance_id, revival)
        self.until = until
        """May be moved: a person's time is none of the restore's own."""

    def need(self, activity: str, order: Any) -> Step:
        """Run a step and return its value. Raises StepFailed."""
        outcome = yield from self.run(activity, order)
        if outcome.kind == "failed":
            raise StepFailed(outcome)
        return outcome.value

    def run(self, activity: str, order: Any) -> Step:
        """Run a step until it is done or failed, or its time is up: return its Outcome."""
        retry = Retry(
            activity=activity,
            order=order,
            poll_policy=self._pace,
            until=self.until,
            about=self.display.about(),
        )
        found = yield from self.attempt(retry)
        if isinstance(found, Retry):
            found = yield from self._attempt_in_child(found)
        self._show(None)
        return found

    def attempt(self, retry: Retry) -> Step:
        """Call while it says "retry later": return its Outcome, or the Retry when no waits are
        left."""
        while True:
            if retry.again_at is not None:
                if self._waits_left == 0:
                    self._show(retries.why(retry))
                    return retry
                self._waits_left -= 1
                yield from self._wait(retry, retry.again_at)
            about = LogContext(attempt=retry.attempt + 1)
            outcome = yield from self.once(retry.activity, retry.order, about)
            found = self._learn(retry, outcome)
            if isinstance(found, Outcome):
                return found
            retry = found

    def once(self, activity: str, order: Any, about: LogContext = LogContext()) -> Step:
        """Call an activity once and return its Outcome; an unforeseen fault becomes "retry
        later". Its lines of the log tell what ours do."""
        sent = log_line.sent_with(order, self.display.about().known(about))
        try:
            answer = yield self._context.call_activity(activity, sent)
        except Exception as error:
            return Outcome.retry_later(None, unforeseen(activity, error))
        return Outcome.from_json(answer)

    def _learn(self, retry: Retry, outcome: Outcome) -> Retry | Outcome:
        spread = f"{self._context.instance_id}:{retry.activity}"
        return retries.learn(retry, outcome, self._context.current_utc_datetime, spread)

    def _wait(self, retry: Retry, until: datetime) -> Step:
        """Wait, and say why. No timer is for the past."""
        self._show(retries.why(retry))
        yield self._context.create_timer(max(until, self._context.current_utc_datetime))

    def sleep(self, seconds: float) -> Step:
        """Wait by a durable timer."""
        due = self._context.current_utc_datetime + timedelta(seconds=seconds)
        yield self._context.create_timer(due)

    def _show_alone(self, why: Waiting | None) -> None:
        """The custom status of an orchestration that has nothing else to show."""
        self.display.show({"waiting": wait_reasons.shown(why)} if why else {})

    def _attempt_in_child(self, retry: Retry) -> Step:
        child_id = self._child_id
        try:
            answer = yield from run_again(self._context, names.RETRY_ACTIVITY, retry, child_id)
        except Exception as error:
            return Outcome.failed(unforeseen(retry.activity, error))
        return Outcome.from_json(answer)


def run_again(
    context: df.DurableOrchestrationContext, orchestrator: str, order: Any, child_id: str
) -> Step:
    """Run a child, and again under its id when it fails: it finds in the ledger what it has done.

    Never in a race with an event: a second attempt that begins after the race would be taken for
    another task (the recording retried_against_event).
    """
    return (
        yield context.call_sub_orchestrator_with_retry(
            orchestrator, _AGAIN, order.as_json(), child_id
        )
    )


def unforeseen(name: str, error: Exception) -> Failure:
    """Return the failure of an activity or a child that raised.

    What a fault of ours says may be about our insides, and the app's log has all of it: only its
    kind is told. A text that is no fault of ours, as when a person ended a child, is told.
    """
    first_line = redacted(str(error).partition("\n")[0], _TEXT_MAX)
    raised = _RAISED.match(first_line)
    if raised is None and first_line:
        return Failure(
            code=wait_reasons.UNFORESEEN, message=first_line, category="ServiceUnavailable"
        )
    return broken(name, raised[1] if raised else None)


def broken(name: str, kind: str | None) -> Failure:
    """Return the failure of what raised this kind of error."""
    kind = f" ({kind})" if kind else ""
    message = f"{name} failed with an unforeseen error{kind}. Read the app's log."
    return Failure(code=wait_reasons.UNFORESEEN, message=message, category="ServiceUnavailable")
