"""What can happen at one boundary of a scene: tricks for tests/simulation/scenes.py."""

from restore.errors import ServiceUnavailable
from storage.documents import Changed, Taken
from tests.fakes.laboratory import Laboratory
from tests.simulation.scenes import Killed, Trick

HOUR = 3600.0


def kill(down_s: float) -> Trick:
    """kill -9, and a new start after a while."""

    def trick(laboratory: Laboratory, where: str) -> None:
        raise Killed(down_s)

    return trick


def freeze(for_s: float) -> Trick:
    """The process freezes inside an activity and is given up: another one takes over. Then the
    frozen one wakes up and does the rest of its activity, although nobody waits for its answer.

    For a moment only, that is an activity which is delivered twice, the second time while the
    first one is between its effects.
    """

    def trick(laboratory: Laboratory, where: str) -> None:
        laboratory.boot()
        laboratory.run_for(for_s)
        laboratory.at_boundary = _die_when_answered

    return trick


def stall(for_s: float) -> Trick:
    """Whatever is under way takes long."""

    def trick(laboratory: Laboratory, where: str) -> None:
        laboratory.clock.advance(for_s)

    return trick


def deny(laboratory: Laboratory, where: str) -> None:
    """The storage account does not answer; at a "written" boundary it has written all the same."""
    raise ServiceUnavailable("The storage account hiccups.", retry_after_s=10)


def echo(laboratory: Laboratory, where: str) -> None:
    """The reply to a write is lost, the storage client repeats it, and meets its own write."""
    raise Taken(where) if where.endswith("handles") else Changed(where)


def _die_when_answered(where: str) -> None:
    if where.endswith(": answered"):
        raise Killed
