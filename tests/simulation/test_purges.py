"""Somebody purges all histories again and again, and those who asked ask again."""

from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import Ask, PlannedFault, Scenario


def test_a_restore_is_given_up_after_as_many_starts_and_says_so() -> None:
    """Each time that it is asked for again counts as well; the reconciler's tick comes last."""
    purges = PlannedFault(kind="forgotten", where="find_recovery_point", times=4, value=90)
    world = run_scenario(
        Scenario(asks=(Ask(at_s=0, request_id="r1"),), faults=(purges,), reconcile_s=300)
    )
    (entry,) = world.storage.entries()
    assert judged(world).violations == []
    assert entry.verdict is not None
    assert entry.verdict.error is not None
    assert (entry.verdict.error.code, entry.revivals) == ("NotFollowed", 3)
