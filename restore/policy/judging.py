"""Whether the policy allows a restore, and by which of its rules (rules.py).

Rules are tried in their order and the first that allows a restore decides; nothing is allowed that
no rule allows. Judged is the body that will be sent, not the request that it was built from: every
ARM id in it (body_ids.py) needs a scope, or stands on the list of exemptions there. Counting is
quota.py's and storage/concurrency_slots.py's work.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from restore.messages.errors import PolicyRefused
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.policy.rules import ANYWHERE, VAULT_SUBSCRIPTION, Policy, Rule
from restore.values.arm_ids import is_plain, lower_ascii, subscription_of
from restore.values.problem import Problem
from restore.values.times import seconds_of, stamp, text_of

if TYPE_CHECKING:
    from restore.policy.body_ids import Place


class Asked(NamedTuple):
    """What is judged."""

    body: dict[str, Any]
    """As it will be sent."""
    source: str
    """The way it came in: http, queue or alert."""
    item: ProtectedItem
    point: RecoveryPoint
    now: datetime
    probe: str | None
    """The address of the probe that the request asks for, if it asks for one."""


class Allowed(NamedTuple):
    """A rule allows it."""

    rule: str
    approval: bool


def judge(policy: Policy, asked: Asked) -> Allowed:
    """Return the first rule that allows a restore. Raises PolicyRefused, which says of each rule
    for this recovery type why it does not."""
    from restore.policy import body_ids  # its tables are built on first use, not at start

    kind = asked.body["properties"]["recoveryType"]
    places = tuple(body_ids.places(asked.body, asked.point))
    problems: list[Problem] = []
    for rule in policy.rules:
        if kind not in rule.recovery_types:
            continue
        against = list(_against(rule, asked, places))
        if not against:
            return Allowed(rule.name, rule.approval)
        problems += against
    if not problems:
        text = f"the policy has no rule for {kind}"
        problems = [Problem(path="$.recoveryType", message=text)]
    said = "; ".join(f"{problem.path}: {problem.message}" for problem in problems[:5])
    raise PolicyRefused(
        f"No rule of the policy allows this restore: {said}{' …' if len(problems) > 5 else ''}",
        problems=problems,
        doing="judge the request by the policy",
    )


def covers(scope: str, resource_id: str) -> bool:
    """Whether a resource is a scope's, or lies under it: by whole segments, A to Z without case."""
    wide, narrow = lower_ascii(scope.rstrip("/")), lower_ascii(resource_id)
    return scope == ANYWHERE or narrow == wide or narrow.startswith(f"{wide}/")


def _against(rule: Rule, asked: Asked, places: "tuple[Place, ...]") -> Iterator[Problem]:
    """Say what a rule does not allow of a restore, and what it would allow."""
    for place in places:
        text = _forbidden(rule, place, places, asked.item.vault_id)
        if text is not None:
            yield Problem(path=place.path, message=f"the rule {rule.name!r} allows {text}")
    if not any(place.use == "target" for place in places):
        text = f"the rule {rule.name!r} requires a target; the request names none"
        yield Problem(path="$", message=text)
    if asked.probe is not None and (text := _no_probe(rule, asked.probe)) is not None:
        yield Problem(path="$.verify.probe", message=f"the rule {rule.name!r} allows {text}")
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


def _no_probe(rule: Rule, url: str) -> str | None:
    from restore.policy import probe_rules  # most requests ask for none

    return probe_rules.forbidden(rule, url)


def _forbidden(
    rule: Rule, place: "Place", places: "tuple[Place, ...]", vault_id: str
) -> str | None:
    """Say what a rule allows instead of an ARM id; None if it allows it."""
    networks = rule.targets if rule.networks is None else rule.networks
    match place.use:
        case "exempt":
            return None
        case "unknown":
            return "no ARM id in this field"
        case _ if not is_plain(place.id):
            return "only ARM ids like /subscriptions/…, without empty, dotted or encoded segments"
        case "beside":
            if covered(rule.targets, place.id, vault_id) or _is_beside_target(place, places):
                return None
            what = "this only in the subscription of a target, or"
            return f"{what} under {shown(rule.targets, vault_id)}"
        case use:
            scopes = {"source": rule.sources, "target": rule.targets, "network": networks}[use]
            if covered(scopes, place.id, vault_id):
                return None
            return f"{use}s under {shown(scopes, vault_id)} only"


def _is_beside_target(place: "Place", places: "tuple[Place, ...]") -> bool:
    """Whether a target, which is judged itself, lies in the same subscription."""
    own = subscription_of(place.id)
    targets = [each.id for each in places if each.use == "target" and is_plain(each.id)]
    return any(subscription_of(target) == own for target in targets)


def covered(scopes: tuple[str, ...], resource_id: str, vault_id: str) -> bool:
    """Whether one of a rule's scopes covers a resource."""
    return any(_covers(scope, resource_id, vault_id) for scope in scopes)


def _covers(scope: str, resource_id: str, vault_id: str) -> bool:
    if scope == VAULT_SUBSCRIPTION:
        scope = f"/subscriptions/{subscription_of(vault_id)}"
    return covers(scope, resource_id)


def shown(scopes: tuple[str, ...], vault_id: str) -> str:
    """Return scopes for a person, the first few of many."""
    vaults = f"the vault's subscription /subscriptions/{subscription_of(vault_id)}"
    said = [vaults if scope == VAULT_SUBSCRIPTION else scope for scope in scopes]
    return ", ".join(said[:5]) + (" …" if len(said) > 5 else "") if said else "nothing"
