"""Each rule of a policy allowing and refusing: one table for judging, restoring and planning.

The requests are those of the simulated vault, so that the same case can be judged by itself or sent
to the whole app by HTTP or by the queue.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from restore.policy.rules import DEFAULT, Policy, Probes, RecoveryType, Rule
from tests.end_to_end.harness import SUBSCRIPTION, request_for, vm

OTHER = "/subscriptions/00000000-0000-0000-0000-000000000002"
APP = f"{SUBSCRIPTION}/resourceGroups/rg-app"
RESTORED = f"{SUBSCRIPTION}/resourceGroups/rg-restored"
NETWORKS = f"{RESTORED}/providers/Microsoft.Network/virtualNetworks"
STAGING = f"{OTHER}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/staging"
ALL: tuple[RecoveryType, ...] = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
EVERYTHING = Policy(
    rules=(Rule(name="everything", recovery_types=ALL, sources=("*",), targets=("*",)),),
    max_concurrent_restores=1000,
    restores_per_vm_per_day=1000,
    reserved_for_people=0,
)
"""Lets every restore through, without approval: for tests of other things."""


STAGING_WEST = str(request_for("RestoreDisks", "r1")["storageAccountId"])
_BY_IDENTITY = {
    "storageAccountId": None,
    "identityBasedRestoreDetails": {"targetStorageAccountId": STAGING},
    "identityInfo": {"isSystemAssignedIdentity": True},
}
_PROBES = Probes(networks=("10.2.0.0/16",), ports=(443,))
_PROBED = {"verify": {"probe": "https://10.2.0.4/health"}}
_AS_VHDS = {"restoreWithManagedDisks": False, "targetResourceGroupId": None}


class Case(NamedTuple):
    """A policy, a request and what comes of it."""

    name: str
    policy: Policy
    kind: str
    allowed_by: str | None
    at: tuple[str, ...] = ()
    """The request's fields at which it is refused."""
    changes: dict[str, Any] = {}
    source: str | None = None
    """None: it makes no difference."""
    approval: bool = False
    point_age: timedelta = timedelta(hours=1)

    def request(self, request_id: str) -> dict[str, Any]:
        """Return the request's fields."""
        return request_for(self.kind, request_id, **self.changes)


def only(**fields: Any) -> Policy:
    """Return a policy of one rule, which allows everything but what is said here."""
    rule = {"name": "only", "recovery_types": ALL, "sources": ("*",), "targets": ("*",)} | fields
    return Policy(rules=(Rule(**rule),))


def _pair(
    name: str,
    kind: str,
    at: tuple[str, ...],
    good: dict[str, Any],
    bad: dict[str, Any],
    source: str | None = None,
    changes: dict[str, Any] = {},  # noqa: B006 - nobody changes it
) -> list[Case]:
    """The same request under a rule that allows it and under one that does not."""
    return [
        Case(f"{name}: allowed", only(**good), kind, "only", (), changes, source),
        Case(f"{name}: refused", only(**bad), kind, None, at, changes, source),
    ]


