"""What tests of restores that fall back share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from activities import policies
from restore.messages.attempts import Rung
from restore.messages.ledger_entry import LedgerEntry
from restore.policy.rules import Policy
from simulated_azure import seed
from simulated_azure.names import key
from simulated_azure.parts import JobError
from simulated_azure.state import Point
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.restore.policy.policy_cases import EVERYTHING

HOUR = 3600.0
ID = "restore-r1"
POST = {"method": "POST", "path": "/restore$"}
BOTH: tuple[Rung, ...] = ("olderPoint", "disks")
TOO_LARGE = JobError(
    code=400225, title="UserErrorSkuNotAvailable", text="The size is not available."
)


def falling_back(*rungs: Rung, **more: Any) -> Policy:
    (rule,) = EVERYTHING.rules
    rules = (msgspec.structs.replace(rule, fallback=rungs),)
    return msgspec.structs.replace(EVERYTHING, rules=rules, **more)


@contextmanager
def policy(*rungs: Rung, **more: Any) -> Iterator[None]:
    with policies.use(falling_back(*(rungs or BOTH), **more)):
        yield


def points(harness: AppHarness, name: str = "web-02") -> dict[str, Point]:
    return harness.simulator.state.vaults[key(seed.VAULT_ID)].items[key(seed.vm_id(name))].points


def vanish(harness: AppHarness, number: int = 0, name: str = "web-02") -> str:
    """The newest points are gone; return the next one's name."""
    held = points(harness, name)
    known = sorted(held.values(), key=lambda point: point.time, reverse=True)
    for point in known[: number + 1]:
        held.pop(point.name)
    return known[number + 1].name


def vanishing(harness: AppHarness) -> None:
    """The chosen point goes right before the POST for it arrives."""

    def at(where: str) -> None:
        if where == "trigger_restore: POST restore":
            harness.at_boundary = lambda where: None
            vanish(harness)

    harness.at_boundary = at


def ask(harness: AppHarness, kind: str = "AlternateLocation", **more: Any) -> None:
    harness.ask(request_for(kind, "r1", name="web-02", **more))


def entry(harness: AppHarness, request_id: str = "r1") -> LedgerEntry:
    held = harness.ledger.read(request_id)
    assert held is not None
    return held.entry


def refused(harness: AppHarness, share: float = 1.0) -> None:
    """The job fails for the VM's size: at its end, with the disks there; or before that."""
    jobs = harness.simulator.state.jobs
    jobs.outcome, jobs.error, jobs.fails_at_share = "Failed", TOO_LARGE, share
    jobs.plans = [_plan()]


def _plan() -> Any:
    from simulated_azure.state import JobPlan

    return JobPlan(recovery_type="RestoreDisks", outcome="Completed")


def types_sent(harness: AppHarness) -> list[str]:
    return [post["body"]["properties"]["recoveryType"] for post in harness.posts()]
