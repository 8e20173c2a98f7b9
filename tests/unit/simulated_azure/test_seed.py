"""What the seed state promises to tours, demos and tests."""

from datetime import UTC, datetime

import msgspec

from simulated_azure import names, seed
from simulated_azure.state import State

NOW = datetime(2030, 1, 1, tzinfo=UTC)
STATE = seed.default_state(NOW)
ITEMS = STATE.vaults[names.key(seed.VAULT_ID)].items


def test_the_tour_s_vm_has_points_of_every_sort() -> None:
    points = ITEMS[names.key(seed.vm_id("web-01"))].points.values()
    assert len(points) == 8
    assert {point.consistency for point in points} == {
        "AppConsistent",
        "CrashConsistent",
        "FileSystemConsistent",
    }
    assert any(point.soft_deleted for point in points)
    assert any(point.tiers.get("ArchivedRP") == "Valid" for point in points)
    assert any("Valid" not in point.tiers.values() for point in points)


def test_the_database_s_newest_point_is_only_crash_consistent() -> None:
    points = sorted(ITEMS[names.key(seed.vm_id("db-01"))].points.values(), key=lambda p: p.time)
    assert points[-1].consistency == "CrashConsistent"
    assert points[0].consistency == "AppConsistent"


def test_the_deleted_vm_is_gone_and_its_backups_are_not() -> None:
    gone = names.key(seed.vm_id("deleted-01"))
    assert gone in ITEMS
    assert gone not in STATE.vms


def test_names_of_points_are_numbers_and_stay_the_same_at_any_time() -> None:
    later = seed.default_state(datetime(2031, 1, 1, tzinfo=UTC))
    for vm, item in ITEMS.items():
        again = later.vaults[names.key(seed.VAULT_ID)].items[vm]
        assert set(item.points) == set(again.points)
        assert all(name.isdigit() and len(name) == 15 for name in item.points)


def test_a_fleet_has_as_many_vms_as_asked_for() -> None:
    fleet = seed.fleet_state(NOW, 250, points=5)
    items = fleet.vaults[names.key(seed.VAULT_ID)].items
    assert len(items) == len([vm for vm in fleet.vms if "/vm-" in vm]) == 250
    assert {len(item.points) for item in items.values()} == {5}


def test_the_state_is_its_own_json() -> None:
    assert msgspec.convert(msgspec.to_builtins(STATE), State) == STATE


def test_two_states_share_nothing() -> None:
    first, second = seed.default_state(NOW), seed.default_state(NOW)
    first.jobs.duration_s = 1
    first.service.page_size = 1
    assert (second.jobs.duration_s, second.service.page_size) == (1500, 200)
