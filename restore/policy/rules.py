"""What a policy is made of, and the one that is in force where an operator gives none.

Whether it allows a restore, judging.py says. From JSON to a Policy leads policy_text.py.
"""

from typing import Annotated, Literal

from msgspec import Meta

from restore.messages.attempts import Rung
from restore.messages.field_types import Age
from restore.values.structs import StrictModel
from restore.values.times import seconds_of

VAULT_SUBSCRIPTION = "vaultSubscription"
ANYWHERE = "*"
RecoveryType = Literal["RestoreDisks", "OriginalLocation", "AlternateLocation"]
Asker = Literal["http", "queue", "alert"]
Scope = Annotated[
    str,
    Meta(
        pattern=r"^(\*|vaultSubscription|/[Ss]ubscriptions/.+)$",
        max_length=2048,
        description=(
            "The ARM id that a resource must have or lie under (a subscription, resource group, "
            "network, storage account or VM; A to Z without case), or vaultSubscription, or * for "
            "anything."
        ),
        extra={"says": "must be *, vaultSubscription or an ARM id that begins with a subscription"},
    ),
]
Scopes = Annotated[tuple[Scope, ...], Meta(max_length=200)]
_Name = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9._-]{1,60}$",
        description="What a refusal, the ledger and the events call this rule.",
        extra={"says": "must be 1 to 60 of A-Z a-z 0-9 . _ -"},
    ),
]
_Within = Annotated[
    str,
    Meta(
        max_length=40,
        description="ISO 8601: how long a restore waits for its approval, PT10S to P5D.",
        extra={"duration": ("PT10S", "P5D")},
    ),
]


_Network = Annotated[
    str,
    Meta(
        pattern=r"^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?$",
        description="An IP address, or a network in CIDR notation.",
        extra={"says": "must be an IP address, or a network such as 10.2.0.0/16"},
    ),
]
_Host = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$",
        description="The whole name of a host (A to Z without case).",
        extra={"says": "must be the name of a host, without scheme, port or wildcard"},
    ),
]
_Port = Annotated[int, Meta(ge=1, le=65535)]


class Probes(StrictModel, frozen=True, kw_only=True):
    """Which addresses `verify.probe` of a request may name."""

    networks: Annotated[tuple[_Network, ...], Meta(min_length=1, max_length=100)]
    """Private ones, too. Every address that a name leads to must lie in one of them."""
    ports: Annotated[tuple[_Port, ...], Meta(min_length=1, max_length=100)]
    hosts: Annotated[tuple[_Host, ...], Meta(max_length=100)] = ()
    """Names that may be used instead of addresses."""


class Rule(StrictModel, frozen=True, kw_only=True):
    """One thing that is allowed."""

    name: _Name
    recovery_types: Annotated[tuple[RecoveryType, ...], Meta(min_length=1, max_length=3)]
    sources: Scopes
    targets: Scopes
    """Of RestoreDisks and AlternateLocation the places they name, and the storage account in which
    VHDs stay; of OriginalLocation the VM."""
    networks: Scopes | None = None
    """Absent: any network inside `targets`."""
    asked_by: Annotated[tuple[Asker, ...], Meta(max_length=3)] = ("http", "queue", "alert")
    max_point_age: Age | None = None
    approval: bool = False
    """A person must approve each restore that this rule allows."""
    probes: Probes | None = None
    """Absent: none."""
    fallback: Annotated[tuple[Rung, ...], Meta(max_length=2)] = ()
    """What may be done instead of a restore that this rule allows and that failed. Each attempt is
    judged anew, and counts."""


class Policy(StrictModel, frozen=True, kw_only=True):
    """All that is allowed, and how much of it."""

    rules: Annotated[tuple[Rule, ...], Meta(max_length=100)]
    max_concurrent_restores: Annotated[int, Meta(ge=1, le=1000)] = 20
    restores_per_vm_per_day: Annotated[int, Meta(ge=1, le=1000)] = 10
    reserved_for_people: Annotated[int, Meta(ge=0, le=1000)] = 2
    """Of these, so many only for requests by HTTP: no flood of alerts may spend the last ones."""
    approval_within: _Within = "PT4H"

    def fallback_of(self, rule: str | None) -> tuple[Rung, ...]:
        """Return what the rule of this name allows to be done instead; nothing, where there is no
        such rule any more."""
        return next((each.fallback for each in self.rules if each.name == rule), ())

    @property
    def approval_within_s(self) -> float:
        """How long a restore waits for its approval."""
        return seconds_of(self.approval_within)


DEFAULT = Policy(
    rules=(
        Rule(
            name="default-new",
            recovery_types=("RestoreDisks", "AlternateLocation"),
            sources=(VAULT_SUBSCRIPTION,),
            targets=(VAULT_SUBSCRIPTION,),
        ),
        Rule(
            name="default-replace",
            recovery_types=("OriginalLocation",),
            sources=(VAULT_SUBSCRIPTION,),
            targets=(VAULT_SUBSCRIPTION,),
            approval=True,
        ),
    )
)
