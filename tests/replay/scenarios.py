"""The scenarios whose histories are kept, and how one is recorded: the last turn of each
generation.

A turn's answer holds every action since its generation began, so the last one says it all.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from activities import policies
from arm.transport import NotSent
from restore.messages import names
from restore.messages.adoption import Adopt, AdoptJob
from restore.policy import rules
from restore.values.decoding import encode
from simulated_azure.faults import Fault
from simulated_azure.parts import Guest, JobError
from simulated_azure.state import JobPlan
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes import elsewhere
from tests.fakes.app_harness import AppHarness

HOUR = 3600.0


def record(scenario: str) -> list[dict[str, Any]]:
    """Run a scenario and return its turns: orchestrator, context and answer."""
    harness = AppHarness()
    turns: dict[tuple[str, str], dict[str, Any]] = {}

    def keep(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        started = next(event for event in context["history"] if event["EventType"] == 0)
        generation = str(started["OrchestrationInstance"]["ExecutionId"])
        turns[context["instanceId"], generation] = {
            "orchestrator": name,
            "context": context,
            "answer": answer,
        }

    harness.on_turn = keep
    with harness.open():
        SCENARIOS[scenario](harness)
    return list(turns.values())


def _plain(kind: str) -> Callable[[AppHarness], None]:
    def run(harness: AppHarness) -> None:
        harness.ask(request_for(kind, "r1"))
        harness.run_for(HOUR)

    return run


def _faulty(**fault: Any) -> Callable[[AppHarness], None]:
    def run(harness: AppHarness) -> None:
        harness.simulator.faults.add([msgspec.convert(fault, Fault)])
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(HOUR)

    return run


def _cancelled(after_s: float) -> Callable[[AppHarness], None]:
    def run(harness: AppHarness) -> None:
        harness.ask(request_for("AlternateLocation", "r1"))
        harness.run_for(after_s)
        harness.cancel("r1")
        harness.run_for(HOUR)

    return run


def _rejected(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1", name="nobody"))
    harness.run_for(60)


def _past_deadline(harness: AppHarness) -> None:
    harness.simulator.state.jobs.duration_s = 5 * HOUR
    harness.ask(request_for("RestoreDisks", "r1", deadline="PT30M"))
    harness.run_for(HOUR)


def _approval(happens: Callable[[AppHarness], object]) -> Callable[[AppHarness], None]:
    """Under the default policy a replacement waits; then something happens."""

    def run(harness: AppHarness) -> None:
        with policies.use(rules.DEFAULT):
            harness.ask(request_for("OriginalLocation", "r1"))
            harness.run_for(60)
            happens(harness)
            harness.run_for(5 * HOUR)

    return run


def _spurious(harness: AppHarness) -> None:
    harness.wake("r1", names.DECISION_EVENT)


def _full(harness: AppHarness) -> None:
    one = msgspec.structs.replace(harness.policy, max_concurrent_restores=1)
    with policies.use(one):
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(60)
        harness.ask(request_for("RestoreDisks", "r2", name="web-02"))
        harness.run_for(2 * HOUR)


def _away(harness: AppHarness) -> None:
    """Azure cannot be reached for an hour."""
    until = harness.clock.now() + timedelta(hours=1)

    def at(where: str) -> None:
        if ": GET" in where and harness.clock.now() < until:
            raise NotSent

    harness.at_boundary = at
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(3 * HOUR)


def _watch_ended(harness: AppHarness) -> None:
    """Somebody terminates the follower."""
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    harness.driver.client.terminate(names.watch_id("restore-r1"), "by the night shift")
    harness.run_for(HOUR)


def _ended_by_hand(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    harness.driver.client.terminate(names.instance_id("r1"), "by hand")
    harness.run_for(60)
    harness.reconcile(deletes=True)
    harness.run_for(HOUR)


def _verified(harness: AppHarness) -> None:
    """The VM comes up late, and its agent later."""
    harness.simulator.state.jobs.guest = Guest(boot_s=300, agent_s=900)
    harness.ask(request_for("AlternateLocation", "r1", verify={}))
    harness.run_for(HOUR)


def _verified_again(harness: AppHarness) -> None:
    """Somebody ends the restore while its VM is looked at; the agent never reports."""
    harness.simulator.state.jobs.guest = Guest(agent_s=1e9)
    harness.ask(request_for("OriginalLocation", "r1", verify={}))
    harness.run_for(1800)
    harness.driver.client.terminate(names.instance_id("r1"), "by hand")
    harness.run_for(60)
    harness.reconcile()
    harness.run_for(HOUR)


def _begun_elsewhere(harness: AppHarness) -> None:
    """Somebody has begun it in the portal. Who had it adopted is gone; the reconciler follows."""
    job = "0c1d2e3f-0000-4000-8000-000000000001"
    elsewhere.begin(harness.simulator, vm(), VAULT, job, "RestoreDisks")
    order = AdoptJob(adopt=Adopt(job_id=job, vault_id=VAULT), source="http")
    text = json.dumps(json.dumps(encode(order)))
    harness.driver.client.start_new(names.ADOPT_RESTORE, text, "adopt-1")
    harness.run_for(120)
    harness.reconcile()
    harness.run_for(HOUR)


def _too_large(harness: AppHarness, share: float) -> None:
    """The new VM's size is not to be had; other jobs go well. Its rule lets it fall back."""
    error = JobError(code=400225, title="UserErrorSkuNotAvailable", text="It is not available.")
    jobs = harness.simulator.state.jobs
    jobs.outcome, jobs.error, jobs.fails_at_share = "Failed", error, share
    jobs.plans = [JobPlan(recovery_type="RestoreDisks", outcome="Completed")]
    (rule,) = harness.policy.rules
    rule = msgspec.structs.replace(rule, fallback=("olderPoint", "disks"))
    with policies.use(msgspec.structs.replace(harness.policy, rules=(rule,))):
        harness.ask(request_for("AlternateLocation", "r1"))
        harness.run_for(3 * HOUR)


_POST = {"method": "POST", "path": "/restore$"}

SCENARIOS: dict[str, Callable[[AppHarness], None]] = {
    "restore_disks": _plain("RestoreDisks"),
    "original_location": _plain("OriginalLocation"),
    "alternate_location": _plain("AlternateLocation"),
    "reply_lost": _faulty(match=_POST, kind="drop_after"),
    "never_arrived": _faulty(match=_POST, kind="status", status=503),
    "throttled": _faulty(match=_POST, kind="throttle", retry_after=60),
    "operation_names_no_job": _faulty(kind="operation_without_properties", times=99),
    "cancelled": _cancelled(300),
    "cancelled_too_late": _cancelled(1450),
    "rejected": _rejected,
    "past_deadline": _past_deadline,
    "approved": _approval(lambda harness: harness.decide("r1", "approved")),
    "approval_refused": _approval(lambda harness: harness.decide("r1", "refused")),
    "approval_expired": _approval(lambda harness: None),
    "woken_for_nothing": _approval(_spurious),
    "cancelled_while_waiting": _approval(lambda harness: harness.cancel("r1")),
    "waited_for_a_slot": _full,
    "azure_away": _away,
    "watch_terminated": _watch_ended,
    "followed_again": _ended_by_hand,
    "begun_elsewhere": _begun_elsewhere,
    "fell_back": lambda harness: _too_large(harness, 0.5),
    "fell_back_on_what_was_left": lambda harness: _too_large(harness, 1.0),
    "verified": _verified,
    "verified_again": _verified_again,
}
