"""What this app may restore, for whom, how often: the policy's shape, and judging by it.

Rules are tried in their order and the first that allows a request decides; nothing is allowed that
no rule allows. From JSON to a Policy leads restore/policy_text.py. Counting and waiting for a free
place are done where the job list and the slots are read (activities/prepare_restore.py).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from restore.contracts import Problem, ProtectedItem, RecoveryPoint, RestoreRequest
from restore.errors import PolicyRefused
from restore.field_types import Age
from restore.ids import is_below, same, subscription_of
from restore.request import AlternateLocation, OriginalLocation
from restore.times import seconds_of, stamp, text_of

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
            "network or VM), or vaultSubscription, or * for anything."
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


class _Part(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """What all parts of a policy have in common."""


class Rule(_Part, frozen=True, kw_only=True):
    """One thing that is allowed."""

    name: _Name
    recovery_types: Annotated[tuple[RecoveryType, ...], Meta(min_length=1, max_length=3)]
    sources: Scopes
    targets: Scopes
    """Of RestoreDisks and AlternateLocation the places they name, of OriginalLocation the VM."""
    networks: Scopes | None = None
    """Absent: any network inside `targets`."""
    asked_by: Annotated[tuple[Asker, ...], Meta(max_length=3)] = ("http", "queue", "alert")
    max_point_age: Age | None = None
    approval: bool = False
    """A person must approve each restore that this rule allows."""


class Policy(_Part, frozen=True, kw_only=True):
    """All that is allowed, and how much of it."""

    rules: Annotated[tuple[Rule, ...], Meta(max_length=100)]
    restores_at_once: Annotated[int, Meta(ge=1, le=1000)] = 20
    restores_per_vm_per_day: Annotated[int, Meta(ge=1, le=1000)] = 10
    kept_for_people: Annotated[int, Meta(ge=0, le=1000)] = 2
    """Of these, so many only for requests by HTTP: no flood of alerts may spend the last ones."""
    approval_within: _Within = "PT4H"

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


class Asked(NamedTuple):
    """What is judged."""

    request: RestoreRequest
    source: str
    """The way it came in: http, queue or alert."""
    item: ProtectedItem
    point: RecoveryPoint
    now: datetime


class Allowed(NamedTuple):
    """A rule allows it."""

    rule: str
    approval: bool


class Place(NamedTuple):
    """A resource that a request names, and where it names it."""

    path: str
    id: str


def judge(policy: Policy, asked: Asked) -> Allowed:
    """Return the first rule that allows a request. Raises PolicyRefused, which says of each rule
    for this recovery type why it does not."""
    kind = asked.request.recovery_type
    problems: list[Problem] = []
    for rule in policy.rules:
        if kind not in rule.recovery_types:
            continue
        against = list(_against(rule, asked))
        if not against:
            return Allowed(rule.name, rule.approval)
        problems += against
    if not problems:
        text = f"no rule of the policy is for {kind}"
        problems = [Problem(path="$.recoveryType", message=text)]
    said = "; ".join(f"{problem.path}: {problem.message}" for problem in problems[:5])
    raise PolicyRefused(
        f"No rule of the policy allows this restore: {said}{' …' if len(problems) > 5 else ''}",
        problems=problems,
        doing="judge the request by the policy",
    )


def targets_of(request: RestoreRequest) -> tuple[Place, ...]:
    """Return the resources that a restore creates, fills or overwrites, networks apart. A staging
    storage account is none, unless unmanaged disks go there to stay."""
    source = Place("$.sourceResourceId", request.source_resource_id)
    if isinstance(request, OriginalLocation):
        return (source,)
    group = request.target_resource_group_id
    found = [Place("$.targetResourceGroupId", group)] if group else []
    if isinstance(request, AlternateLocation):
        found.append(Place("$.targetVirtualMachineId", request.target_virtual_machine_id))
    if request.original_storage_account_option:
        found.append(source)
    elif not found and request.storage_account_id:
        found.append(Place("$.storageAccountId", request.storage_account_id))
    return tuple(found)


def networks_of(request: RestoreRequest) -> tuple[Place, ...]:
    """Return the networks that a new VM is put into."""
    if not isinstance(request, AlternateLocation):
        return ()
    network = Place("$.virtualNetworkId", request.virtual_network_id)
    return (network, Place("$.subnetId", request.subnet_id))


def _against(rule: Rule, asked: Asked) -> Iterator[Problem]:
    """Say which fields of a request a rule does not allow, and what it would allow."""
    request, vault_id = asked.request, asked.item.vault_id
    sources = (Place("$.sourceResourceId", request.source_resource_id),)
    networks = rule.targets if rule.networks is None else rule.networks
    for what, places, scopes in (
        ("sources", sources, rule.sources),
        ("targets", targets_of(request), rule.targets),
        ("networks", networks_of(request), networks),
    ):
        for place in places:
            if not any(_covers(scope, place.id, vault_id) for scope in scopes):
                allowed = _said(scopes, vault_id)
                text = f"the rule {rule.name!r} allows {what} under {allowed} only"
                yield Problem(path=place.path, message=text)
    if asked.source not in rule.asked_by:
        text = f"the rule {rule.name!r} is for requests by {', '.join(rule.asked_by) or 'nobody'}"
        yield Problem(path="$", message=f"{text}; this one came by {asked.source}")
    if rule.max_point_age is not None:
        age = asked.now - asked.point.time
        if age > timedelta(seconds=seconds_of(rule.max_point_age)):
            most = text_of(seconds_of(rule.max_point_age))
            yield Problem(
                path="$.recoveryPoint",
                message=f"the rule {rule.name!r} allows points of at most {most}; the chosen one "
                f"is of {stamp(asked.point.time)}, {text_of(age.total_seconds())} old",
            )


def _covers(scope: str, resource_id: str, vault_id: str) -> bool:
    if scope == ANYWHERE:
        return True
    if scope == VAULT_SUBSCRIPTION:
        return subscription_of(resource_id) == subscription_of(vault_id)
    scope = scope.rstrip("/")
    return same(resource_id, scope) or is_below(resource_id, scope)


def _said(scopes: tuple[str, ...], vault_id: str) -> str:
    vaults = f"the vault's subscription /subscriptions/{subscription_of(vault_id)}"
    said = [vaults if scope == VAULT_SUBSCRIPTION else scope for scope in scopes]
    return ", ".join(said[:5]) + (" …" if len(said) > 5 else "") if said else "nothing"
