"""A simulated vault whose jobs end at a certain look, and not at a certain second.

An engine that takes a second longer from look to look sees a job of fixed length less often; then
no count could be compared. Here the clock moves a job as it always does, but its end comes with
the look that a job of that length ends at.
"""

import re
from collections import Counter

from devhost.vault.seed import fleet_state
from devhost.vault.simulator import Simulator
from devhost.vault.state import JobRecord
from devhost.vault.wire import Answer, Request

_JOB = re.compile(r"/backupJobs/([^/?]+)(?:\?|$)")
_LEFT_S_MIN = 20.0
"""What is left at the least of a job that is to be looked at again: more than the next wait."""
_OPERATION_S = 3.0
"""The first look at an operation comes sooner, the second later, on either engine."""


class LookedAtVault(Simulator):
    """A Simulator for one fleet of VMs."""

    def __init__(self, vms: int) -> None:
        super().__init__()
        self.reset(fleet_state(self.clock.now(), vms))
        self.state.jobs.operation_s = _OPERATION_S
        self.looks: int | None = None
        """The look at which a job is over; None leaves it to the clock."""
        self._seen: Counter[str] = Counter()

    def answer(self, request: Request) -> Answer:
        """Answer one ARM request; a look at a job may be its last."""
        with self.locked():
            found = _JOB.search(request.url) if request.method == "GET" else None
            job = self.state.job_records.get(found[1]) if found else None
            if job is not None and self.looks is not None:
                self._look(job, self.looks)
            return super().answer(request)

    def _look(self, job: JobRecord, last: int) -> None:
        self._seen[job.id] += 1
        elapsed_s = (self.clock.now() - job.start).total_seconds()
        if self._seen[job.id] >= last:
            job.duration_s = min(job.duration_s, elapsed_s)
        else:
            job.duration_s = max(job.duration_s, elapsed_s + _LEFT_S_MIN)
