"""The custom role in infra/ is what the app calls, no more and no less.

Every method of Backup is called on the simulated vault. A new one must be added here; the plugin in
tests/collected_calls.py looks at what all the other tests call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from arm.authorized_request import AuthorizedRequest
from arm.backup import Backup
from arm.client import Client
from arm.compute import Vms
from arm.long_running import PollUrls
from arm.preflight import Preflight
from devhost.clock import VirtualClock
from restore.messages.errors import NotFound, NotYet
from restore.messages.model import Choice, ProtectedItem
from restore.values import api_versions
from simulated_azure import seed
from simulated_azure.simulator import Simulator
from simulated_azure.transport import InProcess
from tests import role
from tests.collected_calls import CollectedCalls

VM = seed.vm_id("web-01")
BODY = {
    "properties": {
        "objectType": "IaasVMRestoreRequest",
        "recoveryType": "RestoreDisks",
        "sourceResourceId": VM,
        "storageAccountId": seed.STAGING_ID,
        "region": seed.REGION,
        "targetResourceGroupId": seed.TARGET_GROUP,
    }
}


class Session:
    """One restore on a simulated vault, step by step, noting each call."""

    def __init__(self) -> None:
        self.simulator = Simulator(VirtualClock())
        self.calls: list[tuple[str, str]] = []
        authorized = AuthorizedRequest("https://management.azure.com", lambda: "t", self._send)
        scopes = (f"/subscriptions/{seed.SUBSCRIPTION}",)
        self.backup = Backup(Client(authorized), api_versions.DEFAULT, scopes)
        self.item: ProtectedItem = self.backup.find_vault_item(VM)
        self.vault_id, self.job_id = self.item.vault_id, ""

    def _send(self, method: str, url: str, headers: Mapping[str, str], *rest: Any) -> Any:
        self.calls.append((method, urlsplit(url).path))
        return InProcess(self.simulator)(method, url, headers, *rest)

    def find_what_is_gone(self) -> None:
        """Look for the backup of a VM that nobody has."""
        self.backup.find_vault_item(VM)
        with suppress(NotFound):
            self.backup.find_vault_item(seed.vm_id("nobody"))

    def find_item_of_job(self) -> None:
        """Find what the job restores."""
        job = self.backup.read_job(self.vault_id, self.job_id)
        assert self.backup.find_item_of_job(self.vault_id, job).source_resource_id == VM

    def restore(self) -> None:
        """Start it, and ask each of the three places that know its operation."""
        point = self.backup.recovery_points(self.item).points[0]
        body = {"properties": BODY["properties"] | {"recoveryPointId": point.name}}
        triggered, urls = self.backup.trigger_restore(self.item, point.name, body)
        for known in (urls, None, PollUrls(location=urls.location)):
            operation_id = None if known else triggered.operation_id
            look = self.backup.read_operation(self.vault_id, operation_id, known)
            self.job_id = look.job_id or self.job_id

    def read_disks(self) -> None:
        """Read the disks of a point that the list has not told."""
        point = self.backup.recovery_points(self.item).points[0]
        found = self.backup.with_disks(self.item, Choice(point=point, why="", considered=1))
        assert found.point.disks != point.disks

    def validate(self) -> None:
        """Ask for Azure's opinion, and read it."""
        point = self.backup.recovery_points(self.item).points[0]
        operation_id = self.backup.preflight.start_validation(self.item, point.name, BODY)[0]
        assert operation_id is not None
        with suppress(NotYet):
            self.backup.preflight.read_validation(self.vault_id, operation_id)

    def find_job(self) -> None:
        """Find its job by the list, for its operation may not be over yet."""
        self.job_id = self.backup.restore_jobs(self.item).jobs[0].job_id


PREFLIGHT_CALLS: dict[str, Callable[[Session], object]] = {
    "cross_subscription": lambda session: session.backup.preflight.cross_subscription(
        session.vault_id
    ),
    "storage_type": lambda session: session.backup.preflight.storage_type(session.vault_id),
    "guard_requests": lambda session: session.backup.preflight.guard_requests(session.vault_id),
    "has_vm": lambda session: session.backup.preflight.has_vm(VM),
    "start_validation": Session.validate,
    "read_validation": lambda session: None,  # in the step before
}
VM_CALLS: dict[str, Callable[[Session], object]] = {
    "disks": lambda session: session.backup.vms.disks(VM),
    "state": lambda session: session.backup.vms.state(VM),
    "tags": lambda session: session.backup.vms.tags(VM),
    "group_disks": lambda session: session.backup.vms.group_disks(VM.partition("/providers")[0]),
    "has_new": lambda session: session.backup.vms.has_new(VM, None),
}
CALLS: dict[str, Callable[[Session], object]] = {
    "find_protected_item": lambda session: session.backup.find_protected_item(session.vault_id, VM),
    "find_vault_item": Session.find_what_is_gone,
    "recovery_points": lambda session: session.backup.recovery_points(session.item),
    "with_disks": Session.read_disks,
    "tells_threats": lambda session: session.backup.tells_threats,  # asks nobody
    "trigger_restore": Session.restore,
    "read_operation": lambda session: None,  # in the step before
    "vms": lambda session: [call(session) for call in VM_CALLS.values()],
    "restore_jobs": Session.find_job,
    "read_job": lambda session: session.backup.read_job(session.vault_id, session.job_id),
    "find_item_of_job": Session.find_item_of_job,
    "cancel_job": lambda session: session.backup.cancel_job(session.vault_id, session.job_id),
    "preflight": lambda session: [call(session) for call in PREFLIGHT_CALLS.values()],
}


def test_every_call_that_the_app_can_make_needs_an_action_and_every_action_a_call() -> None:
    for kind, calls in ((Backup, CALLS), (Preflight, PREFLIGHT_CALLS), (Vms, VM_CALLS)):
        public = {name for name in vars(kind) if not name.startswith("_")}
        assert set(calls) == public, "what is not called here is not held against the role"
    session = Session()
    for call in CALLS.values():
        call(session)
    needed = {role.action_of(*call) or str(call) for call in session.calls}
    assert sorted(needed) == sorted(role.granted())


def test_the_table_explains_exactly_the_actions_of_the_definition() -> None:
    assert role.granted() == list(dict.fromkeys(call.action for call in role.table()))


def test_the_definition_is_a_custom_role_without_wildcards_that_must_be_given_a_scope() -> None:
    definition = json.loads((role.INFRA / "role-definition.json").read_text())
    assert definition["IsCustom"] is True
    assert not [action for action in definition["Actions"] if "*" in action]
    assert definition["NotActions"] == definition["DataActions"] == []
    assert definition["AssignableScopes"] == ["/subscriptions/<subscription id>"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{seed.VAULT_ID}/backupPolicies"),
        ("DELETE", VM),
        ("POST", f"{seed.VAULT_ID}/backupJobs/1"),
        ("GET", "/subscriptions/s"),
    ],
)
def test_a_call_that_the_table_does_not_know_is_noticed(method: str, path: str) -> None:
    assert role.action_of(method, path) is None
    collected = CollectedCalls()
    collected.seen = {*role.granted(), f"{method} {path}"}
    (fault,) = collected.faults(is_whole=True)
    assert path in fault


def test_an_action_that_nothing_needs_is_noticed_when_all_tests_ran() -> None:
    collected = CollectedCalls()
    collected.seen = {*role.granted()[1:]}
    assert [*collected.faults(is_whole=False)] == []
    (fault,) = collected.faults(is_whole=True)
    assert role.granted()[0] in fault
