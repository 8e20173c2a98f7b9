"""What can happen at one boundary of a scene: tricks for tests/simulation/scenes.py."""

from restore.errors import ServiceUnavailable
from storage.documents import Changed, Taken
from tests.simulation.scenes import Killed, Played, Trick

HOUR = 3600.0


def kill(down_s: float) -> Trick:
    """kill -9, and a new start after a while."""

    def trick(played: Played, where: str) -> None:
        raise Killed(down_s)

    return trick


def freeze(for_s: float) -> Trick:
    """The process freezes inside an activity and is given up: another one takes over. Then the
    frozen one wakes up and does the rest of its activity, although nobody waits for its answer.

    For a moment only, that is an activity which is delivered twice, the second time while the
    first one is between its effects.
    """

    def trick(played: Played, where: str) -> None:
        played.laboratory.boot()
        played.laboratory.run_for(for_s)
        played.laboratory.at_boundary = _die_when_answered

    return trick


def stall(for_s: float) -> Trick:
    """Whatever is under way takes long."""

    def trick(played: Played, where: str) -> None:
        played.laboratory.clock.advance(for_s)

    return trick


def deny(played: Played, where: str) -> None:
    """The storage account does not answer; at a "written" boundary it has written all the same."""
    raise ServiceUnavailable("The storage account hiccups.", retry_after_s=10)


def echo(played: Played, where: str) -> None:
    """The reply to a write is lost, the storage client repeats it, and meets its own write."""
    raise Taken(where) if where.endswith("handles") else Changed(where)


def race(played: Played, where: str) -> None:
    """Somebody else writes the same document between our read and our write."""
    kind = where.rpartition(" ")[2]
    for name in played.laboratory.documents.kept:
        if name.startswith(f"{kind}/"):
            played.laboratory.documents.touch(name)


def cancel(played: Played, where: str) -> None:
    """Somebody cancels at this very moment."""
    played.cancel()


def forget(played: Played, where: str) -> None:
    """The process dies, somebody purges the histories, and the same requests are sent again."""
    raise Killed(purges=True)


def _die_when_answered(where: str) -> None:
    if where.endswith(": answered"):
        raise Killed
