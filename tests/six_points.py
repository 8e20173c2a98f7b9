"""Six recovery points mixed in time, tier, consistency, threat and age: what is expected of each.

For the rules alone, and for the running app on a simulated vault that holds them.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from restore.messages.model import RecoveryPoint

HOUR = timedelta(hours=1)


class Six(NamedTuple):
    """One of the points: how long before now it was made, what it is, and what becomes of it."""

    name: str
    age: timedelta
    reason: str | None
    """None: it is chosen."""
    tier: str = "VaultStandard"
    consistency: str = "AppConsistent"
    threat_status: str = "Healthy"


CHOICE: dict[str, Any] = {"consistency": "FileSystemConsistent", "maxAge": "P7D"}
INCIDENT = 2.5 * HOUR
"""So long before now."""
SIX = (
    Six("100001", 1 * HOUR, "AfterIncident"),
    Six("100002", 3 * HOUR, "ThreatWarning", threat_status="Warning"),
    Six("100003", 4 * HOUR, "ConsistencyTooLow", consistency="CrashConsistent"),
    Six("100004", 30 * HOUR, "NeedsRehydration", tier="VaultArchive"),
    Six("100005", 50 * HOUR, None, tier="SnapshotAndVaultStandard"),
    Six("100006", 8 * 24 * HOUR, "TooOld"),
)
CHOSEN = "100005"
REASONS = {six.name: six.reason for six in SIX if six.reason is not None}
LOST_S = (50 * HOUR - INCIDENT).total_seconds()
"""From the chosen point to the incident."""

_TIERS = {
    "VaultStandard": {"InstantRP": "Deleted", "HardenedRP": "Valid"},
    "VaultArchive": {"InstantRP": "Deleted", "HardenedRP": "Deleted", "ArchivedRP": "Valid"},
    "SnapshotAndVaultStandard": {"InstantRP": "Valid", "HardenedRP": "Valid"},
}


def read(now: datetime) -> list[RecoveryPoint]:
    """Return them as they are read."""
    return [
        RecoveryPoint(
            name=six.name,
            time=now - six.age,
            tier=six.tier,
            consistency=six.consistency,
            threat_status=six.threat_status,
        )
        for six in SIX
    ]


def in_vault(now: datetime) -> dict[str, Any]:
    """Return them as the simulated vault has them."""
    return {
        six.name: {
            "name": six.name,
            "time": (now - six.age).isoformat(),
            "consistency": six.consistency,
            "tiers": _TIERS[six.tier],
            "threat_status": six.threat_status,
        }
        for six in SIX
    }
