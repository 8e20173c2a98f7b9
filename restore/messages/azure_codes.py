"""Azure's error codes: what each means for a restore, how patient to be, what a person can do.

The one table of them, for replies, operations, jobs and validations alike. A code that is not in it
keeps Azure's words and nothing is added. `*` stands for any text, so that a family needs one row.
Each row says where it comes from and when that was looked up; `tools/azure_codes.py` writes the
table into docs/operating.md.
"""

from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from restore.messages import errors
from restore.messages.attempts import Rung

Names = Literal["", "policy", "right"]

_ARM = "Azure Resource Manager"
_TROUBLE = "azure-docs: backup-azure-vms-troubleshoot"
_FILES = "azure-docs: troubleshoot-azure-files"
_WORKLOADS = "azure-docs: backup-sql-server-azure-troubleshoot"

_VAGUE = "Azure Backup does not say which field is wrong: check ids, region and target fields."
GONE = "Check the id; the resource may have been deleted or moved."
_VERSION = "Set BACKUP_API_VERSION to a version that this cloud and region serve."
SLOWER = "Azure asks to slow down."
_TOKEN = "The access token has expired; the app gets a new one."
TENANT = "Azure refused the token: the app's identity must belong to the subscription's tenant."
_INTERNAL = "An error within Azure, which usually passes."
_BUSY = "Another operation is running on this item; it must end first."
_BLOCKED = "Azure blocks this kind of operation for hours after too many of them."
_POLICY = "An Azure Policy forbids what the restore would create: have it changed or exempted."
_GUARD = (
    "A Resource Guard protects restores of this vault: name its request in "
    "resourceGuardOperationRequests, and give the app's identity Backup MUA Operator on the guard."
)
_LOCK = "A resource lock stands in the way: remove it from the resource or group that is named."
_QUOTA = "A quota of the subscription is used up: ask for more, or restore the disks instead."
_DISKS = "restore the disks instead"
ROLES = (
    "The app's identity needs Backup Operator on the vault, Virtual Machine Contributor on the "
    "source VM or its resource group, Contributor on the target resource group and Storage "
    "Account Contributor on the staging storage account."
)
LINKED = (
    "The app's identity lacks rights on a resource that the request names: the subnet (join), the "
    "target resource group, the staging storage account or the vault's Resource Guard."
)

_MINUTE_S = 60.0
_HOUR_S = 3_600.0


class AzureCode(NamedTuple):
    """What one code, or a family of them, means."""

    code: str
    kind: type[errors.RestoreError]
    """A TemporaryError is waited out, until the restore's deadline."""
    advice: str
    source: str
    wait_s: float | None = None
    """How long to wait at least, where Azure itself does not say."""
    is_undecided: bool = False
    """A write that is answered so may have been accepted all the same."""
    rung: Rung | None = None
    """What may be done instead where a restore fails so and the policy lets it fall back."""
    names: Names = ""
    """What Azure's text names beside it, and the advice should: the policy, or the right."""
    seen: str = "2026-11"
    """When the source was looked up."""


