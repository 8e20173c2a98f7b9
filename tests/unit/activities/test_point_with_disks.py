"""A point is chosen by its disks too, which may have to be read with the point itself."""

from typing import Any

import pytest
from msgspec.structs import replace

from activities import point_with_disks
from restore.messages.disks import PointDisks, VmDisk
from restore.messages.errors import NotFound
from restore.messages.model import Choice, ProtectedItem, RecoveryPoint
from restore.start import recovery_point_choice
from tests.fakes.app_harness import START

OS = VmDisk(name="os")
LISTED = PointDisks(included=(OS,))


class Backup:
    """Reads a point's disks; each read is counted."""

    def __init__(self, **disks: PointDisks) -> None:
        self._disks = disks
        self.read: list[str] = []

    def with_disks(self, item: Any, choice: Choice) -> Choice:
        del item
        self.read.append(choice.point.name)
        disks = self._disks.get(choice.point.name)
        # never the same object: what was decoded again is equal, and no more
        point = replace(choice.point, disks=disks or choice.point.disks)
        return replace(choice, point=point, why="read")


def points(count: int) -> list[RecoveryPoint]:
    return [RecoveryPoint(name=f"p{number}", time=START) for number in range(count)]


@pytest.fixture(autouse=True)
def _first_without_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose the first point of which no disks are known to be missing."""

    def choose(request: Any, item: Any, known: Any, *, now: Any, unreadable: int) -> Choice:
        del request, item, now
        for point in known:
            if point.disks is None or not point.disks.excluded:
                return Choice(point=point, why="chosen", considered=unreadable)
        raise NotFound("None.", code="NoPoint")

    monkeypatch.setattr(recovery_point_choice, "choose_for", choose)


def choose(backup: Backup, count: int) -> Choice:
    item: ProtectedItem = None  # type: ignore[assignment]
    return point_with_disks.choose(backup, None, item, points(count), 7)  # type: ignore[arg-type]


def test_a_point_of_which_nothing_more_is_known_is_chosen_at_once() -> None:
    backup = Backup()
    found = choose(backup, 3)
    assert (found.point.name, found.why, found.considered) == ("p0", "read", 7)
    assert backup.read == ["p0"]


def test_a_point_whose_disks_are_fine_is_chosen_with_them() -> None:
    backup = Backup(p0=LISTED)
    found = choose(backup, 3)
    assert (found.point.name, found.point.disks, found.why) == ("p0", LISTED, "chosen")
    assert backup.read == ["p0"]


def test_a_point_that_lacks_disks_is_passed_over() -> None:
    lacking = PointDisks(included=(OS,), excluded=(OS,))
    backup = Backup(p0=lacking, p1=lacking, p2=LISTED)
    assert choose(backup, 4).point.name == "p2"
    assert backup.read == ["p0", "p1", "p2"]


def test_five_points_are_read_at_most() -> None:
    lacking = PointDisks(included=(OS,), excluded=(OS,))
    backup = Backup(**{f"p{number}": lacking for number in range(9)})
    assert choose(backup, 9).point.name == "p4"
    assert backup.read == ["p0", "p1", "p2", "p3", "p4"]


def test_where_no_point_is_left_nothing_is_chosen() -> None:
    lacking = PointDisks(included=(OS,), excluded=(OS,))
    with pytest.raises(NotFound):
        choose(Backup(p0=lacking), 1)
