"""The tiers of a recovery point: which of them a restore can use."""

from collections.abc import Mapping, Sequence
from typing import Any

_OFFERS = {
    "Snapshot": frozenset({"Snapshot"}),
    "VaultStandard": frozenset({"VaultStandard"}),
    "VaultStandardRehydrated": frozenset({"VaultStandard"}),
    "SnapshotAndVaultStandard": frozenset({"Snapshot", "VaultStandard"}),
    "SnapshotAndVaultArchive": frozenset({"Snapshot", "VaultArchive"}),
    "VaultArchive": frozenset({"VaultArchive"}),
}
_TYPES = ("Invalid", "InstantRP", "HardenedRP", "ArchivedRP")
_STATUSES = ("Invalid", "Valid", "Disabled", "Deleted", "Rehydrated")


def offers_of(tier: str | None) -> frozenset[str]:
    """Return from where a point of this usable tier can be restored: Snapshot, VaultStandard,
    VaultArchive."""
    return _OFFERS.get(tier or "", frozenset())


def usable_tier(details: Sequence[Mapping[str, Any]] | None) -> str | None:
    """Name the tier to restore from, None for none. Reads numbers and names alike."""
    status = {
        _named(detail.get("type"), _TYPES): _named(detail.get("status"), _STATUSES)
        for detail in details or ()
    }
    instant, hardened, archived = (status.get(tier) == "Valid" for tier in _TYPES[1:])
    if status.get("ArchivedRP") == "Rehydrated" or (hardened and archived):
        return "VaultStandardRehydrated"
    return {
        (True, True, False): "SnapshotAndVaultStandard",
        (True, False, True): "SnapshotAndVaultArchive",
        (False, False, True): "VaultArchive",
        (True, False, False): "Snapshot",
        (False, True, False): "VaultStandard",
    }.get((instant, hardened, archived))


def _named(value: object, names: Sequence[str]) -> str:
    return next((name for number, name in enumerate(names) if number == value), str(value))
