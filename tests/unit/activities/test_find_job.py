"""A job that its operation did not name is found in the list, if it is the only one."""

import pytest

from activities import find_job
from arm import connection
from arm.backup import JobList
from restore.messages.ledger_entry import Intent, LedgerState
from restore.messages.model import JobSnapshot, Outcome
from restore.messages.watch_io import FindJob
from storage import item_lock
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders

CONTAINER = "IaasVMContainer;iaasvmcontainerv2;rg;web-01"
INTENT = Intent(
    item_id="/i", container_name=CONTAINER, recovery_point="1", vault_time=START, written_at=START,
    window_s=200, known_jobs=("old",),
)  # fmt: skip


class Vault:
    """Lists these jobs, and notes since when they were asked for."""

    def __init__(self, *ids: str) -> None:
        self.ids, self.asked = ids, list[object]()

    def restore_jobs(self, vault_id: str, since: object) -> JobList:
        self.asked.append((vault_id, since))
        jobs = [
            JobSnapshot(
                job_id=each, status="InProgress", container_name=CONTAINER, start_time=START
            )
            for each in self.ids
        ]
        return JobList(tuple(jobs), START)


def find(harness: AppHarness, vault: Vault) -> str | None:
    order = FindJob(request_id="r1", item=orders.item(harness))
    with connection.use(vault):  # type: ignore[arg-type]
        found = Outcome.from_json(find_job.find_job(order.as_json()))
    assert found.kind == "done", found
    job_id: str | None = found.value["jobId"]
    return job_id


@pytest.mark.parametrize(
    ("listed", "job_id"),
    [((), None), (("old",), None), (("old", "new"), "new"), (("new", "newer"), None)],
)
def test_the_only_new_job_is_the_one_and_is_noted(
    harness: AppHarness, listed: tuple[str, ...], job_id: str | None
) -> None:
    orders.accepted(harness, orders.request(), state=LedgerState.STARTED, intent=INTENT)
    vault = Vault(*listed)
    assert find(harness, vault) == job_id
    assert vault.asked == [(orders.item(harness).vault_id, START)]
    assert orders.held(harness).entry.job_id == job_id
    assert [told["jobId"] for told in harness.sent("started")] == ([job_id] if job_id else [])


def test_a_job_of_another_request_is_not_taken(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request(), state=LedgerState.STARTED, intent=INTENT)
    item_id = orders.item(harness).id
    look = item_lock.look(harness.ledger, item_id, START)
    item_lock.claim(harness.ledger, item_id, look, "new", START)
    assert find(harness, Vault("new")) is None


@pytest.mark.parametrize("known", [{"job_id": "job", "intent": INTENT}, {"job_id": "job"}, {}])
def test_what_is_known_already_or_was_not_sent_is_not_looked_for(
    harness: AppHarness, known: dict[str, object]
) -> None:
    orders.accepted(harness, orders.request(), state=LedgerState.STARTED, **known)
    vault = Vault("new")
    assert find(harness, vault) == known.get("job_id")
    assert vault.asked == []
