"""Api-versions of Azure Backup: which one is asked for, and what is known of those that matter."""

from typing import NamedTuple

DEFAULT = "2026-07-01"
THREATS_SINCE = "2026-07-01"
SECONDARY_REGION = ("2018-12-20", "2021-11-15", "2023-01-15")
"""The same URLs lead to the secondary region there: a restore would silently go elsewhere."""


class ApiVersion(NamedTuple):
    """What is to be known of one, and who says so."""

    version: str
    note: str
    source: str


_SDK = "azure-mgmt-recoveryservicesbackup"
_SECONDARY_REGION = "Belongs to the secondary region: refused."
_SEEN = "recorded traffic of Azure CLI's tests"

KNOWN: tuple[ApiVersion, ...] = (
    *(ApiVersion(each, _SECONDARY_REGION, f"{_SDK}-passivestamp") for each in SECONDARY_REGION),
    ApiVersion("2021-10-01", "Words where older versions have numbers.", f"{_SDK} 4.0.0"),
    ApiVersion(
        "2024-04-01", "The first that takes what a Resource Guard wants.", "bms.json of 2024-04-01"
    ),
    ApiVersion("2025-02-01", "Seen in July 2026. Tells no threats.", f"{_SEEN}; {_SDK} 10.0.0"),
    ApiVersion(
        DEFAULT,
        "The default. Seen in September 2026. Tells threats.",
        f"{_SEEN}; {_SDK} 11.0.0",
    ),
    ApiVersion(
        "2026-10-01",
        "Not known to be served in every region and cloud, so not the default. A snapshot that is "
        "kept for instant access has a tier of its own there, IASnapshotRP: this app restores from "
        "none, and passes over a point that has no other.",
        f"{_SDK} 11.2.0; azure-rest-api-specs#46044",
    ),
)


def tells_threats(version: str) -> bool:
    """Whether recovery points say threatStatus at this api-version."""
    return version >= THREATS_SINCE
