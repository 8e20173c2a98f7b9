"""Whole restores from drawn requests, under drawn policies, from a vault that answers drawn things.

The shipped triggers, orchestrators and activities run on the virtual clock. Whatever is drawn, each
request is refused at once or ends with a verdict; nobody meets a fault that was not foreseen; and a
restore that leaves for Azure is one that the policy allows, judged here once more from outside: by
what was posted, and by what the vault had said.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec
from hypothesis import given, note
from hypothesis import strategies as st

from arm.transport import Reply
from restore.messages.errors import InvalidRequest, PolicyRefused
from restore.messages.model import RecoveryPoint
from restore.messages.request import RestoreRequest
from restore.policy import judging, policy_text
from restore.policy.judging import Asked
from restore.policy.rules import Policy
from restore.request import parsing
from restore.values.times import time_of
from simulated_azure.faults import Fault
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.front_door import FrontDoor
from tests.fakes.planned_actions import resource_of
from tests.fuzz import bodies, policies, requests
from tests.fuzz.amounts import count, drawn
from tests.fuzz.rubbish import RUBBISH, TEMPTING, Damage, damages, json_text
from tests.unit.restore.policy.policy_cases import APP, OTHER

HOUR = 3600.0
_STEP_S = 1800.0
_HOURS_MAX = 220
_DONE = ("Completed", "Failed", "Terminated")
_ANSWERS = (
    "recoveryPoints", "backupProtectedItems", "backupJobs", "backupOperations", "operationsStatus",
    "operationResults", "backupStatus", "virtualMachines", "vaults", "restore",
)  # fmt: skip
_NEARBY = st.sampled_from(
    (*TEMPTING, vm("web-02"), vm().upper(), VAULT, f"{VAULT}/", vm("no-such"))
)


class Spoiling(NamedTuple):
    """What becomes of some of the vault's answers."""

    what: str
    first: int
    last: int
    """From which answer of this kind to which one."""
    damages: tuple[Damage, ...]
    body: bytes | None = None
    status: int | None = None


class Drawn(NamedTuple):
    """One world: what is asked, by whom, under which policy, of which vault."""

    request: Any
    by: str
    policy: Policy
    spoilings: tuple[Spoiling, ...]
    faults: tuple[dict[str, Any], ...]
    decision: str | None
    cancel_s: float | None


class Lived(NamedTuple):
    """What came of it, as far as people saw it."""

    request_id: str
    approvals: list[datetime]


class SpoiltHarness(AppHarness):
    """A harness whose vault's answers are changed on their way; keeps what was answered."""

    def __init__(self, rules: Policy, spoilings: tuple[Spoiling, ...]) -> None:
        self.restores: list[tuple[str, dict[str, Any], datetime]] = []
        """What left for /restore: where to, with which body, when."""
        self.told: list[Any] = []
        """The bodies that the app got to read."""
        self._spoilings, self._seen = spoilings, dict.fromkeys(_ANSWERS, 0)
        super().__init__(policy=rules)

    def _send(self, method: str, url: str, *rest: Any) -> Any:
        what = resource_of(url)
        if method == "POST" and what == "restore":
            self.restores.append(
                (unquote(urlsplit(url).path), json.loads(rest[1]), self.clock.now())
            )
        status, headers, body = super()._send(method, url, *rest)
        nth = self._seen[what] = self._seen.get(what, 0) + 1
        for one in self._spoilings:
            if one.what == what and one.first <= nth <= one.last:
                status, body = _spoilt(one, status, body)
        self.told.append(_json(body))
        return Reply(status, headers, body)


def _spoilt(one: Spoiling, status: int, body: bytes) -> tuple[int, bytes]:
    if one.body is not None:
        return one.status or status, one.body
    value = _json(body)
    for damage in one.damages if value is not None else ():
        value = damage.done_to(value)
    return one.status or status, body if value is None else json_text(value).encode()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _spoilings() -> st.SearchStrategy[tuple[Spoiling, ...]]:
    odd_values = damages(_NEARBY | RUBBISH)
    one = st.builds(
        lambda what, first, count_, done, body, status: Spoiling(
            what, first, first + count_, tuple(done), body, status
        ),
        st.sampled_from(_ANSWERS),
        st.integers(1, 3),
        st.sampled_from((0, 0, 1, 5, 10_000)),
        st.lists(odd_values, min_size=1, max_size=3),
        st.none() | st.none() | st.none() | st.sampled_from(_BODIES),
        st.sampled_from((None, None, None, None, None, 200, 202, 204, 301, 404, 409, 500)),
    )
    return st.lists(one, max_size=3).map(tuple)


