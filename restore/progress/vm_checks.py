"""What each look at a restored VM changes, and when looking ends. Pure; orchestrated by
orchestrators/verify_vm.py.

The checks come one after the other. Until when one may pass follows from when the first one began
and the times of all up to it: a verification that is taken up again has no more time than before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from restore.messages import poll_policy
from restore.messages.errors import NotYet, to_failure
from restore.messages.model import Failure, Outcome
from restore.messages.verification import (
    Check,
    CheckResult,
    ProbeResult,
    Verification,
    VmState,
)
from restore.messages.verification_io import VerifyVm
from restore.progress import wait_reasons
from restore.progress.phases import RestorePhase
from restore.values.decoding import encode
from restore.values.times import stamp, text_of

CLOCKS = timedelta(minutes=2)
"""So much may Azure's own clocks differ."""
_READY = "ProvisioningState/succeeded"
_PASSED: dict[Check, str] = {"VmRunning": "The VM runs.", "AgentReady": "Its agent is ready."}


def current(order: VerifyVm) -> Check:
    """Return the check whose turn it is."""
    return order.verify.checks[len(order.passed)][0]


def until(order: VerifyVm) -> datetime:
    """Return until when the check whose turn it is may pass."""
    so_far = order.verify.checks[: len(order.passed) + 1]
    return order.since + timedelta(seconds=sum(seconds for _, seconds in so_far))


def remaining_s(order: VerifyVm, now: datetime) -> float:
    """Return the seconds left until then."""
    return (until(order) - now).total_seconds()


def learn(order: VerifyVm, outcome: Outcome, now: datetime) -> VerifyVm | Verification:
    """Take in one look: it passes checks, or one must be looked at again, or its time is over."""
    if outcome.kind != "done":
        assert outcome.error is not None, "what is not done says why"
        return _not_passed(order, outcome.error, now)
    if current(order) == "ProbeAnswered":
        return _learn_probe(order, ProbeResult.from_json(outcome.value), now)
    return _learn_state(order, VmState.from_json(outcome.value), now)


def status(order: VerifyVm) -> dict[str, Any]:
    """Return the custom status: what has passed, and what is waited for."""
    waiting = None
    if order.error is not None:
        waiting = wait_reasons.why(order.error, until(order), order.attempt)
    return {
        "phase": RestorePhase.VERIFYING.value,
        "since": stamp(order.since),
        "checks": encode(order.passed),
        "waiting": wait_reasons.shown(waiting),
    }


def _learn_state(order: VerifyVm, state: VmState, now: datetime) -> VerifyVm | Verification:
    for check, _ in order.verify.checks[len(order.passed) :]:
        if check not in _AGAINST:
            return order
        against = _AGAINST[check](order, state)
        if against is not None:
            return _not_passed(order, against, now)
        order = _with(order, CheckResult(check=check, passed=True, text=_PASSED[check], at=now))
    return Verification(verified=True, checks=order.passed)


def _learn_probe(order: VerifyVm, found: ProbeResult, now: datetime) -> VerifyVm | Verification:
    if found.code is not None:
        return _not_passed(order, to_failure(NotYet(found.text, code=found.code)), now)
    passed = CheckResult(check="ProbeAnswered", passed=True, text=found.text, at=now)
    return Verification(verified=True, checks=(*order.passed, passed))


def _with(order: VerifyVm, result: CheckResult) -> VerifyVm:
    return msgspec.structs.replace(order, passed=(*order.passed, result), attempt=0, error=None)


def _not_passed(order: VerifyVm, error: Failure, now: datetime) -> VerifyVm | Verification:
    if remaining_s(order, now) > poll_policy.NEAR_S:
        return msgspec.structs.replace(order, attempt=order.attempt + 1, error=error)
    _, seconds = order.verify.checks[len(order.passed)]
    failed = CheckResult(
        check=current(order),
        passed=False,
        text=f"{error.message} The app looked for {text_of(seconds)}.",
        at=now,
        code=error.code,
    )
    return Verification(verified=False, checks=(*order.passed, failed))


def _not_running(order: VerifyVm, state: VmState) -> Failure | None:
    is_new = order.recovery_type == "AlternateLocation"
    if not state.exists or (is_new and _is_older(state.created_at, order.restored_since)):
        return _failure("VmNotFound", "The restored VM does not exist.")
    if state.provisioning not in ("", "Succeeded") or state.power != "running":
        found = ", ".join(each for each in (state.power, state.provisioning) if each)
        return _failure("VmNotRunning", f"The VM does not run: Azure says {found or 'nothing'}.")
    return None


def _not_ready(order: VerifyVm, state: VmState) -> Failure | None:
    if state.agent == _READY and not _is_older(state.agent_at, order.restored_since):
        return None
    said = state.agent_text or state.agent or "nothing"
    if state.agent == _READY:
        said = "what it said before the restore"
    said = said.rstrip(".")  # most of its own texts end so
    return _failure("AgentNotReady", f"The VM's agent does not report that it is ready: {said}.")


_AGAINST: dict[Check, Callable[[VerifyVm, VmState], Failure | None]] = {
    "VmRunning": _not_running,
    "AgentReady": _not_ready,
}


def _is_older(moment: datetime | None, since: datetime | None) -> bool:
    return moment is not None and since is not None and moment < since - CLOCKS


def _failure(code: str, message: str) -> Failure:
    return to_failure(NotYet(message, code=code))
