"""How a restored VM is verified once Azure's job is over, where the request asks for it: a part of
restore_vm.

The ledger notes that it began, and what the job came to; looking is a child's work (verify_vm.py).
Whoever takes the restore up again goes on from there: nothing is restored twice to verify it.
"""

from datetime import timedelta
from typing import Any

from orchestrators.steps import Step, Steps, run_again, unforeseen
from restore.messages import names
from restore.messages.activity_io import Restore
from restore.messages.ledger_entry import Verifying
from restore.messages.model import JobSnapshot, Verdict
from restore.messages.verification import Verification
from restore.messages.verification_io import BeginVerification, VerifyVm
from restore.messages.watch_io import Watched
from restore.result import verified

_NOTING_MAX = timedelta(days=7)
"""Like a verdict, it outlives days without storage."""


def begin(steps: Steps, order: Restore, verdict: Verdict, watched: Watched) -> Step:
    """Note that the VM is looked at from now on: return the Verifying that stands. What cannot be
    noted in days hinders no looking."""
    job = JobSnapshot.from_json(watched.job) if watched.job is not None else None
    begun = BeginVerification(
        request_id=order.request.request_id,
        verdict=verdict,
        job_began=job.start_time if job else None,
    )
    now = steps.display.context.current_utc_datetime
    steps.until = now + _NOTING_MAX
    noted = yield from steps.run(names.BEGIN_VERIFICATION, begun.as_json())
    if noted.kind == "done":
        return Verifying.from_json(noted.value)
    return Verifying(since=now, verdict=verdict, job_began=begun.job_began)


def verify(steps: Steps, order: Restore, verifying: Verifying) -> Step:
    """Wait for the child that looks at the VM: return the verdict, with what it found."""
    wanted = verified.wanted(order.request, verifying.verdict)
    assert wanted is not None, "it was begun because somebody wants it"
    child = VerifyVm(
        vm_id=verified.vm_of(order.asked),
        recovery_type=order.request.recovery_type,
        verify=wanted,
        poll_policy=order.poll_policy,
        since=verifying.since,
        restored_since=verifying.job_began,
        about=steps.display.about(),
    )
    context = steps.display.context
    child_id = names.verification_id(context.instance_id, order.revival)
    try:
        answer: Any = yield from run_again(context, names.VERIFY_VM, child, child_id)
    except Exception as error:  # so often: that is our bug, and must not go unsaid
        return verified.cut_short(verifying, unforeseen(names.VERIFY_VM, error))
    return verified.concluded(verifying.verdict, Verification.from_json(answer))