_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b'{"value": {}}',
    b'{"error": []}',
    b"\xff\xfe",
    b"[" * 9_999,
)
_KINDS_OF_FAULT = (
    "throttle", "refused", "drop_before", "drop_after", "malformed", "foreign_poll_url",
    "bad_location", "no_poll_headers", "list_lag", "job_404", "operation_without_properties",
    "truncate_pages", "empty_page", "foreign_next_link",
)  # fmt: skip
_FAULTS = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(_KINDS_OF_FAULT), "times": st.integers(1, 4)},
        optional={"after": st.integers(0, 3), "retry_after": st.sampled_from((1.0, 60.0))},
    ),
    max_size=2,
).map(tuple)


def _served(kind: str, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    whole = request_for(kind, "r1", name, deadline="PT2H") | changes
    return {field: value for field, value in whole.items() if value != "left out"}


_SERVED = st.builds(
    _served,
    st.sampled_from(requests.KINDS),
    st.sampled_from(("web-01", "web-01", "web-02", "no-such")),
    st.fixed_dictionaries(
        {},
        optional={
            "vaultId": st.sampled_from(("left out", VAULT.upper())),
            "deadline": st.sampled_from(("PT10S", "PT1H", "PT5H")),
            "targetResourceGroupId": st.sampled_from((f"{OTHER}/resourceGroups/rg", APP)),
            "recoveryPoint": st.sampled_from(
                ({"maxAge": "P3650D"}, {"maxAge": "PT1M"}, {"tier": "VaultStandard"}, {"id": "no"})
            ),
            "planOnly": st.just(True),
            "planHash": st.just("0" * 64),
            "zones": st.just(["1"]),
            "restoreDiskLunList": st.just([0, 1]),
        },
    ),
)
_REQUESTS = st.one_of(
    _SERVED,
    _SERVED,
    _SERVED,
    st.builds(lambda damage, whole: damage.done_to(whole), damages(_NEARBY | RUBBISH), _SERVED),
    requests.NEARLY_SOUND,
)
_WORLDS = st.builds(
    Drawn,
    _REQUESTS,
    st.sampled_from(("http", "queue")),
    policies.SOUND.map(lambda rules: policy_text.parse(json.dumps(rules))),
    _spoilings(),
    _FAULTS,
    st.sampled_from((None, "approve", "refuse", "approve")),
    st.none() | st.none() | st.none() | st.sampled_from((1.0, 40.0, 900.0)),
)


@drawn("a whole restore", slice_=40, share=8)
@given(_WORLDS)
def test_a_restore_ends_with_a_verdict_and_never_leaves_against_the_policy(world: Drawn) -> None:
    count("a whole restore")
    note(repr(world)[:4_000])
    request = _read(world)
    with SpoiltHarness(world.policy, world.spoilings).open() as harness:
        assert isinstance(harness, SpoiltHarness)
        harness.simulator.faults.add([msgspec.convert(fault, Fault) for fault in world.faults])
        lived = _played(harness, world, request)
        _must_be_foreseen(harness)
        if request is None:
            assert harness.calls() == [], "Azure is not asked about what is refused"
            return
        if not request.plan_only:
            verdict = harness.verdict(lived.request_id)
            assert verdict.error is None or verdict.error.code != "ActivityFailed", verdict
        _must_be_allowed(harness, world, request, lived.approvals)
        assert "canary-token" not in json.dumps(
            [harness.events.sent, [kept[0] for kept in harness.documents.kept.values()]]
        )


def _read(world: Drawn) -> RestoreRequest | None:
    """The request as it must be taken; None if it must be refused."""
    if (
        world.by == "http"
        and isinstance(world.request, dict)
        and world.request.get("planOnly") is True
    ):
        world.request.pop("planOnly")  # answered in the call itself; the queue shows the same
    try:
        return parsing.parse_request(json.loads(json_text(world.request)), default_request_id="m1")
    except InvalidRequest:
        return None


def _played(harness: SpoiltHarness, world: Drawn, request: RestoreRequest | None) -> Lived:
    """Live through it to the end."""
    door, approvals = FrontDoor(harness), list[datetime]()
    request_id = _accepted(door, world, request)
    if request_id is None:
        return Lived("", approvals)
    if world.cancel_s is not None:
        harness.run_for(world.cancel_s)
        assert door.cancel(request_id).status in (202, 404, 409)
    for _ in range(int(_HOURS_MAX * HOUR / _STEP_S)):
        harness.run_for(_STEP_S)
        decided = world.decision and door.decide(request_id, world.decision, "ann").status == 200
        approvals += [harness.clock.now()] if decided and world.decision == "approve" else []
        if _is_over(harness):
            assert door.show(request_id).status in (200, 404)
            return Lived(request_id, approvals)
    raise AssertionError(f"not over after {_HOURS_MAX} hours: {_instances(harness)}")


def _accepted(door: FrontDoor, world: Drawn, request: RestoreRequest | None) -> str | None:
    """Send it; the id under which it was accepted."""
    body = json_text(world.request).encode()
    if world.by == "queue":
        door.take(body)
        return None if request is None else request.request_id
    reply = door.post(body)
    assert reply.status == (400 if request is None else 202), reply
    return None if request is None else str(reply.body["requestId"])


def _is_over(harness: AppHarness) -> bool:
    return all(row.runtime_status in _DONE for row in _instances(harness))


def _instances(harness: AppHarness) -> list[Any]:
    known = harness.store.instances_from("")
    return [harness.driver.client.get(row.instance_id) for row in known]


def _must_be_foreseen(harness: AppHarness) -> None:
    for row in _instances(harness):
        assert row.runtime_status == "Completed", (row.instance_id, row.output_text)
        assert "ActivityFailed" not in (row.output_text or ""), row.output_text
    for event in harness.events.sent:
        assert "ActivityFailed" not in json.dumps(event), event


def _must_be_allowed(
    harness: SpoiltHarness, world: Drawn, request: RestoreRequest, approvals: list[datetime]
) -> None:
    assert not (harness.restores and request.plan_only), "a plan restores nothing"
    for path, body, at in harness.restores:
        assert body["properties"]["recoveryType"] == request.recovery_type
        assert path.lower().startswith(f"{VAULT}/".lower()), path
        allowed = list(_judged(harness, world, body, path.split("/")[-2], at))
        assert allowed, f"the policy forbids what was sent to {path}: {body}"
        is_approved = any(when <= at for when in approvals)
        needed = all(one.approval for one in allowed)
        assert is_approved or not needed, f"nobody approved what was sent to {path}: {body}"
    assert len(harness.posts()) <= 1, "a request restores once"


def _judged(
    harness: SpoiltHarness, world: Drawn, body: dict[str, Any], point: str, at: datetime
) -> Iterator[judging.Allowed]:
    """How the policy allows what was posted. The vault may have told of the point in several ways,
    and that a restore is judged twice lies between the beginning and the sending."""
    item = bodies.item_of(body["properties"]["sourceResourceId"])
    for known, moment in product(_points_of(harness.told, point), (START, at)):
        if bodies.must_not_go(world.policy, bodies.Case(body, known, item, None)):
            continue
        try:
            yield judging.judge(world.policy, Asked(body, world.by, item, known, moment, None))
        except PolicyRefused:
            continue


def _points_of(told: list[Any], name: str) -> list[RecoveryPoint]:
    """What the vault's answers said of a point of that name."""
    listed = [one for body in told if isinstance(body, dict) for one in _list(body.get("value"))]
    named = [one for one in listed if isinstance(one, dict) and one.get("name") == name]
    found = [(one["properties"], _time(one["properties"])) for one in named if "properties" in one]
    return [
        RecoveryPoint(
            name=name,
            time=time,
            is_managed_vm=properties.get("isManagedVirtualMachine") is not False,
        )
        for properties, time in found
        if time is not None
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _time(properties: Any) -> datetime | None:
    text = properties.get("recoveryPointTime") if isinstance(properties, dict) else None
    try:
        found = time_of(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found else None
