"""Whether a restore may be sent is written down with its terms, and once it is out it stands."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from activities import authorize_restore, policies
from restore.messages.activity_io import Authorized
from restore.messages.disks import KeptDisk, VmDisk
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Approval, Authorization, Outcome, Verdict
from restore.policy import rules
from restore.settings import Settings
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders
from tests.unit.orchestrators.journal import plant
from tests.unit.restore.policy.policy_cases import only

DISK = VmDisk(name="os")
KEPT = KeptDisk(name="d1", lun=1, why="NotKnown")
WANTED = Authorization(
    rule="replace", approval=True, until=START + timedelta(hours=4), disks=(DISK,),
    kept_disks=(KEPT,), plan_hash="h",
)  # fmt: skip
APPROVED = Approval(decision="approved", at=START)


@pytest.fixture
def cautious() -> Iterator[AppHarness]:
    """A world whose policy wants a person where a VM's disks are replaced."""
    with AppHarness(policy=rules.DEFAULT).open() as world:
        yield world


def answer(harness: AppHarness, kind: str = "RestoreDisks") -> Outcome:
    order = orders.authorize(harness, orders.request(kind))
    return Outcome.from_json(authorize_restore.authorize_restore(order, Settings()))


def authorized(harness: AppHarness, kind: str = "RestoreDisks") -> Authorized:
    found = answer(harness, kind)
    assert found.kind == "done", found
    return Authorized.from_json(found.value)


def test_what_is_allowed_is_written_down_with_what_it_is_about(harness: AppHarness) -> None:
    orders.accepted(harness, asked := orders.request())
    found = authorized(harness)
    known = orders.held(harness).entry
    assert (found.authorization, found.approval, found.is_over) == (
        known.authorization,
        None,
        False,
    )
    assert (known.item, known.choice) == (orders.item(harness), orders.choice(harness, asked))
    terms = found.authorization
    assert (terms.rule, terms.approval, terms.until) == ("everything", False, None)
    assert (terms.disks, terms.kept_disks) == (None, ())
    assert terms.plan_hash is not None
    assert harness.sent("approval-requested") == []


def test_what_a_person_must_approve_says_until_when_and_which_disks_go(
    cautious: AppHarness,
) -> None:
    orders.accepted(cautious, orders.request("OriginalLocation"))
    found = authorized(cautious, "OriginalLocation")
    assert found.must_wait
    assert found.authorization.until == START + timedelta(hours=4)
    assert found.authorization.disks
    (told,) = cautious.sent("approval-requested")
    assert [disk["name"] for disk in told["disksToReplace"]] == [
        disk.name for disk in found.authorization.disks
    ]


def test_disks_that_cannot_be_read_are_no_reason_not_to_restore(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request("OriginalLocation"))
    plant(harness, "status", {"operation": "vm"}, status=403, times=None, code="Denied")
    terms = authorized(harness, "OriginalLocation").authorization
    assert (terms.rule, terms.disks, terms.kept_disks) == ("everything", None, ())


def test_what_is_refused_may_not_be_sent_by_another_who_was_cleared_before(
    harness: AppHarness,
) -> None:
    orders.accepted(harness, orders.request())
    before = orders.held(harness).version
    with policies.use(only(recovery_types=("OriginalLocation",))):
        found = answer(harness)
    assert found.error is not None
    assert (found.kind, found.error.code) == ("failed", "PolicyRefused")
    assert orders.held(harness).version != before


@pytest.mark.parametrize(
    ("known", "terms"),
    [
        ({"authorization": WANTED}, {"rule": "replace", "disks": (DISK,), "kept_disks": (KEPT,)}),
        ({}, {"rule": "sent-before"}),
    ],
    ids=["judged", "not judged"],
)
@pytest.mark.parametrize(
    "state", [LedgerState.INTENDED, LedgerState.STARTED, LedgerState.FALLEN_BACK]
)
def test_what_is_out_is_not_judged_again_and_waits_for_nobody(
    harness: AppHarness, state: LedgerState, known: dict[str, Any], terms: dict[str, Any]
) -> None:
    orders.accepted(harness, orders.request(), state=state, approval=APPROVED, **known)
    with policies.use(only(recovery_types=("OriginalLocation",))):
        found = authorized(harness)
    assert found == Authorized(authorization=Authorization(**terms), approval=APPROVED)


@pytest.mark.parametrize("known", [{"authorization": WANTED}, {}], ids=["judged", "not judged"])
@pytest.mark.parametrize("state", [LedgerState.CANCELLED, LedgerState.FINISHED])
def test_what_is_over_says_so(
    harness: AppHarness, state: LedgerState, known: dict[str, Any]
) -> None:
    verdict = Verdict(verdict="Failed", succeeded=False, text="x")
    orders.accepted(harness, orders.request(), state=state, verdict=verdict, **known)
    expected = known.get("authorization", Authorization(rule="sent-before"))
    assert authorized(harness) == Authorized(authorization=expected, is_over=True)


@pytest.mark.parametrize("state", [LedgerState.ACCEPTED, LedgerState.INTENDED, LedgerState.STARTED])
def test_what_an_earlier_run_has_chosen_stands(harness: AppHarness, state: LedgerState) -> None:
    older = orders.older_choice(harness)
    item = msgspec.structs.replace(orders.item(harness), friendly_name="theirs")
    orders.accepted(harness, orders.request(), state=state, item=item, choice=older)
    found = authorized(harness)
    known = orders.held(harness).entry
    assert (known.item, known.choice) == (found.item, found.choice) == (item, older)


def test_a_run_that_is_late_with_its_choice_is_judged_by_nothing_of_its_own(
    harness: AppHarness,
) -> None:
    orders.accepted(harness, orders.request())
    older, theirs = orders.older_choice(harness), Authorization(rule="theirs")

    def authorize_first(name: str) -> None:
        harness.documents.before_write = lambda name: None
        harness.ledger.authorize("r1", theirs, item=orders.item(harness), choice=older)

    harness.documents.before_write = authorize_first
    found = authorized(harness)
    assert (found.authorization, found.choice) == (theirs, older)
    assert orders.held(harness).entry.authorization == theirs


def test_nothing_else_stands_where_only_this_run_has_chosen(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request())
    for _ in range(2):
        found = authorized(harness)
        assert (found.item, found.choice) == (None, None)
