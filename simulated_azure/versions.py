"""Which api-versions are served, and how they differ: who asks with an old one is told less.

Before 2021-10-01 enumerations in recovery points and jobs are numbers. Three versions belong to the
secondary region: the same URLs there list nothing and know nothing. From when on a property exists
is read off the models of azure-mgmt-recoveryservicesbackup 0.6.0 to 11.2.0.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from simulated_azure.wire import ArmError

Name = TypeVar("Name", bound=str)
Value = TypeVar("Value")

STRINGS_SINCE = "2021-10-01"
PASSIVE = ("2018-12-20", "2021-11-15", "2023-01-15")
BACKUP = (
    *("2016-12-01", "2017-07-01", "2019-05-13", "2020-09-01", "2020-10-01", "2020-12-01"),
    *("2021-01-01", "2021-06-01", "2021-07-01", "2021-08-01", "2021-10-01", "2022-02-01"),
    *("2022-03-01", "2023-01-01", "2023-02-01", "2023-04-01", "2024-04-01", "2024-10-01"),
    *("2025-01-01", "2025-02-01", "2025-08-01", "2026-01-01", "2026-02-01", "2026-05-01"),
    *("2026-07-01", "2026-08-01", "2026-10-01"),
)

SINCE: Mapping[str, Mapping[str, str]] = {
    "IaasVMRecoveryPoint": {
        "recoveryPointDiskConfiguration": "2019-05-13",
        "zones": "2020-12-01",
        "recoveryPointMoveReadinessInfo": "2021-01-01",
        "recoveryPointProperties": "2023-01-01",
        "securityType": "2023-02-01",
        "isPrivateAccessEnabledOnAnyDisk": "2023-02-01",
        "extendedLocation": "2023-04-01",
        "createdWithPolicyType": "2025-02-01",
        "threatStatus": "2026-07-01",
        "threatInfo": "2026-07-01",
    },
    "RecoveryPointProperties": {
        "isSoftDeleted": "2023-02-01",
        "immutabilityProperties": "2026-07-01",
    },
    "DiskInformation": {"diskSizeInGb": "2026-10-01", "storageType": "2026-10-01"},
    "RecoveryPointTierType": {"IASnapshotRP": "2026-10-01"},
    "AzureIaaSVMProtectedItem": {
        "policyName": "2021-10-01",
        "isArchiveEnabled": "2021-10-01",
        "softDeleteRetentionPeriod": "2023-01-01",
        "vaultId": "2023-04-01",
    },
    "AzureIaaSVMJob": {"containerName": "2021-10-01", "isUserTriggered": "2021-10-01"},
    "IaasVMRestoreRequest": {
        "restoreWithManagedDisks": "2020-10-01",
        "diskEncryptionSetId": "2020-10-01",
        "zones": "2020-12-01",
        "recoveryPointRehydrationInfo": "2021-01-01",
        "identityInfo": "2021-06-01",
        "identityBasedRestoreDetails": "2021-10-01",
        "extendedLocation": "2023-02-01",
        "securedVMDetails": "2023-02-01",
        "targetDiskNetworkAccessSettings": "2023-02-01",
        "resourceGuardOperationRequests": "2024-04-01",
    },
}
"""By definition and property, or word of an enumeration: the first api-version that has it. What is
not listed is as old as the oldest."""

_SHAPE = re.compile(r"^\d{4}-\d{2}-\d{2}(-preview)?$")
_OTHERS_FIRST, _OTHERS_LAST = "2015-01-01", "2027-01-01"


@dataclass(frozen=True)
class Version:
    """An api-version that is served."""

    text: str

    @property
    def is_passive(self) -> bool:
        """Whether it speaks for the secondary region."""
        return self.text in PASSIVE

    @property
    def has_numbers(self) -> bool:
        """Whether enumerations are numbers on the wire."""
        return self.text < STRINGS_SINCE and not self.is_passive

    def visible(self, definition: str, properties: Mapping[Name, Value]) -> dict[Name, Value]:
        """The properties of a definition that this version knows."""
        since = SINCE[definition]
        return {
            name: value for name, value in properties.items() if since.get(name, "") <= self.text
        }


def check(text: str | None, *, kind: str, backup: bool) -> Version:
    """The version, or ARM's refusal; other providers serve any plausible date."""
    if not text:
        raise ArmError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
            gateway=True,
        )
    if not _SHAPE.match(text):
        raise ArmError(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{text}' is invalid. The supported versions are "
            f"'{', '.join(reversed(BACKUP))}'.",
            gateway=True,
        )
    served = text in (*BACKUP, *PASSIVE) if backup else _OTHERS_FIRST < text < _OTHERS_LAST
    if not served:
        raise ArmError(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for API version '{text}' for type '{kind}'. "
            f"The supported api-versions are '{', '.join(BACKUP)}'.",
            gateway=True,
        )
    return Version(text)
