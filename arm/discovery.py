"""Which vault protects a VM, when the request does not say.

Asked are, in this order: Azure Backup in the VM's region, which knows VMs that exist; Azure
Resource Graph, which knows those that are gone, too; and the vaults of the setting RESTORE_VAULTS.
What is found is remembered for minutes, and whoever uses it looks it up there. Nothing is guessed:
of several backups none is taken, and one of a VM of the same name is only named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from arm import compute, filters, protected_items, resource_graph, resource_ids, texts
from arm.client import Client
from arm.preflight import VAULT_API_VERSION
from restore.messages import errors
from restore.messages.model import ProtectedItem
from restore.values.arm_ids import lower_as_azure

REMEMBERED = timedelta(minutes=5)
VAULTS_MAX = 50
"""Vaults whose items are listed for one VM: each takes a second or more."""
_REMEMBERED_MAX = 1_000

_DOING = "find the vault that protects the VM"
_ACTION = "Microsoft.RecoveryServices/Locations/backupStatus/action"
_GONE = "VirtualMachineNotFound"
_IF_THERE = "If there is one, give the request its vaultId"
_ADVICE = "Give the request a vaultId"


class Discovery:
    """Finds vaults through one client. Safe to share between threads."""

    def __init__(self, client: Client, api_version: str, scopes: Sequence[str] = ()) -> None:
        self._client, self._api_version, self._scopes = client, api_version, scopes
        self._known: dict[str, tuple[datetime, str]] = {}

    def look_up(self, vm_id: str, find_in: Callable[[str, str], ProtectedItem]) -> ProtectedItem:
        """Return the VM's item as the vault has it that is found, and remember that vault. Raises
        NotFound, Conflict where there are several or it is deleted, AccessDenied where nobody may
        be asked, and what `find_in` raises, which is given a vault and the VM."""
        key, now = lower_as_azure(vm_id), self._client.authorized.now()
        until, vault_id = self._known.get(key, (now, ""))
        if now < until:
            with suppress(errors.PermanentError):
                return find_in(vault_id, vm_id)
        vault_id = self._find(vm_id)
        found = find_in(vault_id, vm_id)
        if len(self._known) >= _REMEMBERED_MAX:
            self._known.clear()  # to forget costs a look
        self._known[key] = (self._client.authorized.now() + REMEMBERED, vault_id)
        return found

    def _find(self, vm_id: str) -> str:
        looks: tuple[Callable[[str], str | Sequence[Any]], ...] = (
            self._by_status,
            lambda vm_id: resource_graph.items_called(self._client, vm_id),
            self._in_scopes,
        )
        against: list[errors.PermanentError] = []
        seen: list[Any] = []
        for look in looks:
            try:
                found = look(vm_id)
            except (errors.AccessDenied, errors.NotFound, errors.InvalidRequest) as error:
                against.append(error)
                continue
            if isinstance(found, str):
                return found
            vault_id = protected_items.vault_of(found, vm_id, _DOING)
            if vault_id is not None:
                return vault_id
            seen += found
        raise _nowhere(seen, vm_id, against)

    def _by_status(self, vm_id: str) -> str | Sequence[Any]:
        """Ask Azure Backup in the VM's region."""
        subscription = resource_ids.subscription_id(vm_id)
        region = compute.read_vm_region(self._client, vm_id)
        path = resource_ids.path(
            f"{subscription}/providers/Microsoft.RecoveryServices/locations/{region}/backupStatus"
        )
        body = {"resourceType": "VM", "resourceId": vm_id}
        try:
            answer = self._client.ask(
                f"{path}?api-version={self._api_version}", body, "ask for the VM's backup status"
            )
        except errors.AccessDenied as error:
            raise errors.AccessDenied(
                f"{error.message} Give the app's identity {_ACTION} on the VM's subscription.",
                code=error.code,
                doing=_DOING,
            ) from None
        return _vault_id(answer.body.get("vaultId")) or ()

    def _in_scopes(self, vm_id: str) -> Sequence[Any]:
        """List the items of each vault that the setting names, or that lies in a subscription that
        it names."""
        del vm_id
        vaults = [*self._vaults()]
        if len(vaults) > VAULTS_MAX:
            raise errors.NotFound(
                f"RESTORE_VAULTS leads to more than {VAULTS_MAX} vaults.",
                code="ListTooLong",
                doing=_DOING,
            )
        listed = filters.versioned(self._api_version, filters.VMS)
        paths = (resource_ids.path(vault_id, "backupProtectedItems") for vault_id in vaults)
        return [item for path in paths for item in self._list(f"{path}?{listed}")]

    def _vaults(self) -> Iterator[str]:
        for scope in self._scopes:
            if resource_ids.find_segment(scope, "vaults") is not None:
                yield resource_ids.vault_id(scope)
                continue
            where = resource_ids.path(f"{scope}/providers/Microsoft.RecoveryServices/vaults")
            for raw in self._list(f"{where}?api-version={VAULT_API_VERSION}"):
                vault_id = _vault_id(raw.get("id") if isinstance(raw, dict) else None)
                if vault_id is not None:
                    yield vault_id

    def _list(self, path: str) -> Iterator[Any]:
        for page in self._client.pages(path, _DOING):
            values = page.body.get("value")
            yield from values if isinstance(values, list) else ()


def _nowhere(
    seen: Sequence[Any], vm_id: str, against: Sequence[errors.PermanentError]
) -> errors.PermanentError:
    """The VM's backup is in no vault that could be asked: with what stood in the way."""
    denied = [each for each in against if isinstance(each, errors.AccessDenied)]
    told = [each for each in against if each.code != _GONE]
    details = tuple(f"{each.code}: {each.message}" for each in told)
    gone = any(each.code == _GONE for each in against)
    named = protected_items.namesakes(seen, vm_id)
    if denied and not seen:
        return errors.AccessDenied(
            f"{denied[0].message} {_ADVICE}, or the app's identity the rights to look for it.",
            code=denied[0].code,
            details=details,
            doing=_DOING,
        )
    said = "No vault that the app may see has a backup of this VM."
    if gone:
        said = "The VM does not exist, and no vault that the app may see has a backup of it."
    instead = "Otherwise give the request the vaultId of its backup" if named else _IF_THERE
    return errors.NotFound(
        f"{said}{named} {instead}, or set RESTORE_VAULTS.",
        code=_GONE if gone and not named else "ProtectedItemNotFound",
        details=details,
        doing=_DOING,
    )


def _vault_id(said: object) -> str | None:
    try:
        known = texts.resource_id(said)
        return resource_ids.vault_id(known) if known else None
    except ValueError:
        return None
