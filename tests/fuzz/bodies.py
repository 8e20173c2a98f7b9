"""Restore bodies as they could be sent, and an oracle that says whether a policy covers them.

The oracle is written from docs/security.md and decision 0016, in other terms than the app's: it
looks for ids by what they look like, knows the exemptions by the last name of their path, and
compares segments. It may only be stricter than the policy where it says so.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
from hypothesis import strategies as st

from restore.messages.errors import InvalidRequest
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import REQUEST_TYPES, RestoreRequest
from restore.policy.rules import Policy, Rule
from restore.start import arm_body
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import START
from tests.fuzz import policies, requests, shapes
from tests.unit.restore.policy.policy_cases import APP, OTHER, RESTORED

_FREE = {
    "managedIdentityResourceId", "dataDiskEncryptionIdentity", "kekVaultId", "secretKeyVaultId",
    "kekUrl", "secretKeyUrl", "resourceGuardOperationRequests",
}  # fmt: skip
_NEAR = {
    "storageAccountId", "targetStorageAccountId", "diskEncryptionSetId",
    "securedVMOsDiskEncryptionSetId", "dataDiskEncryptionSetId", "targetDiskAccessId",
}  # fmt: skip
_WHERE = {"targetResourceGroupId": "targets", "targetVirtualMachineId": "targets",
          "virtualNetworkId": "networks", "subnetId": "networks",
          "sourceResourceId": "sources"}  # fmt: skip
_FOREIGN = f"{OTHER}/resourceGroups/rg-evil/providers/Microsoft.Storage/storageAccounts/evil"
_OURS = ("requestId", "vaultId", "recoveryPoint", "deadline", "confirm", "planHash", "planOnly")
ODD_IDS = (
    _FOREIGN,
    _FOREIGN.upper(),
    _FOREIGN[1:],
    f"https://management.azure.com{_FOREIGN}",
    _FOREIGN.replace("/", "%2F"),
    _FOREIGN.replace("/", "\\"),
    f"/{_FOREIGN}",
    f"{VAULT}/../../../../../..{_FOREIGN}",
    _FOREIGN.replace("subscriptions", "\u017fubscriptions"),
    _FOREIGN.replace("rg-evil", "rg-\u212aevil"),
)
"""Ids that no scope of a drawn policy but `*` covers, in spellings that somebody might read."""


class Case(NamedTuple):
    """A body, the point it is for, and the request that it was built from, if it is as built."""

    body: dict[str, Any]
    point: RecoveryPoint
    item: ProtectedItem
    request: RestoreRequest | None


def must_not_go(policy: Policy, case: Case) -> bool:
    """Whether no rule of a policy covers all that a body names and implies."""
    kind = case.body["properties"]["recoveryType"]
    rules = [rule for rule in policy.rules if kind in rule.recovery_types]
    return not any(_covers_all(rule, case) for rule in rules)


def _covers_all(rule: Rule, case: Case) -> bool:
    properties, networks = case.body["properties"], rule.networks
    scopes = {"sources": rule.sources, "targets": rule.targets,
              "networks": rule.targets if networks is None else networks}  # fmt: skip
    found = list(_ids(properties, ""))
    targets = [text for name, text in found if _WHERE.get(name) == "targets"]
    accounts = [text for name, text in found if name in _NEAR and name.endswith("AccountId")]
    if properties["recoveryType"] == "OriginalLocation" or (
        properties.get("originalStorageAccountOption") is True
    ):
        targets.append(properties["sourceResourceId"])
    elif _stays_as_vhds(properties, case.point):
        targets += accounts
    for name, text in found:
        if name in _FREE:
            continue
        if name in _NEAR and text not in targets:
            near = {_segments(target)[1] for target in targets if _is_id(target)}
            if _is_id(text) and (_segments(text)[1] in near or _is_in(rule.targets, text, case)):
                continue
            return False
        where = scopes.get(_WHERE.get(name, "targets" if name in _NEAR else ""))
        if where is None or not _is_in(where, text, case):
            return False
    return bool(targets) and all(_is_in(rule.targets, text, case) for text in targets)


def _stays_as_vhds(properties: dict[str, Any], point: RecoveryPoint) -> bool:
    becomes_managed = {True: True, False: False, None: point.is_managed_vm}
    if not properties.get("targetResourceGroupId"):
        return True
    return not becomes_managed[properties.get("restoreWithManagedDisks")]


def _ids(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each text that is or could be an ARM id, with the last name on the way to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _ids(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner, name)
    elif isinstance(value, str):
        looks = "ubscriptions" in unquote(value).lower() or "/" in value
        if looks or name in _WHERE or name in _NEAR:
            yield name, value


def _is_id(text: str) -> bool:
    is_rooted = re.match(r"/[sS][uU][bB][sS][cC][rR][iI][pP][tT][iI][oO][nN][sS]/[^/]+", text)
    parts = text.split("/")[1:]
    is_odd = any(not part.strip(".") or re.search(r"[\\%?#:]", part) for part in parts)
    return is_rooted is not None and not is_odd


def _is_in(scopes: tuple[str, ...], text: str, case: Case) -> bool:
    return _is_id(text) and any(_is_under(scope, text, case) for scope in scopes)


def _is_under(scope: str, text: str, case: Case) -> bool:
    if scope == "*":
        return True
    wide = _segments(VAULT)[:2] if scope == "vaultSubscription" else _segments(scope.strip("/"))
    return _segments(text)[: len(wide)] == wide


def _segments(text: str) -> list[str]:
    return [_ascii(part) for part in text.strip("/").split("/")]


def _ascii(text: str) -> str:
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in text)


def item_of(source: str) -> ProtectedItem:
    """Return a protected item of the simulated vault that is this VM."""
    return ProtectedItem(
        id=f"{VAULT}/i", vault_id=VAULT, container_name="c", name="n",
        source_resource_id=source, region="westeurope", protection_state="Protected",
    )  # fmt: skip


def _built(fields: dict[str, Any], point: RecoveryPoint) -> Case | None:
    """The body as the app builds it; as it would be, where the app finds that it does not fit."""
    try:
        request: RestoreRequest = msgspec.convert(fields, RestoreRequest)
    except msgspec.ValidationError:
        return None
    item = item_of(request.source_resource_id)
    try:
        return Case(arm_body.build(request, item, point), point, item, request)
    except InvalidRequest:
        given = msgspec.to_builtins(request)
        properties = {name: value for name, value in given.items() if name not in _OURS}
        return Case({"properties": properties}, point, item, None)


def _planted(case: Case, where: tuple[str, ...], text: str) -> Case:
    """Put an id somewhere into a body: a field that has one, one that has none, a new one."""
    body: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(case.body))
    holder = body["properties"]
    for name in where[:-1]:
        inner = holder.get(name)
        holder[name] = holder = inner if isinstance(inner, dict) else {}
    holder[where[-1]] = [text] if where[-1].endswith("s") else text
    return Case(body, case.point, case.item, None)


_POINTS = st.builds(
    RecoveryPoint,
    name=st.just("p1"),
    time=st.just(START),
    tier=st.just("VaultStandard"),
    is_managed_vm=st.booleans(),
    original_storage_account_option=st.booleans(),
)


def _fields_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Requests with ids of two subscriptions anywhere, or nearly those of the simulated vault."""
    drawn = shapes.fields(REQUEST_TYPES[kind], optional_max=8).map(_unplanned)
    near = st.fixed_dictionaries(
        {"restoreWithManagedDisks": st.sampled_from((None, False, True))},
        optional={
            "targetResourceGroupId": st.sampled_from((None, f"{OTHER}/resourceGroups/rg-restored")),
            "storageAccountId": st.sampled_from((None, _FOREIGN)),
            "identityBasedRestoreDetails": st.just({"targetStorageAccountId": _FOREIGN}),
            "originalStorageAccountOption": st.booleans(),
            "sourceResourceId": st.sampled_from((vm(), vm("web-02"), vm().upper())),
        },
    )
    known = set(shape_fields(kind))
    changed = near.map(
        lambda more: {
            name: value
            for name, value in (request_for(kind, "r1") | more).items()
            if value is not None and name in known
        }
    )
    return (drawn | changed).map(lambda fields: {"recoveryType": kind} | fields)