CASES = [
    Case("by default disks", DEFAULT, "RestoreDisks", "default-new"),
    Case("by default a new VM", DEFAULT, "AlternateLocation", "default-new"),
    Case(
        "by default a replacement with approval",
        DEFAULT, "OriginalLocation", "default-replace", approval=True,
    ),
    Case(
        "by default no disks in another subscription", DEFAULT, "RestoreDisks", None,
        ("$.targetResourceGroupId",),
        {"targetResourceGroupId": f"{OTHER}/resourceGroups/rg", "storageAccountId": STAGING},
    ),
    *_pair("recovery type", "AlternateLocation", ("$.recoveryType",),
           {"recovery_types": ALL}, {"recovery_types": ("RestoreDisks", "OriginalLocation")}),
    *_pair("source subscription", "RestoreDisks", ("$.sourceResourceId",),
           {"sources": (SUBSCRIPTION,)}, {"sources": (OTHER,)}),
    *_pair("source group", "RestoreDisks", ("$.sourceResourceId",),
           {"sources": (OTHER, APP.upper())}, {"sources": (f"{APP}-2", RESTORED)}),
    *_pair("source VM", "RestoreDisks", ("$.sourceResourceId",),
           {"sources": (vm(),)}, {"sources": (vm("web-0"), vm("web-02"))}),
    *_pair("no source at all", "RestoreDisks", ("$.sourceResourceId",),
           {"sources": ("vaultSubscription",)}, {"sources": ()}),
    *_pair("target subscription", "RestoreDisks", ("$.targetResourceGroupId",),
           {"targets": (f"{SUBSCRIPTION}/",)}, {"targets": (OTHER,)}),
    *_pair("target group", "RestoreDisks", ("$.targetResourceGroupId",),
           {"targets": (RESTORED,)}, {"targets": (APP,)}),
    *_pair("the VM that is replaced", "OriginalLocation", ("$.sourceResourceId",),
           {"targets": (APP,)}, {"targets": (RESTORED,)}),
    *_pair("target of a new VM", "AlternateLocation",
           ("$.targetResourceGroupId", "$.targetVirtualMachineId"),
           {"targets": (RESTORED,)}, {"targets": (APP,), "networks": ("*",)}),
    *_pair("network inside targets", "AlternateLocation",
           ("$.virtualNetworkId", "$.subnetId"),
           {"targets": (RESTORED,)},
           {"targets": (f"{RESTORED}/providers/Microsoft.Compute", RESTORED),
            "networks": (APP,)}),
    *_pair("network", "AlternateLocation", ("$.virtualNetworkId", "$.subnetId"),
           {"networks": (f"{NETWORKS}/vnet-restored",)}, {"networks": (f"{NETWORKS}/vnet",)}),
    *_pair("no network at all", "AlternateLocation", ("$.virtualNetworkId", "$.subnetId"),
           {"networks": ("*",)}, {"networks": ()}),
    *_pair("who asks", "RestoreDisks", ("$",),
           {"asked_by": ("queue",)}, {"asked_by": ("http", "alert")}, "queue"),
    *_pair("nobody may ask", "RestoreDisks", ("$",),
           {"asked_by": ("queue", "http", "alert")}, {"asked_by": ()}),
    *_pair("age of the point", "RestoreDisks", ("$.recoveryPoint",),
           {"max_point_age": "P30D"}, {"max_point_age": "PT1M"}),
    *_pair("the probe of a new VM", "AlternateLocation", ("$.verify.probe",),
           {"probes": _PROBES}, {"probes": None}, changes=_PROBED),
    *_pair("the port of a probe", "OriginalLocation", ("$.verify.probe",),
           {"probes": _PROBES}, {"probes": Probes(networks=("10.2.0.0/16",), ports=(22,))},
           changes=_PROBED),
    *_pair("two reasons", "RestoreDisks", ("$.sourceResourceId", "$.targetResourceGroupId"),
           {"sources": (APP,)}, {"sources": (OTHER,), "targets": (OTHER,)}),
    Case(
        "HTTP is not the queue", only(asked_by=("queue",)), "RestoreDisks", None, ("$",),
        source="http",
    ),
    Case("HTTP", only(asked_by=("http",)), "RestoreDisks", "only", source="http"),
    Case("with approval", only(approval=True), "RestoreDisks", "only", approval=True),
    Case(
        "unmanaged disks stay in the account", only(targets=(RESTORED,)), "RestoreDisks", None,
        ("$.storageAccountId",),
        {"restoreWithManagedDisks": False, "targetResourceGroupId": None},
    ),
    Case(
        "unmanaged disks stay in an account that identity reaches", DEFAULT, "RestoreDisks", None,
        ("$.identityBasedRestoreDetails.targetStorageAccountId",), _AS_VHDS | _BY_IDENTITY,
    ),
    Case(
        "a group beside the account where disks stay is no leave for the account",
        only(targets=(RESTORED,)), "RestoreDisks", None, ("$.storageAccountId",),
        {"restoreWithManagedDisks": False},
    ),
    Case(
        "the account where disks stay may be a target", only(targets=(RESTORED, STAGING_WEST)),
        "RestoreDisks", "only", changes={"restoreWithManagedDisks": False},
    ),
    *_pair("no target at all", "OriginalLocation", ("$.sourceResourceId",),
           {"targets": ("*",)}, {"targets": ()}),
    Case(
        "no disks anywhere", only(targets=()), "RestoreDisks", None,
        ("$.identityBasedRestoreDetails.targetStorageAccountId",), _AS_VHDS | _BY_IDENTITY,
    ),
    Case(
        "an edge zone that is an id", only(), "RestoreDisks", None, ("$.extendedLocation.name",),
        {"extendedLocation": {"name": f"{OTHER}/resourceGroups/rg", "type": "EdgeZone"}},
    ),
    Case(
        "a disk encryption set of strangers", DEFAULT, "RestoreDisks", None,
        ("$.diskEncryptionSetId",),
        {"diskEncryptionSetId":
            f"{OTHER}/resourceGroups/rg/providers/Microsoft.Compute/diskEncryptionSets/theirs"},
    ),
    Case(
        "no rule", Policy(rules=()), "RestoreDisks", None, ("$.recoveryType",),
    ),
    Case(
        "the second rule",
        Policy(rules=(*only(sources=(OTHER,)).rules, *EVERYTHING.rules)),
        "RestoreDisks", "everything",
    ),
    Case(
        "the first rule that allows", Policy(rules=(*only(approval=True).rules, *EVERYTHING.rules)),
        "RestoreDisks", "only", approval=True,
    ),
]  # fmt: skip
