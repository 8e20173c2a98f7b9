"""Planted defects that chance shows too seldom: each with a scenario that shows it."""

from typing import Any

import pytest

from activities import adopt_job
from arm import connection as arm_connection
from tests.simulation.falling_back import BOTH
from tests.simulation.planted_fallback import (
    never_falls_back,
    passes_no_cancel_on,
    takes_any_disks,
    tells_the_point_that_is_gone,
)
from tests.simulation.planted_verifying import gives_up_at_once
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import (
    Ask,
    Cancel,
    Decision,
    Machine,
    PlannedFault,
    Points,
    PolicyOutline,
    Scenario,
    Vaults,
)
from tests.simulation.test_planted_defects import (
    Patch,
    Plant,
    counts_only_what_is_listed,
    deletes_messages_that_failed,
)


def cancels_what_it_adopts(patch: Patch) -> None:
    """Whoever adopts a job stops it."""
    whole = adopt_job._adopt

    def adopt(order: Any, in_force: Any) -> Any:
        arm_connection.backup().cancel_job(order.adopt.vault_id, order.adopt.job_id)
        return whole(order, in_force)

    patch.setattr(adopt_job, "_adopt", adopt)


_ELSEWHERE = Ask(at_s=1, way="http", request_id="adopted-j1", waits=False, adopts=True)
_REFUSED = PlannedFault(kind="storage_refuses", where="starter message-0: write open")
_TOO_LARGE = Machine(name="web-01", refused="early")
_NEW_VM = Ask(at_s=1, request_id="r1", kind="AlternateLocation")
SELDOM = [
    # In two of 500 seeds only: what is noted once is started again by the reconciler.
    (
        deletes_messages_that_failed,
        Scenario(asks=(Ask(at_s=1, request_id="r1"),), faults=(_REFUSED,)),
        "all ends",
    ),
    # Two requests for one VM must come close together, where the policy allows one in a day.
    (
        counts_only_what_is_listed,
        Scenario(
            asks=(Ask(at_s=1, request_id="r1"), Ask(at_s=1.1, request_id="r2")),
            vaults=Vaults(list_lag_s=110),
            policy_outline=PolicyOutline(per_day=1),
        ),
        "quotas are kept",
    ),
    # Only where nothing goes wrong at all is it known that a VM must have passed.
    (
        gives_up_at_once,
        Scenario(
            machines=(Machine(name="web-01", boot_s=120, agent_s=400),),
            asks=(Ask(at_s=1, request_id="r1", kind="AlternateLocation", verify="agent"),),
        ),
        "what works is verified",
    ),
    # Only where nothing goes wrong at all is it known that a restore must have fallen back.
    (
        never_falls_back,
        Scenario(
            machines=(Machine(name="web-01", points=Points(expire=1)),),
            asks=(Ask(at_s=1, request_id="r1"),),
            policy_outline=PolicyOutline(fallback=BOTH),
        ),
        "what may fall back does",
    ),
    # A point must be gone, and the next one restored.
    (
        tells_the_point_that_is_gone,
        Scenario(
            machines=(Machine(name="web-01", points=Points(expire=1)),),
            asks=(Ask(at_s=1, request_id="r1"),),
            policy_outline=PolicyOutline(fallback=BOTH),
        ),
        "verdicts are true",
    ),
    # The attempt must wait for a person, while somebody cancels what it is made for.
    (
        passes_no_cancel_on,
        Scenario(
            machines=(_TOO_LARGE,),
            asks=(_NEW_VM,),
            policy_outline=PolicyOutline(fallback=BOTH, with_approval=("RestoreDisks",)),
            cancels=(Cancel(at_s=200, request_id="r1"),),
            decisions=(Decision(at_s=7200, request_id="r1~2"),),
        ),
        "another attempt is made by leave only",
    ),
    # Somebody else's disks must be made in the same group just then.
    (
        takes_any_disks,
        Scenario(
            machines=(_TOO_LARGE, Machine(name="web-02", job_s=20)),
            asks=(_NEW_VM, Ask(at_s=1, request_id="r2", machine=1)),
            policy_outline=PolicyOutline(fallback=BOTH),
        ),
        "no second copy",
    ),
    # Few restores are adopted.
    (
        cancels_what_it_adopts,
        Scenario(asks=(_ELSEWHERE,)),
        "nothing for what was begun elsewhere",
    ),
]


@pytest.mark.parametrize(
    ("plant", "scenario", "checker"), SELDOM, ids=[plant.__name__ for plant, _, _ in SELDOM]
)
def test_a_defect_that_seldom_shows_is_noticed(
    plant: Plant, scenario: Scenario, checker: str, monkeypatch: Patch
) -> None:
    assert judged(run_scenario(scenario)).violations == []
    plant(monkeypatch)
    violations = judged(run_scenario(scenario)).violations
    assert any(text.startswith(f"{checker}:") for text in violations), violations
