"""What each look at a restored VM changes, and when looking ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.errors import AccessDenied, Throttled, to_failure
from restore.messages.model import Outcome
from restore.messages.poll_policy import PollPolicy
from restore.messages.verification import ProbeResult, Verification, Verify, VmState
from restore.messages.verification_io import VerifyVm
from restore.progress import vm_checks
from restore.values.decoding import encode

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
URL = "tcp://10.2.0.4:22"
READY = VmState(
    exists=True,
    provisioning="Succeeded",
    power="running",
    agent="ProvisioningState/succeeded",
    agent_text="Ready",
    agent_at=NOW,
    created_at=NOW,
)


PLAIN = Verify()


def order(verify: Verify = PLAIN, **changes: Any) -> VerifyVm:
    plain = VerifyVm(
        vm_id="/vm",
        recovery_type="AlternateLocation",
        verify=verify,
        poll_policy=PollPolicy(),
        since=NOW,
        restored_since=NOW - timedelta(hours=1),
    )
    return msgspec.structs.replace(plain, **changes)


def state(**changes: Any) -> Outcome:
    return Outcome.done(encode(msgspec.structs.replace(READY, **changes)))


def after_s(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def looked_again(found: VerifyVm | Verification) -> VerifyVm:
    assert isinstance(found, VerifyVm)
    return found


def ended(found: VerifyVm | Verification) -> Verification:
    assert isinstance(found, Verification)
    return found


def test_a_vm_that_runs_and_whose_agent_is_ready_is_verified_by_one_look() -> None:
    found = ended(vm_checks.learn(order(), state(), after_s(5)))
    assert found.verified
    assert [(check.check, check.passed, check.text) for check in found.checks] == [
        ("VmRunning", True, "The VM runs."),
        ("AgentReady", True, "Its agent is ready."),
    ]


def test_without_its_agent_a_vm_that_runs_is_verified() -> None:
    asked = order(Verify(agent=False))
    assert ended(vm_checks.learn(asked, state(agent=""), after_s(5))).verified


NOT_YET = [
    ("VmNotFound", {"exists": False}),
    ("VmNotFound", {"created_at": NOW - timedelta(hours=1, minutes=2, seconds=1)}),
    ("VmNotRunning", {"power": "starting"}),
    ("VmNotRunning", {"power": ""}),
    ("VmNotRunning", {"provisioning": "Failed"}),
    ("AgentNotReady", {"agent": "ProvisioningState/Unavailable", "agent_text": "Not Ready"}),
    ("AgentNotReady", {"agent": "ProvisioningState/Updating", "agent_text": "Not Ready: Wait."}),
    ("AgentNotReady", {"agent": "", "agent_text": ""}),
    ("AgentNotReady", {"agent_at": NOW - timedelta(hours=1, minutes=2, seconds=1)}),
]


@pytest.mark.parametrize(("code", "seen"), NOT_YET)
def test_what_has_not_passed_yet_is_looked_at_again_and_says_why(
    code: str, seen: dict[str, Any]
) -> None:
    once = looked_again(vm_checks.learn(order(), state(**seen), after_s(5)))
    assert once.error is not None
    assert (once.error.code, once.attempt) == (code, 1)
    waiting = vm_checks.status(once)["waiting"]
    assert (waiting["code"], waiting["attempt"]) == (code, 1)
    assert ended(vm_checks.learn(once, state(), after_s(10))).verified


@pytest.mark.parametrize(("code", "seen"), NOT_YET)
def test_what_does_not_pass_in_its_time_ends_it(code: str, seen: dict[str, Any]) -> None:
    late = order()
    if code == "AgentNotReady":
        late = looked_again(vm_checks.learn(late, state(**seen), after_s(5)))
    found = ended(vm_checks.learn(late, state(**seen), vm_checks.until(late)))
    assert not found.verified
    assert (found.checks[-1].code, found.checks[-1].passed) == (code, False)
    assert "The app looked for 1" in found.checks[-1].text
    assert ".." not in found.checks[-1].text


def test_a_replaced_vm_may_be_old_and_its_agent_must_have_reported_since() -> None:
    replaced = order(recovery_type="OriginalLocation")
    old = NOW - timedelta(days=900)
    assert ended(vm_checks.learn(replaced, state(created_at=old), after_s(5))).verified
    stale = looked_again(vm_checks.learn(replaced, state(agent_at=old), after_s(5)))
    assert stale.error is not None
    assert "before the restore" in stale.error.message


def test_each_check_has_the_time_that_those_before_it_left() -> None:
    asked = order(
        Verify(running_within="PT1M", agent_within="PT2M", probe=URL, probe_within="PT4M")
    )
    assert vm_checks.until(asked) == after_s(60)
    waits = looked_again(vm_checks.learn(asked, state(agent=""), after_s(5)))
    assert (vm_checks.current(waits), vm_checks.until(waits)) == ("AgentReady", after_s(180))
    probes = looked_again(vm_checks.learn(waits, state(), after_s(10)))
    assert (vm_checks.current(probes), vm_checks.until(probes)) == ("ProbeAnswered", after_s(420))
    assert (probes.attempt, probes.error) == (0, None)
    assert [check["check"] for check in vm_checks.status(probes)["checks"]] == [
        "VmRunning",
        "AgentReady",
    ]


def test_a_probe_is_the_last_check_and_passes_or_is_sent_again() -> None:
    asked = order(Verify(agent=False, probe=URL))
    probes = looked_again(vm_checks.learn(asked, state(), after_s(5)))
    refused = Outcome.done(encode(ProbeResult(text="Nobody answers.", code="ProbeFailed")))
    again = looked_again(vm_checks.learn(probes, refused, after_s(10)))
    assert again.error is not None
    assert (again.error.code, again.error.message) == ("ProbeFailed", "Nobody answers.")
    answered = Outcome.done(encode(ProbeResult(text="10.2.0.4 takes connections at port 22.")))
    found = ended(vm_checks.learn(again, answered, after_s(15)))
    assert found.verified
    assert (found.checks[-1].text, found.checks[-1].passed) == (
        "10.2.0.4 takes connections at port 22.", True,
    )  # fmt: skip
    failed = ended(vm_checks.learn(again, refused, after_s(3600)))
    assert [check.passed for check in failed.checks] == [True, False]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.retry_later(60, to_failure(Throttled("Slow down."))), "Throttled"),
        (Outcome.failed(to_failure(AccessDenied("No role."))), "AccessDenied"),
    ],
)
def test_what_cannot_be_seen_is_looked_at_again_until_its_time_is_over(
    outcome: Outcome, code: str
) -> None:
    again = looked_again(vm_checks.learn(order(), outcome, after_s(5)))
    assert vm_checks.status(again)["waiting"]["code"] == code
    found = ended(vm_checks.learn(again, outcome, after_s(3600)))
    assert (found.verified, found.checks[-1].code) == (False, code)


@pytest.mark.parametrize(
    "seen",
    [
        {"created_at": NOW - timedelta(hours=1, minutes=2)},
        {"agent_at": NOW - timedelta(hours=1, minutes=2)},
        {"created_at": None, "agent_at": None},
        {"provisioning": ""},
    ],
    ids=str,
)
def test_azures_clocks_may_differ_by_two_minutes_and_what_it_does_not_say_is_no_fault(
    seen: dict[str, Any],
) -> None:
    assert ended(vm_checks.learn(order(), state(**seen), after_s(5))).verified


def test_without_a_time_since_which_it_was_restored_nothing_is_too_old() -> None:
    old = {"created_at": NOW - timedelta(days=9), "agent_at": NOW - timedelta(days=9)}
    assert ended(vm_checks.learn(order(restored_since=None), state(**old), after_s(5))).verified


_RUNS = "The VM does not run: Azure says"
_AGENT = "The VM's agent does not report that it is ready:"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ({"power": "starting"}, f"{_RUNS} starting, Succeeded."),
        ({"power": "deallocated", "provisioning": "Failed"}, f"{_RUNS} deallocated, Failed."),
        ({"power": "", "provisioning": "Updating"}, f"{_RUNS} Updating."),
        ({"power": "", "provisioning": ""}, f"{_RUNS} nothing."),
        ({"agent": "ProvisioningState/Unavailable", "agent_text": "Not Ready"},
         f"{_AGENT} Not Ready."),
        ({"agent": "ProvisioningState/Unavailable", "agent_text": ""},
         f"{_AGENT} ProvisioningState/Unavailable."),
        ({"agent": "ProvisioningState/updating", "agent_text": "Wait."}, f"{_AGENT} Wait."),
        ({"agent": "", "agent_text": ""}, f"{_AGENT} nothing."),
        ({"agent_at": NOW - timedelta(hours=2)}, f"{_AGENT} what it said before the restore."),
    ],
)  # fmt: skip
def test_what_azure_says_of_it_is_told(seen: dict[str, Any], told: str) -> None:
    once = looked_again(vm_checks.learn(order(), state(**seen), after_s(5)))
    assert once.error is not None
    assert once.error.message == told


@pytest.mark.parametrize(("left_s", "is_over"), [(0, True), (5, True), (5.5, False)])
def test_nothing_is_looked_at_again_in_the_last_five_seconds(left_s: float, is_over: bool) -> None:
    now = vm_checks.until(order()) - timedelta(seconds=left_s)
    found = vm_checks.learn(order(), state(exists=False), now)
    assert isinstance(found, Verification) is is_over


def test_each_look_in_vain_is_counted() -> None:
    found: VerifyVm | Verification = order()
    for attempt in (1, 2, 3):
        found = vm_checks.learn(looked_again(found), state(exists=False), after_s(5))
        assert looked_again(found).attempt == attempt
