"""No restore leaves whose body names anything that the policy does not cover, by whatever door.

Each drawn body is judged under a drawn policy: by the policy itself, by a plan, by the guard before
anything waits, and by the gate at the moment of sending, for a request from the queue and for one
by HTTP. `FUZZ_INPUTS=500000 pytest tests/fuzz/test_bodies.py` draws 50,000 of them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from activities import authorize_restore, clock, trigger_restore
from arm import connection as arm_connection
from arm.backup import JobList
from restore.messages import names
from restore.messages.activity_io import Authorize, Trigger
from restore.messages.errors import NotSupported, PermanentError, PolicyRefused
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Choice
from restore.plan import checks, facts, restrictions
from restore.policy import judging, policy_text
from restore.policy.judging import Asked
from restore.policy.rules import Policy
from restore.settings import Settings
from storage import connection as storage_connection
from storage.ledger import Ledger
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from tests.fuzz import bodies
from tests.fuzz.amounts import count, drawn
from tests.fuzz.bodies import Case
from tests.unit.restore.policy.policy_cases import EVERYTHING


class _Noted(PermanentError):
    """It would have been sent."""


class _Azure:
    """Notes what leaves, and refuses it."""

    def __init__(self) -> None:
        self.left: list[Any] = []

    @property
    def vms(self) -> "_Azure":
        return self

    def disks(self, vm_id: str) -> tuple[()]:
        return ()

    def restore_jobs(self, vault_id: str, since: datetime) -> JobList:
        return JobList((), START)

    def trigger_restore(self, item: Any, point_name: str, body: Any) -> Any:
        self.left.append(body)
        raise _Noted("It is only noted.", code="Noted", doing="note")


@drawn("a body", slice_=200, share=10)
@given(bodies.CASES, bodies.POLICIES, st.sampled_from(("http", "queue")))
def test_a_body_that_is_not_covered_leaves_by_no_door(
    case: Case, rules: dict[str, Any], source: str
) -> None:
    count("a body")
    drawn_rules = policy_text.parse(json.dumps(rules)).rules
    in_force = msgspec.structs.replace(EVERYTHING, rules=drawn_rules)  # no quota is spent here
    is_forbidden = bodies.must_not_go(in_force, case)
    asked = Asked(case.body, source, case.item, case.point, START, None)
    try:
        judging.judge(in_force, asked)
        is_allowed = True
    except PolicyRefused:
        is_allowed = False
    blocking = [each.severity for each in checks.of_policy(in_force, asked)]
    assert ("blocking" in blocking) is not is_allowed
    assert not (is_allowed and is_forbidden), case.body
    if case.request is not None:
        may_go = is_allowed and _is_supported(case)
        _must_be_held_by_the_doors(case, in_force, source, may_go=may_go)


def _must_be_held_by_the_doors(case: Case, in_force: Policy, source: str, *, may_go: bool) -> None:
    assert case.request is not None, "only what was built can be asked for"
    with _world(case, source) as (ledger, azure):
        choice = Choice(point=case.point, why="it is drawn", considered=1)
        guard = Authorize(request=case.request, item=case.item, choice=choice)
        assert (
            _passes(lambda: authorize_restore._authorize(guard, lambda: in_force, Settings()))
            is may_go
        )
    with _world(case, source) as (ledger, azure):
        held = ledger.read(case.request.request_id)
        assert held is not None
        trigger = Trigger(
            request=case.request,
            item=case.item,
            point=case.point,
            job_search_s=190,
            until=clock.now() + timedelta(days=1),
        )
        _passes(lambda: trigger_restore._trigger(trigger, lambda: in_force, Settings()))
        needs_approval = may_go and _needs_approval(case, in_force, source)
        assert azure.left == ([case.body] if may_go and not needs_approval else [])
        after = ledger.read(case.request.request_id)
        assert after is not None
        assert after.entry.state is LedgerState.ACCEPTED
        assert after.version != held.version, "whoever was cleared before may not send any more"


def _is_supported(case: Case) -> bool:
    """Whether Azure Backup restores it so, as far as the gate knows."""
    assert case.request is not None, "only what was built can be asked for"
    traits = facts.traits_of(case.request, case.item, case.point)
    return not any(row.severity == "blocking" for row in restrictions.met(traits))


def _needs_approval(case: Case, in_force: Policy, source: str) -> bool:
    asked = Asked(case.body, source, case.item, case.point, START, None)
    return judging.judge(in_force, asked).approval


def _passes(door: Any) -> bool:
    try:
        door()
    except (PolicyRefused, NotSupported):
        return False
    except _Noted:
        pass
    return True


@contextmanager
def _world(case: Case, source: str) -> Iterator[tuple[Ledger, _Azure]]:
    assert case.request is not None
    ledger, azure = Ledger(MemoryDocuments()), _Azure()
    ledger.accept(
        LedgerEntry(
            request_id=case.request.request_id,
            request_hash=names.request_hash(case.request),
            request=msgspec.to_builtins(case.request),
            source=source,
            accepted_at=START,
        )
    )
    with (
        storage_connection.use(ledger, MemoryEvents()),
        arm_connection.use(azure),  # type: ignore[arg-type]
        clock.use(lambda: START),
    ):
        yield ledger, azure
