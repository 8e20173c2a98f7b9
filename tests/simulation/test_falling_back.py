"""What people do about a restore that fell back: its attempt is theirs to approve."""

from collections.abc import Iterator

import msgspec
import pytest

from activities import policies
from restore.policy.rules import Policy
from simulated_azure.parts import JobError
from simulated_azure.state import JobPlan
from tests.end_to_end.harness import VAULT, request_for
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from tests.simulation.falling_back import BOTH
from tests.unit.restore.policy.policy_cases import EVERYTHING

HOUR = 3600.0
TOO_LARGE = JobError(code=400225, title="UserErrorSkuNotAvailable", text="It is not available.")


def policy(*, approval: bool = False) -> Policy:
    (rule,) = EVERYTHING.rules
    new_vms = msgspec.structs.replace(rule, recovery_types=("AlternateLocation",), fallback=BOTH)
    disks = msgspec.structs.replace(
        rule, name="disks", recovery_types=("RestoreDisks",), approval=approval
    )
    return msgspec.structs.replace(EVERYTHING, rules=(new_vms, disks))


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    """New VMs are refused for their size, halfway."""
    with AppHarness().open() as it:
        jobs = it.simulator.state.jobs
        jobs.outcome, jobs.error = "Failed", TOO_LARGE
        jobs.plans = [JobPlan(recovery_type="RestoreDisks", outcome="Completed")]
        yield it


@pytest.fixture
def door(harness: AppHarness) -> FrontDoor:
    return FrontDoor(harness)


def test_the_job_of_an_attempt_cannot_be_adopted(harness: AppHarness, door: FrontDoor) -> None:
    with policies.use(policy()):
        door.ask(request_for("AlternateLocation", "r1"))
        harness.run_for(HOUR / 2)
        *_, job = harness.simulator.state.job_records
        reply = door.adopt({"jobId": job, "vaultId": VAULT})
    told = (reply.status, reply.body["code"], reply.body["requestId"])
    assert told == (409, "JobAlreadyFollowed", "r1~2")


def test_an_attempt_waits_for_an_approval_of_its_own(harness: AppHarness, door: FrontDoor) -> None:
    with policies.use(policy(approval=True)):
        door.ask(request_for("AlternateLocation", "r1"), who="ann@example.com")
        harness.run_for(HOUR)
        assert len(harness.posts()) == 1
        (asked,) = harness.sent("approval-requested")
        assert (asked["requestId"], asked["attemptOf"]) == ("r1~2", "r1")
        assert asked["decideAt"] == "/api/restores/r1~2/approval"
        assert door.show("r1").body["attempts"][-1]["phase"] == "WaitingForApproval"
        assert door.decide("r1~2", "approve", who="ann@example.com").body["code"] == "OwnRequest"
        assert door.decide("r1~2", "approve").status == 200
        harness.run_for(2 * HOUR)
    assert harness.verdict("r1").attempts[-1].verdict == "Completed"


def test_an_attempt_that_nobody_approves_leaves_the_failure_as_it_was(
    harness: AppHarness, door: FrontDoor
) -> None:
    with policies.use(policy(approval=True)):
        door.ask(request_for("AlternateLocation", "r1"))
        harness.run_for(HOUR)
        assert door.decide("r1~2", "refuse").status == 200
        harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, len(harness.posts())) == ("Failed", 1)
    assert verdict.error is not None
    assert "UserErrorSkuNotAvailable" in verdict.text
    assert "nothing was sent: ApprovalRefused" in verdict.text


def test_the_id_of_an_attempt_is_nobodys_to_ask_with(door: FrontDoor) -> None:
    reply = door.ask(request_for("RestoreDisks", "r1~2"))
    assert (reply.status, reply.body["code"]) == (400, "InvalidRequest")
