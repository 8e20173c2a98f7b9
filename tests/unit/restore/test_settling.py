"""May the restore be sent? From the ledger's entry and the vault's job list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from restore.contracts import JobLook
from restore.ledger import Intent, LedgerEntry, LedgerState
from restore.settling import (
    INTENT_S_MAX,
    Adopt,
    Ambiguous,
    Go,
    Step,
    Stop,
    Wait,
    is_of_item,
    next_step,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CONTAINER = "IaasVMContainer;iaasvmcontainerv2;Rg;Web-01"
SETTLE_S = 200.0


def job(job_id: str, start: datetime | None = NOW, container: str | None = None) -> JobLook:
    name = "iaasvmcontainerv2;rg;web-01" if container is None else container
    return JobLook(job_id=job_id, status="InProgress", container_name=name, start_time=start)


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
        known_jobs=known,
    )
    return entry(state=LedgerState.INTENDED, intent=intent, **changes)


def step(
    standing: LedgerEntry,
    *jobs: JobLook,
    claimed: tuple[str, ...] = (),
    after_s: float = 10,
) -> Step:
    return next_step(
        standing,
        jobs,
        CONTAINER,
        claimed,
        vault_time=NOW + timedelta(seconds=after_s),
        settle_s=SETTLE_S,
    )


def test_a_request_of_which_nothing_is_out_may_go_and_remembers_the_items_jobs() -> None:
    others = job("other-vm", container="iaasvmcontainerv2;rg;db-01")
    assert step(entry(), job("old"), others) == Go(("old",))


def test_a_cancelled_request_stops() -> None:
    assert step(entry(state=LedgerState.CANCELLED), job("old")) == Stop()


def test_the_one_new_job_of_the_item_is_adopted() -> None:
    assert step(intended(known=("old",)), job("old"), job("new")) == Adopt("new")


def test_a_job_that_another_request_of_ours_has_claimed_is_not_adopted() -> None:
    assert isinstance(step(intended(), job("theirs"), claimed=("theirs",)), Wait)


def test_a_job_that_began_long_before_the_intent_is_not_adopted() -> None:
    assert isinstance(step(intended(), job("old", NOW - timedelta(minutes=10))), Wait)


def test_a_job_that_began_long_after_the_intent_is_not_adopted() -> None:
    late = job("theirs", NOW + timedelta(hours=2))
    assert step(intended(), late, after_s=8 * 3600) == Go(("theirs",))


def test_a_job_that_begins_late_within_reason_is_adopted_even_hours_after() -> None:
    slow = job("new", NOW + timedelta(minutes=10))
    assert step(intended(), slow, after_s=8 * 3600) == Adopt("new")


def test_a_job_of_another_vm_is_not_adopted() -> None:
    assert isinstance(step(intended(), job("x", container="iaasvmcontainerv2;rg;db-01")), Wait)


def test_a_vm_of_the_same_name_in_another_group_is_another_vm() -> None:
    assert isinstance(step(intended(), job("x", container="iaasvmcontainerv2;rg2;web-01")), Wait)


def test_without_a_container_name_the_vms_name_must_do() -> None:
    nameless = JobLook(job_id="n", status="InProgress", entity_name="WEB-01", start_time=NOW)
    assert step(intended(), nameless) == Adopt("n")


def test_two_jobs_that_could_be_ours_are_for_a_person_to_judge() -> None:
    assert step(intended(), job("x"), job("y")) == Ambiguous(("x", "y"))


def test_no_job_yet_is_waited_out_until_the_settle_time_has_passed_then_it_may_go_again() -> None:
    over_s = INTENT_S_MAX + SETTLE_S
    assert step(intended(), after_s=over_s - 5) == Wait(5)
    assert step(intended(), after_s=over_s) == Go(())


def test_after_a_cancel_nothing_is_sent_again_but_a_found_job_is_still_adopted() -> None:
    asked = intended(cancel_asked=True)
    assert step(asked, after_s=INTENT_S_MAX + SETTLE_S) == Stop()
    assert step(asked, job("new"), after_s=SETTLE_S) == Adopt("new")


def test_a_job_is_recognised_as_azure_spells_it_and_no_look_alike_is() -> None:
    of_item = "IaasVMContainer;iaasvmcontainerv2;RG-ØST;web-k"
    assert is_of_item(job("j", container="iaasvmcontainerv2;rg-øst;WEB-K"), of_item)
    assert not is_of_item(job("j", container="iaasvmcontainerv2;rg-øst;web-\u212a"), of_item)
    named = msgspec.structs.replace(job("j"), container_name=None, entity_name="WEB-\u212a")
    assert not is_of_item(named, of_item)
