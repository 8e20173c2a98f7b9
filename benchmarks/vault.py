"""A simulated vault whose operations and jobs end at a certain poll, and not at a certain second.

An engine that takes a second longer from poll to poll sees a job of fixed length less often; then
no count could be compared. Here the clock moves a job as it always does, but its end comes with
the poll that a job of that length ends at. An operation, which takes a second, ends at the second.
"""

import re
from collections import Counter
from datetime import timedelta

from devhost.clock import RealClock
from simulated_azure.seed import fleet_state
from simulated_azure.simulator import Simulator
from simulated_azure.wire import Answer, Request

_LOOK = re.compile(r"/(?:operationsStatus|backupOperations|backupJobs)/([^/?]+)(?:\?|$)")
_LEFT_S_MIN = 20.0
"""What is left at the least of a job that is to be polled again: more than the next wait."""
_OPERATION_POLLS = 2


class PolledVault(Simulator):
    """A Simulator for one fleet of VMs."""

    def __init__(self, vms: int) -> None:
        super().__init__(RealClock(), seed=None)
        self.reset(fleet_state(self.clock.now(), vms))
        self.polls: int | None = None
        """The poll at which a job is over; None leaves operations and jobs to the clock."""
        self._seen: Counter[str] = Counter()

    def answer(self, request: Request) -> Answer:
        """Answer one ARM request; a poll of an operation or a job may be its last."""
        with self.locked():
            found = _LOOK.search(request.url) if request.method == "GET" else None
            if found and self.polls is not None:
                self._poll(found[1], self.polls)
            return super().answer(request)

    def _poll(self, polled: str, last: int) -> None:
        self._seen[polled] += 1
        now = self.clock.now()
        operation = self.state.operation_records.get(polled)
        job = self.state.job_records.get(polled)
        if operation is not None:
            is_last = self._seen[polled] >= _OPERATION_POLLS
            operation.done = now if is_last else now + timedelta(seconds=_LEFT_S_MIN)
        if job is not None:
            elapsed_s = (now - job.start).total_seconds()
            if self._seen[polled] >= last:
                job.duration_s = min(job.duration_s, elapsed_s)
            else:
                job.duration_s = max(job.duration_s, elapsed_s + _LEFT_S_MIN)
