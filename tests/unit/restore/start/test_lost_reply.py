"""May the restore be sent? From the ledger's entry and the vault's job list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.ledger_entry import Intent, LedgerEntry, LedgerState
from restore.messages.model import JobSnapshot
from restore.start.lost_reply import (
    Adopt,
    Ambiguous,
    Proceed,
    StartDecision,
    Wait,
    is_of_item,
    next_step,
    window_s,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CONTAINER = "IaasVMContainer;iaasvmcontainerv2;Rg;Web-01"
SETTLE_S = 190.0
WINDOW_S = window_s(SETTLE_S, 0)


def job(job_id: str, start: datetime | None = NOW, container: str | None = None) -> JobSnapshot:
    name = "iaasvmcontainerv2;rg;web-01" if container is None else container
    return JobSnapshot(job_id=job_id, status="InProgress", container_name=name, start_time=start)


def entry(**changes: Any) -> LedgerEntry:
    plain = LedgerEntry(
        request_id="r", request_hash="h", request={}, source="queue", accepted_at=NOW
    )
    return msgspec.structs.replace(plain, **changes)


def intended(known: tuple[str, ...] = (), **changes: Any) -> LedgerEntry:
    intent = Intent(
        item_id="/item",
        container_name=CONTAINER,
        recovery_point="1",
        vault_time=NOW,
        written_at=NOW,
        window_s=WINDOW_S,
        known_jobs=known,
    )
    return entry(state=LedgerState.INTENDED, intent=intent, **changes)


def step(
    standing: LedgerEntry,
    *jobs: JobSnapshot,
    claimed: tuple[str, ...] = (),
    after_s: float = 10,
) -> StartDecision:
    return next_step(
        standing,
        jobs,
        CONTAINER,
        claimed,
        vault_time=NOW + timedelta(seconds=after_s),
    )


def test_a_request_of_which_nothing_is_out_may_go_and_remembers_the_items_jobs() -> None:
    others = job("other-vm", container="iaasvmcontainerv2;rg;db-01")
    assert step(entry(), job("old"), others) == Proceed(("old",))


def test_the_one_new_job_of_the_item_is_adopted() -> None:
    assert step(intended(known=("old",)), job("old"), job("new")) == Adopt("new")


def test_a_job_that_another_request_of_ours_has_claimed_is_not_adopted() -> None:
    assert isinstance(step(intended(), job("theirs"), claimed=("theirs",)), Wait)


def test_a_job_that_began_long_before_the_intent_is_not_adopted() -> None:
    assert isinstance(step(intended(), job("old", NOW - timedelta(minutes=10))), Wait)


@pytest.mark.parametrize("after_s", [10, 8 * 3600])
@pytest.mark.parametrize("begun_s", [-5, 0, 60, WINDOW_S])
def test_a_job_that_began_in_the_window_of_its_post_is_adopted_whenever_it_is_seen(
    begun_s: float, after_s: float
) -> None:
    seen = job("new", NOW + timedelta(seconds=begun_s))
    assert step(intended(), seen, after_s=after_s) == Adopt("new")


@pytest.mark.parametrize("begun_s", [WINDOW_S + 1, 900, 7200])
def test_a_job_that_began_after_the_window_is_anothers(begun_s: float) -> None:
    theirs = job("theirs", NOW + timedelta(seconds=begun_s))
    assert step(intended(), theirs, after_s=8 * 3600) == Proceed(("theirs",))


def test_the_window_is_as_long_as_the_job_is_waited_for_and_the_vaults_time_is_unsure() -> None:
    assert window_s(190, 59) == 10 + 190 + 59


def doubtful_jobs() -> list[JobSnapshot]:
    other_group = JobSnapshot(
        job_id="by-name", status="InProgress", entity_name="WEB-01", start_time=NOW
    )
    early = [job(f"early-{begun_s}", NOW - timedelta(seconds=begun_s)) for begun_s in (6, 90)]
    return [other_group, job("no-start", None), *early]


@pytest.mark.parametrize("seen", doubtful_jobs(), ids=lambda look: look.job_id)
def test_a_job_that_only_may_be_ours_is_never_adopted_nor_is_the_restore_sent_again(
    seen: JobSnapshot,
) -> None:
    assert isinstance(step(intended(), seen, after_s=WINDOW_S - 1), Wait)
    assert step(intended(), seen, after_s=WINDOW_S) == Ambiguous((seen.job_id,))
    asked = intended(cancel_asked=1)
    assert step(asked, seen, after_s=WINDOW_S) == Ambiguous((seen.job_id,))


@pytest.mark.parametrize("seen", doubtful_jobs(), ids=lambda look: look.job_id)
def test_a_job_that_may_be_ours_hides_none_that_is(seen: JobSnapshot) -> None:
    assert step(intended(), seen, job("new")) == Adopt("new")


@pytest.mark.parametrize("seen", doubtful_jobs(), ids=lambda look: look.job_id)
def test_a_job_that_was_there_before_or_is_claimed_is_no_doubt(seen: JobSnapshot) -> None:
    assert step(intended(known=(seen.job_id,)), seen, after_s=WINDOW_S) == Proceed((seen.job_id,))
    claimed = step(intended(), seen, claimed=(seen.job_id,), after_s=WINDOW_S)
    assert claimed == Proceed((seen.job_id,))


def test_a_job_of_another_vm_is_not_adopted() -> None:
    assert isinstance(step(intended(), job("x", container="iaasvmcontainerv2;rg;db-01")), Wait)


@pytest.mark.parametrize("container", ["iaasvmcontainerv2;rg2;web-01", "iaasvmcontainer;rg;web-01"])
def test_a_vm_of_the_same_name_in_another_group_or_a_classic_one_is_another_vm(
    container: str,
) -> None:
    assert isinstance(step(intended(), job("x", container=container)), Wait)
    assert not is_of_item(job("x", container=container), CONTAINER)


def test_without_a_container_name_another_name_is_another_vm() -> None:
    other = JobSnapshot(job_id="n", status="InProgress", entity_name="db-01", start_time=NOW)
    assert step(intended(), other, after_s=WINDOW_S) == Proceed(())


def test_two_jobs_that_could_be_ours_are_for_a_person_to_judge() -> None:
    assert step(intended(), job("x"), job("y")) == Ambiguous(("x", "y"))


def test_no_job_yet_is_waited_out_until_the_window_has_passed_then_it_may_go_again() -> None:
    assert step(intended(), after_s=WINDOW_S - 31) == Wait(30)
    assert step(intended(), after_s=WINDOW_S - 5) == Wait(5)
    assert step(intended(), after_s=WINDOW_S) == Proceed(())


def test_after_a_cancel_a_found_job_is_still_adopted() -> None:
    assert step(intended(cancel_asked=1), job("new"), after_s=WINDOW_S) == Adopt("new")


def test_a_job_is_recognised_as_azure_spells_it_and_no_look_alike_is() -> None:
    of_item = "IaasVMContainer;iaasvmcontainerv2;RG-ØST;web-k"
    assert is_of_item(job("j", container="iaasvmcontainerv2;rg-øst;WEB-K"), of_item)
    assert not is_of_item(job("j", container="iaasvmcontainerv2;rg-øst;web-\u212a"), of_item)
    named = msgspec.structs.replace(job("j"), container_name=None, entity_name="WEB-\u212a")
    assert not is_of_item(named, of_item)


@pytest.mark.parametrize(
    ("entity", "container", "expected"),
    [
        ("web-01", "IaasVMContainer;iaasvmcontainerv2;Rg;Web-01", True),
        ("WEB-01", "web-01", True),
        ("web-02", "IaasVMContainer;iaasvmcontainerv2;Rg;Web-01", False),
        ("Rg", "IaasVMContainer;iaasvmcontainerv2;Rg;Web-01", False),
        (None, "IaasVMContainer;iaasvmcontainerv2;Rg;Web-01", False),
    ],
)
def test_a_job_without_a_container_is_known_by_its_vms_name(
    entity: str | None, container: str, expected: bool
) -> None:
    nameless = JobSnapshot(job_id="j", status="InProgress", entity_name=entity)
    assert is_of_item(nameless, container) is expected


def test_a_job_that_began_too_early_is_anothers_for_certain() -> None:
    theirs = job("theirs", NOW - timedelta(seconds=91))
    assert step(intended(), theirs, after_s=WINDOW_S) == Proceed(("theirs",))


@pytest.mark.parametrize(
    "state", [LedgerState.STARTED, LedgerState.CANCELLED, LedgerState.FINISHED]
)
def test_only_what_may_be_sent_is_decided_about(state: LedgerState) -> None:
    with pytest.raises(AssertionError, match="only an open intent"):
        step(msgspec.structs.replace(intended(), state=state))
