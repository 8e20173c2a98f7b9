"""What the sweeps have found, told one by one."""

from tests.simulation.promises import broken
from tests.simulation.scenes import SCENES, play, undisturbed
from tests.simulation.tricks import HOUR, freeze, kill


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
