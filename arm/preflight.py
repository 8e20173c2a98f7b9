"""What is read before a restore is asked for: the vault's state, guards, VMs, Azure's own opinion.

Nothing here changes anything in Azure. Facts 6, 7.2, 7.3 and 7.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from arm import compute, long_running, resource_ids, texts
from arm.client import Client
from restore.messages import errors
from restore.messages.model import ProtectedItem
from restore.values.arm_ids import lower_ascii

VAULT_API_VERSION = "2024-04-01"
_GUARDED = (
    "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems/"
    "recoverypoints/restore/action"
)
_ASK_AGAIN_S = 10.0
"""What Azure's own example asks for, where it asks for nothing."""
_FINDINGS_MAX = 50
_CODE_CHARS_MAX = 120
_RESTORES_ELSEWHERE = ("Enabled", "Disabled", "PermanentlyDisabled")
_REDUNDANCIES = (
    "GeoRedundant",
    "LocallyRedundant",
    "ReadAccessGeoZoneRedundant",
    "ZoneRedundant",
)


class Opinion(NamedTuple):
    """One of Azure's findings; a pass has none."""

    code: str
    message: str
    recommendations: tuple[str, ...]


class Begun(NamedTuple):
    """A validation that Azure has begun."""

    operation_id: str | None
    """By which to read it; None when Azure named none."""
    retry_after_s: float | None
    """How long to leave it alone, where Azure says so."""


class Preflight:
    """Reads around one restore. Each raises NotFound or AccessDenied where Azure says so."""

    def __init__(self, client: Client, api_version: str) -> None:
        self._client = client
        self._api_version = api_version

    def cross_subscription(self, vault_id: str) -> str:
        """Whether the vault restores to other subscriptions; Azure's default is Enabled."""
        path = f"{resource_ids.path(vault_id)}?api-version={VAULT_API_VERSION}"
        body = self._client.get(path, "read the vault's restore settings").body
        found = _at(
            body,
            "properties",
            "restoreSettings",
            "crossSubscriptionRestoreSettings",
            "crossSubscriptionRestoreState",
        )
        return texts.one_of(found, _RESTORES_ELSEWHERE) or "Enabled"

    def storage_type(self, vault_id: str) -> str | None:
        """The vault's redundancy, such as GeoRedundant."""
        path = resource_ids.path(vault_id, "backupstorageconfig", "vaultstorageconfig")
        body = self._client.get(self._versioned(path), "read the vault's redundancy").body
        found = _at(body, "properties", "storageType")
        return texts.one_of(found, _REDUNDANCIES)

    def guard_requests(self, vault_id: str) -> tuple[str, ...]:
        """What a guarded restore must name; empty when no Resource Guard protects restores."""
        path = self._versioned(resource_ids.path(vault_id, "backupResourceGuardProxies"))
        pages = self._client.pages(path, "read the vault's resource guards")
        proxies = [proxy for page in pages for proxy in _list(page.body.get("value"))]
        details = [
            each
            for proxy in proxies
            for each in _list(_at(proxy, "properties", "resourceGuardOperationDetails"))
        ]
        wanted = [
            _at(each, "defaultResourceRequest")
            for each in details
            if lower_ascii(str(_at(each, "vaultCriticalOperation"))) == _GUARDED
        ]
        # Kept even where it is no id: nobody can name it then, and the plan says so.
        return tuple(texts.free(each) for each in wanted if isinstance(each, str))

    def has_vm(self, vm_id: str) -> bool:
        """Whether the VM exists."""
        return compute.has_vm(self._client, vm_id)

    def start_validation(
        self, item: ProtectedItem, point_name: str, body: Mapping[str, Any]
    ) -> Begun:
        """Ask Azure for its opinion of a restore body."""
        vault_id = item.vault_id
        path = resource_ids.path(vault_id, "backupTriggerValidateOperation")
        question = {
            "id": f"{item.id}/recoveryPoints/{point_name}",
            "properties": {
                "objectType": "ValidateIaasVMRestoreOperationRequest",
                "restoreRequest": body["properties"],
            },
        }
        answer = self._client.post(self._versioned(path), question, "ask Azure to validate")
        operation_id = long_running.operation_id(long_running.poll_urls(answer.headers))
        return Begun(operation_id, answer.retry_after_s)

    def read_validation(self, vault_id: str, operation_id: str) -> tuple[Opinion, ...]:
        """Azure's findings; NotYet while it still looks. A 200 may carry failures (facts 6)."""
        path = resource_ids.path(vault_id, "backupValidateOperationResults", operation_id)
        answer = self._client.get(self._versioned(path), "read Azure's validation")
        if answer.status == 202:
            wait_s = answer.retry_after_s
            raise errors.NotYet(
                "Azure still validates the request.",
                code="Validating",
                retry_after_s=_ASK_AGAIN_S if wait_s is None else wait_s,
            )
        results = _list(_at(answer.body, "validateOperationResponse", "validationResults"))
        found = [_opinion(one) for one in results[:_FINDINGS_MAX] if isinstance(one, dict)]
        return tuple(one for one in found if one.code.lower() != "success")

    def _versioned(self, path: str) -> str:
        return f"{path}?api-version={self._api_version}"


def _opinion(raw: Mapping[str, Any]) -> Opinion:
    advice = (texts.free(one) for one in _list(raw.get("recommendations"))[:_FINDINGS_MAX])
    return Opinion(
        code=texts.free(raw.get("code"), _CODE_CHARS_MAX) or "ValidationFailed",
        message=texts.free(raw.get("message")),
        recommendations=tuple(text for text in advice if text),
    )


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