def _unplanned(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "planHash"}


def shape_fields(kind: str) -> tuple[str, ...]:
    """Return the names of the fields that a recovery type has, and `recoveryType`."""
    encoded = REQUEST_TYPES[kind].__struct_encode_fields__
    return (*encoded, "recoveryType")


_FIELDS = st.sampled_from(requests.KINDS).flatmap(_fields_of)
_WHOLE = st.builds(_built, _FIELDS, _POINTS).filter(lambda case: case is not None)
_PATHS = st.sampled_from(
    (
        ("storageAccountId",), ("targetResourceGroupId",), ("sourceResourceId",), ("subnetId",),
        ("identityBasedRestoreDetails", "targetStorageAccountId"), ("recoveryPointId",),
        ("region",),
        ("extendedLocation", "name"), ("identityBasedRestoreDetails", "objectType"),
        ("securedVMDetails", "securedVMOsDiskEncryptionSetId"), ("affinityGroup",),
        ("somethingNew", "inside"), ("targetDomainNameIds",), ("diskEncryptionSetId",),
        ("targetDiskNetworkAccessSettings", "targetDiskAccessId"), ("virtualNetworkId",),
        ("securedVMDetails", "dataDiskEncryptionSettings", "dataDiskEncryptionSetId"),
    )
)  # fmt: skip
CASES: st.SearchStrategy[Case] = st.one_of(
    _WHOLE,
    _WHOLE,
    st.builds(_planted, _WHOLE, _PATHS, st.sampled_from(ODD_IDS)),
)
_NARROW = st.fixed_dictionaries(
    {
        "name": st.just("narrow"),
        "recoveryTypes": st.just(list(requests.KINDS)),
        "sources": st.just(["*"]),
        "targets": st.sampled_from(
            ([RESTORED], ["vaultSubscription"], [OTHER], [RESTORED, OTHER], [APP], [], ["*"])
        ),
    },
    optional={"networks": st.just(["*"])},
).map(lambda rule: {"rules": [rule]})
POLICIES = policies.SOUND | _NARROW
"""Among them many that cover part of what a body names."""
