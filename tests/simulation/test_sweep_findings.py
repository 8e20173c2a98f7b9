"""What the sweeps have found, told one by one."""

from datetime import timedelta

import pytest

from devhost.vault.state import Point
from tests.simulation.promises import broken
from tests.simulation.scenes import SCENES, Killed, Played, play, undisturbed
from tests.simulation.tricks import HOUR, forget, freeze, kill


def test_a_job_that_is_over_before_it_is_adopted_is_announced_all_the_same() -> None:
    scene = SCENES["disks"]
    at = undisturbed("disks").boundaries.index("trigger_restore: POST restore answered") + 1
    played = play(scene, at, kill(HOUR))
    assert broken(played) == []
    assert [event["adopted"] for event in played.laboratory.sent("started")] == [True]


def test_signed_urls_that_come_after_the_end_are_not_kept() -> None:
    scene = SCENES["disks"]
    at = undisturbed("disks").boundaries.index("trigger_restore: POST restore answered") + 1
    kept = play(scene, at, freeze(HOUR)).laboratory.documents.kept
    assert not [name for name in kept if name.startswith("handles/")]


def test_no_signed_urls_are_left_when_histories_are_purged_at_the_verdict() -> None:
    at = undisturbed("disks").boundaries.index("close_restore: written restores") + 1
    assert broken(play(SCENES["disks"], at, forget)) == []


@pytest.mark.parametrize("where", ["prepare_restore: answered", "trigger_restore: begun"])
def test_who_lost_its_turn_while_the_app_was_down_may_not_send_on_its_old_clearance(
    where: str,
) -> None:
    """Two that send at once and lose their replies leave two jobs that nothing tells apart."""
    at = undisturbed("two_for_one_vm").boundaries.index(where) + 1
    assert broken(play(SCENES["two_for_one_vm"], at, kill(HOUR))) == []


@pytest.mark.parametrize(
    "where", ["trigger_restore: POST restore", "trigger_restore: POST restore answered"]
)
def test_a_request_that_is_sent_again_after_a_purge_tells_of_the_point_that_it_restored(
    where: str,
) -> None:
    scene = SCENES["disks"]
    at = undisturbed("disks").boundaries.index(where) + 1
    played = play(scene, at, _forget_and_back_up)
    assert broken(played) == []


def _forget_and_back_up(played: Played, where: str) -> None:
    laboratory = played.laboratory
    for vault in laboratory.simulator.state.vaults.values():
        for item in vault.items.values():
            time = laboratory.clock.now() - timedelta(seconds=5)
            item.points["newest"] = Point(name="newest", time=time)
    raise Killed(purges=True)
