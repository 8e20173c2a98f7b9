"""The calls to Azure Backup that a restore needs, in field words; HTTP is the client's business.

Each takes and returns the structs of restore/messages/model.py. The api-version of each resource
provider is written once: Backup's is a setting, the vault's own stands here. URLs that Azure hands
out keep the version they came with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from arm import (
    arm_json,
    discovery,
    filters,
    long_running,
    protected_items,
    resource_ids,
    texts,
)
from arm.client import Client
from arm.compute import Vms
from arm.long_running import PollUrls
from arm.preflight import VAULT_API_VERSION, Preflight
from restore.messages import errors
from restore.messages.model import (
    Choice,
    JobSnapshot,
    OperationSnapshot,
    ProtectedItem,
    RecoveryPoint,
    Triggered,
)
from restore.values import api_versions
from restore.values.arm_ids import lower_as_azure


class JobList(NamedTuple):
    """Restore jobs of a vault, and the vault's time when the list was read."""

    jobs: tuple[JobSnapshot, ...]
    vault_time: datetime


class PointList(NamedTuple):
    """Recovery points as Azure lists them, and how many have no name or time that can be read."""

    points: tuple[RecoveryPoint, ...]
    unreadable: int


class CancelReply(NamedTuple):
    """Whether Azure Backup agreed to cancel; too late is an answer, not an error."""

    accepted: bool
    code: str | None = None
    text: str | None = None


