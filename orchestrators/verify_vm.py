"""Look whether a restored VM works, by durable timers: check by check, each in its time."""

from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Step, Steps
from restore.messages import names, poll_policy
from restore.messages.model import Outcome
from restore.messages.verification import Verification
from restore.messages.verification_io import ProbeVm, ReadVm, VerifyVm
from restore.progress import poll_intervals, vm_checks


@logged
def verify_vm(context: df.DurableOrchestrationContext) -> Any:
    """Answer with a Verification: all checks passed, or one did not in its time.

    1. Look: read the VM, or probe it, as the check whose turn it is needs.
    2. Over? Then answer. What cannot be seen is looked at again, as long as that check has time.
    3. Wait, and look again.
    4. After `polls_per_generation` looks continue as new.
    """
    order = VerifyVm.from_json(context.get_input())
    display = Display(context, names.VERIFY_VM, lambda: order.about, is_told=True)
    display.show(vm_checks.status(order))
    steps = Steps(display, order.poll_policy, vm_checks.until(order))
    for _ in range(order.poll_policy.polls_per_generation):
        outcome = yield from _look(steps, order)
        found = vm_checks.learn(order, outcome, context.current_utc_datetime)
        if isinstance(found, Verification):
            return found.as_json()
        order = found
        display.show(vm_checks.status(order))
        yield from steps.sleep(_wait_s(context, order, outcome))
    context.continue_as_new(order.as_json())
    return None


def _look(steps: Steps, order: VerifyVm) -> Step:
    if vm_checks.current(order) == "ProbeAnswered":
        assert order.verify.probe is not None, "there is no such check without one"
        probe = ProbeVm(url=order.verify.probe, recovery_type=order.recovery_type)
        return (yield from steps.once(names.PROBE_VM, probe.as_json()))
    return (yield from steps.once(names.READ_VM, ReadVm(vm_id=order.vm_id).as_json()))


def _wait_s(context: df.DurableOrchestrationContext, order: VerifyVm, outcome: Outcome) -> float:
    remaining_s = vm_checks.remaining_s(order, context.current_utc_datetime)
    spread = f"{context.instance_id}:{order.attempt}"
    if outcome.kind == "retryLater":
        wait_s = poll_intervals.retry_wait_s(outcome, order.attempt, order.poll_policy, spread)
        return max(poll_policy.WAIT_S_MIN, min(wait_s, remaining_s))
    return poll_intervals.next_check_s(order.attempt, remaining_s, order.poll_policy, spread)
