"""The sweeps can fail: each defect planted here is one that they must notice."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from activities import trigger_restore
from restore import settling
from restore.ledger import LedgerEntry, LedgerState, moved
from restore.orders import Trigger
from storage import connection as storage_connection
from storage import turns
from storage.ledger import Held, Ledger
from tests.simulation.promises import broken
from tests.simulation.scenes import SCENES, Scene, Trick, play
from tests.simulation.tricks import HOUR, cancel, freeze, kill

Plant = Callable[[pytest.MonkeyPatch], None]


def without_intent(patch: pytest.MonkeyPatch) -> None:
    """The POST is sent without an intent in the ledger."""
    patch.setattr(Ledger, "intend", lambda self, held, intent: held)


def without_version(patch: pytest.MonkeyPatch) -> None:
    """The intent is written over whatever there is."""
    whole = trigger_restore._intend

    def intend(order: Trigger) -> Held:
        held = storage_connection.ledger().read(order.request.request_id)
        assert held is not None, "it was accepted"
        clearance = msgspec.structs.replace(order.clearance, version=held.version)
        return whole(msgspec.structs.replace(order, clearance=clearance))

    patch.setattr(trigger_restore, "_intend", intend)


def without_finding(patch: pytest.MonkeyPatch) -> None:
    """Settling never finds the job that a lost reply had started."""
    patch.setattr(settling, "candidates", lambda *_: [])


def without_patience(patch: pytest.MonkeyPatch) -> None:
    """Settling does not wait for a job that shows late."""
    whole = settling.next_step
    patch.setattr(
        settling, "next_step", lambda *args, **more: whole(*args, **{**more, "settle_s": 0.0})
    )


def without_turns(patch: pytest.MonkeyPatch) -> None:
    """Requests for one item do not wait for each other."""
    patch.setattr(turns, "take", lambda *_: turns.Taking(is_ours=True))


def without_certainty(patch: pytest.MonkeyPatch) -> None:
    """A cancel says that nothing will be started, and writes nothing down."""
    whole = Ledger.cancel

    def cancelled(self: Ledger, request_id: str) -> LedgerEntry:
        held = self.read(request_id)
        assert held is not None, "it was accepted"
        if held.entry.state is not LedgerState.ACCEPTED:
            return whole(self, request_id)
        return moved(held.entry, LedgerState.CANCELLED, cancel_asked=True)

    patch.setattr(Ledger, "cancel", cancelled)


PLANTS: list[tuple[Plant, str, Trick]] = [
    (without_intent, "disks", kill(HOUR)),
    (without_version, "disks", freeze(1.0)),
    (without_finding, "disks_reply_lost", kill(1.0)),
    (without_patience, "disks_reply_lost", kill(1.0)),
    (without_turns, "two_for_one_vm", kill(1.0)),
    (without_certainty, "disks", cancel),
]


@pytest.mark.parametrize(("plant", "name", "trick"), PLANTS)
def test_a_planted_defect_is_noticed(
    plant: Plant, name: str, trick: Trick, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert any(_all_faults(SCENES[name], trick))


def _all_faults(scene: Scene, trick: Trick) -> Iterator[list[str]]:
    whole = play(scene)
    yield broken(whole)
    for at, where in enumerate(whole.boundaries, 1):
        if where.startswith("trigger_restore"):
            yield broken(play(scene, at, trick))