CODES: tuple[AzureCode, ...] = (
    # The request is wrong.
    AzureCode("BMSUserErrorInvalidInput", errors.InvalidRequest, _VAGUE, "azure-sdk-for-net#41262"),
    AzureCode(
        "CloudInvalidInputError",
        errors.InvalidRequest,
        f"Not transient. {_VAGUE}",
        "azure-powershell#7823",
    ),
    AzureCode(
        "UserErrorOperationFailedInvalidParameters",
        errors.InvalidRequest,
        _VAGUE,
        "azure-powershell#11754",
    ),
    AzureCode("InvalidApiVersionParameter", errors.InvalidRequest, _VERSION, _ARM),
    AzureCode("NoRegisteredProviderFound", errors.InvalidRequest, _VERSION, _ARM),
    AzureCode(
        "BMSUserErrorCrossRegionRestoreNotEnabledInThisVault",
        errors.InvalidRequest,
        f"The api-version is one of the secondary region's. {_VERSION}",
        "azure-rest-api-specs#23842",
    ),
    # It is not there.
    AzureCode(
        "BMSUserErrorDataSourceObjectNotFound",
        errors.NotFound,
        "The vault holds no such item: check vaultId and sourceResourceId.",
        "azure-rest-api-specs#23842",
    ),
    AzureCode(
        "UserErrorInstantRpNotFound",
        errors.NotFound,
        "The snapshot is gone: choose another recovery point.",
        _TROUBLE,
        rung="olderPoint",
    ),
    AzureCode("ResourceNotFound", errors.NotFound, GONE, _ARM),
    AzureCode("ResourceGroupNotFound", errors.NotFound, GONE, _ARM),
    AzureCode("SubscriptionNotFound", errors.NotFound, GONE, _ARM),
    # Something stands in the way.
    AzureCode(
        "UserErrorSkuNotAvailable",
        errors.Conflict,
        f"The VM size is not available there: {_DISKS}.",
        _TROUBLE,
        rung="disks",
    ),
    *(
        AzureCode(
            code,
            errors.Conflict,
            f"The VM size is not available there now: {_DISKS}.",
            "azure-docs: resource-manager troubleshooting",
            rung="disks",
        )
        for code in ("SkuNotAvailable", "AllocationFailed", "ZonalAllocationFailed")
    ),
    AzureCode(
        "UserErrorMarketPlaceVMNotSupported",
        errors.Conflict,
        f"The marketplace plan was withdrawn: {_DISKS}.",
        _TROUBLE,
    ),
    AzureCode(
        "UserErrorCoreCountSubscriptionQuotaReached",
        errors.Conflict,
        "The subscription's core quota is used up: ask for more.",
        "azure-rest-api-specs: example ValidateOperationResults",
        rung="disks",
    ),
    AzureCode("QuotaExceeded", errors.Conflict, _QUOTA, _ARM, rung="disks"),
    AzureCode(
        "UserErrorBcmDatasourceNotPresent",
        errors.Conflict,
        "Azure Backup could not back up the VM before replacing its disks.",
        "azure-docs#50541",
    ),
    AzureCode(
        "OlrBackupFailed",
        errors.Conflict,
        "The backup that precedes replacing disks failed: a running backup must end first.",
        "azure-docs#50541",
    ),
    AzureCode(
        "UserErrorMigrationFromTrustedLaunchVMToNonTrustedVMNotAllowed",
        errors.Conflict,
        "The security type may not change: choose a matching target.",
        _TROUBLE,
    ),
    AzureCode(
        "BMSUserErrorContainerIsAlreadyRegisteredWithAnotherVault",
        errors.Conflict,
        "The VM belongs to another vault: give that vault's id.",
        "recorded traffic",
    ),
    AzureCode("ScopeLocked", errors.Conflict, _LOCK, "azure-docs#32050"),
    AzureCode(
        "MissingSubscriptionRegistration",
        errors.Conflict,
        "Register the resource provider that is named in the subscription.",
        _ARM,
    ),
    # It is forbidden.
    AzureCode("AuthorizationFailed", errors.AccessDenied, ROLES, _ARM, names="right"),
    AzureCode("Forbidden", errors.AccessDenied, ROLES, _ARM, names="right"),
    AzureCode("LinkedAuthorizationFailed", errors.AccessDenied, LINKED, _ARM, names="right"),
    AzureCode("LinkedAccessCheckFailed", errors.AccessDenied, LINKED, _ARM, names="right"),
    AzureCode(
        "DenyAssignmentAuthorizationFailed",
        errors.AccessDenied,
        "A deny assignment forbids it, whatever roles there are: have it changed.",
        _ARM,
    ),
    AzureCode("InvalidAuthenticationToken*", errors.AccessDenied, TENANT, _ARM),
    AzureCode("AuthenticationFailed*", errors.AccessDenied, TENANT, _ARM),
    AzureCode(
        "*DisallowedByPolicy",
        errors.AccessDenied,
        _POLICY,
        f"{_TROUBLE}; terraform-provider-azurerm#31887",
        names="policy",
    ),
    AzureCode(
        "*ResourceGuard*", errors.AccessDenied, _GUARD, "azure-docs: multi-user-authorization"
    ),
    # It passes.
    AzureCode("TooManyRequests", errors.Throttled, SLOWER, _ARM),
    AzureCode("*RequestsThrottled", errors.Throttled, SLOWER, _ARM),
    AzureCode(
        "CloudDos*LimitReached",
        errors.Throttled,
        _BLOCKED,
        f"azure-cli#32441; {_WORKLOADS}",
        wait_s=_HOUR_S,
    ),
    AzureCode(
        "BMSUserErrorObjectLocked", errors.ServiceUnavailable, _BUSY, _FILES, wait_s=_MINUTE_S
    ),
    AzureCode(
        "BMSUserErrorConflictingProtectionOperation",
        errors.ServiceUnavailable,
        _BUSY,
        _FILES,
        wait_s=_MINUTE_S,
    ),
    AzureCode(
        "*AnotherOperation*",
        errors.ServiceUnavailable,
        "Another operation is running there; it must end first.",
        _ARM,
        wait_s=_MINUTE_S,
    ),
    AzureCode(
        "Expired*Token", errors.ServiceUnavailable, _TOKEN, "terraform-provider-azurerm#20867"
    ),
    AzureCode("*TokenExpired", errors.ServiceUnavailable, _TOKEN, _ARM),
    AzureCode(
        "CloudInternalError",
        errors.ServiceUnavailable,
        _INTERNAL,
        "terraform-provider-azurerm#20153",
        is_undecided=True,
    ),
    AzureCode("Internal*Error", errors.ServiceUnavailable, _INTERNAL, _ARM, is_undecided=True),
    AzureCode("ServerBusy", errors.ServiceUnavailable, _INTERNAL, _ARM),
    AzureCode("*Timeout", errors.ServiceUnavailable, _INTERNAL, _ARM, is_undecided=True),
    AzureCode("RetryableError*", errors.ServiceUnavailable, _INTERNAL, _ARM, is_undecided=True),
)


def find(code: str | None) -> AzureCode | None:
    """Return what a code means, its letters in any case; None for an unknown one."""
    text = (code or "").lower()
    return next((row for row in CODES if fnmatchcase(text, row.code.lower())), None)
