"""Which tier of a recovery point a restore can use."""

from typing import Any

import pytest

from restore.start.tiers import usable_tier


@pytest.mark.parametrize(
    ("details", "tier"),
    [
        ([("InstantRP", "Valid"), ("HardenedRP", "Valid")], "SnapshotAndVaultStandard"),
        ([(1, 1), (2, 1)], "SnapshotAndVaultStandard"),
        ([("InstantRP", "Deleted"), ("HardenedRP", "Valid")], "VaultStandard"),
        ([(1, 3), (2, 1)], "VaultStandard"),
        ([("InstantRP", "Valid")], "Snapshot"),
        ([("InstantRP", "Valid"), ("ArchivedRP", "Valid")], "SnapshotAndVaultArchive"),
        ([("ArchivedRP", "Valid")], "VaultArchive"),
        ([(3, 4)], "VaultStandardRehydrated"),
        ([("HardenedRP", "Valid"), ("ArchivedRP", "Valid")], "VaultStandardRehydrated"),
        ([("InstantRP", "Disabled"), ("HardenedRP", "Invalid")], None),
        ([("IASnapshotRP", "Valid")], None),
        ([(3, -1)], None),
        ([(-1, 1)], None),
        ([(4, 1)], None),
        ([(1, 5)], None),
        ([(0, 1)], None),
        ([(1, 0)], None),
        ([], None),
    ],
)
def test_the_usable_tier_is_the_one_azure_cli_would_name(
    details: list[tuple[Any, Any]], tier: str | None
) -> None:
    assert usable_tier([{"type": kind, "status": status} for kind, status in details]) == tier


def test_a_point_without_tier_details_cannot_be_restored() -> None:
    assert usable_tier(None) is None
    assert usable_tier([{}]) is None