class Backup:
    """Azure Backup, seen through one client. Safe to share between threads."""

    def __init__(self, client: Client, api_version: str, scopes: Sequence[str] = ()) -> None:
        """`scopes` are the vaults, or their subscriptions, in which a VM's backup is looked for at
        last."""
        self._client = client
        self._api_version = api_version
        self._discovery = discovery.Discovery(client, api_version, scopes)
        # Kept for good: a vault cannot move to another region.
        self._regions: dict[str, str] = {}

    @property
    def tells_threats(self) -> bool:
        """Whether the api-version that is asked for says what threats a recovery point has."""
        return api_versions.tells_threats(self._api_version)

    @property
    def preflight(self) -> Preflight:
        """What is read before a restore is asked for."""
        return Preflight(self._client, self._api_version)

    def find_protected_item(self, vault_id: str, source_resource_id: str) -> ProtectedItem:
        """The vault's protected item that is this VM, whether or not the VM still exists."""
        doing = "find the protected item in the vault"
        items = self._items(vault_id, doing)
        found = protected_items.find(items, source_resource_id, doing)
        return self._item(vault_id, found, doing)

    def find_item_of_job(self, vault_id: str, job: JobSnapshot) -> ProtectedItem:
        """The vault's protected item that a job is about."""
        doing = "find the job's protected item in the vault"
        found = protected_items.find_of_job(self._items(vault_id, doing), job, doing)
        return self._item(vault_id, found, doing)

    def find_vault_item(self, source_resource_id: str) -> ProtectedItem:
        """The protected item of a VM, in whatever vault it is, whether or not the VM exists."""
        return self._discovery.look_up(source_resource_id, self.find_protected_item)

    @property
    def vms(self) -> Vms:
        """What is asked about virtual machines."""
        return Vms(self._client)

    def recovery_points(self, item: ProtectedItem) -> PointList:
        """All recovery points of the item."""
        where = self._versioned(resource_ids.path(item.id, "recoveryPoints"))
        raw = [one for one in self._all(where, "list the recovery points") if arm_json.is_vms(one)]
        points = tuple(point for point in map(arm_json.recovery_point, raw) if point is not None)
        return PointList(points, unreadable=len(raw) - len(points))

    def with_disks(self, item: ProtectedItem, choice: Choice) -> Choice:
        """The choice with the disks of its point. A list may leave them out: then they are read
        with the point itself, which may leave them out, too."""
        point = choice.point
        if point.disks is not None and point.disks.are_listed:
            return choice
        where = self._versioned(resource_ids.path(item.id, "recoveryPoints", point.name))
        try:
            raw = self._client.get(where, "read the recovery point's disks").body
        except errors.PermanentError:
            return choice
        alone = arm_json.recovery_point(raw)
        known = alone.disks if alone is not None and alone.name == point.name else None
        if known is None or not (known.are_listed or point.disks is None):
            return choice
        return msgspec.structs.replace(choice, point=msgspec.structs.replace(point, disks=known))

    def restore_jobs(
        self, item_or_vault: ProtectedItem | str, since: datetime | None = None
    ) -> JobList:
        """The vault's restore jobs that began at that time or later."""
        inside = item_or_vault if isinstance(item_or_vault, str) else item_or_vault.vault_id
        vault_id = resource_ids.vault_id(inside)
        first = None if since is None else since.astimezone(UTC).replace(microsecond=0)
        where = self._versioned(resource_ids.path(vault_id, "backupJobs"), filters.restores(first))
        jobs: list[JobSnapshot] = []
        times: list[datetime] = []
        for page in self._client.pages(where, "list the vault's restore jobs"):
            times.append(page.time)
            listed = map(arm_json.job, _values(page.body))
            jobs += [job for job in listed if job is not None and _is_wanted(job, first)]
        return JobList(tuple(jobs), times[0])

    def trigger_restore(
        self, item: ProtectedItem, point_name: str, body: Mapping[str, Any]
    ) -> tuple[Triggered, PollUrls]:
        """Start the restore. ReplyLost: it may have started. Any other error: it surely did not."""
        doing = "start the restore"
        where = resource_ids.path(item.id, "recoveryPoints", point_name, "restore")
        answer = self._client.post(self._versioned(where), body, doing)
        if answer.status != 202:
            raise errors.ReplyLost(
                f"Azure answered HTTP {answer.status} instead of 202.", doing=doing
            )
        poll_urls = long_running.poll_urls(answer.headers)
        triggered = Triggered(operation_id=long_running.operation_id(poll_urls))
        return triggered, long_running.trusted(poll_urls, self._client, item)

    def read_operation(
        self, vault_id: str, operation_id: str | None, poll_urls: PollUrls | None
    ) -> OperationSnapshot:
        """Read the operation that a restore began as, once."""
        vault_id = resource_ids.vault_id(vault_id)
        return long_running.read_operation(
            self._client, vault_id, operation_id, poll_urls, self._api_version
        )

    def read_job(self, vault_id: str, job_id: str) -> JobSnapshot:
        """Read a job, once. NotFound right after the start means: not yet."""
        doing = "read the job"
        where = resource_ids.path(resource_ids.vault_id(vault_id), "backupJobs", job_id)
        found = arm_json.job(self._client.get(self._versioned(where), doing).body, job_id)
        if found is None:
            raise errors.ServiceUnavailable(
                "Azure's reply does not show the job's status.", code="MalformedReply", doing=doing
            )
        return found

    def cancel_job(self, vault_id: str, job_id: str) -> CancelReply:
        """Ask Azure Backup to cancel a job; asking twice does no harm."""
        where = resource_ids.path(resource_ids.vault_id(vault_id), "backupJobs", job_id, "cancel")
        try:
            self._client.post(self._versioned(where), None, "cancel the job")
        except (errors.InvalidRequest, errors.Conflict) as error:
            return CancelReply(False, error.code, error.message)
        return CancelReply(True)

    def _items(self, vault_id: str, doing: str) -> list[Any]:
        with _vault_must_exist(doing):
            where = resource_ids.path(resource_ids.vault_id(vault_id), "backupProtectedItems")
            return self._all(self._versioned(where, filters.VMS), doing)

    def _item(self, vault_id: str, raw: object, doing: str) -> ProtectedItem:
        vault_id = resource_ids.vault_id(vault_id)
        with _vault_must_exist(doing):
            region = self._region(vault_id)
        item = arm_json.protected_item(raw, vault_id, region)
        if item is None:
            raise protected_items.unnamed(doing)
        return item

    def _region(self, vault_id: str) -> str:
        key = lower_as_azure(vault_id)
        if key not in self._regions:
            where = f"{resource_ids.path(vault_id)}?api-version={VAULT_API_VERSION}"
            body = self._client.get(where, "read the vault's region").body
            region = texts.name(body.get("location"))
            if region is None:
                raise errors.ServiceUnavailable(
                    "Azure's reply does not name the vault's region.", code="MalformedReply"
                )
            self._regions[key] = region
        return self._regions[key]

    def _all(self, path: str, doing: str) -> list[Any]:
        pages = self._client.pages(path, doing)
        return [value for page in pages for value in _values(page.body)]

    def _versioned(self, path: str, where: str | None = None) -> str:
        return f"{path}?{filters.versioned(self._api_version, where)}"


@contextmanager
def _vault_must_exist(doing: str) -> Iterator[None]:
    try:
        yield
    except errors.NotFound as error:
        raise errors.NotFound(
            "The vault does not exist, or the app's identity may not see it.",
            code="VaultNotFound",
            details=(f"{error.code}: {error.message}",),
            doing=doing,
        ) from None


def _values(body: Mapping[str, Any]) -> list[Any]:
    values = body.get("value")
    return values if isinstance(values, list) else []


def _is_wanted(job: JobSnapshot, first: datetime | None) -> bool:
    is_restore = job.operation in (None, "Restore")
    return is_restore and (first is None or job.start_time is None or job.start_time >= first)
