"""A verdict on a job says what a look at its VM came to, or that nobody looked to the end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from restore.messages.activity_io import Close
from restore.messages.ledger_entry import LedgerEntry, LedgerState, Verifying
from restore.messages.model import Failure, Verdict
from restore.messages.verification import Check, CheckResult, Verification, Verify
from restore.result import conclude, verified
from tests.unit.restore.samples import DISKS, NEW_VM, REPLACE, VM, parsed

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DONE = Verdict(verdict="Completed", succeeded=True, text="The new VM is created.", job_id="j")
FAILED = Verdict(verdict="Failed", succeeded=False, text="The restore failed.", job_id="j")


def check(name: Check, text: str, code: str | None = None) -> CheckResult:
    return CheckResult(check=name, passed=code is None, text=text, at=NOW, code=code)


RUNS = check("VmRunning", "The VM runs.")
NO_AGENT = check("AgentReady", "The agent is silent. The app looked for 15 min.", "AgentNotReady")


def test_a_verified_restore_says_so_first() -> None:
    found = Verification(verified=True, checks=(RUNS,))
    verdict = verified.concluded(DONE, found)
    assert (verdict.verdict, verdict.succeeded, verdict.error) == ("Completed", True, None)
    assert verdict.text == "Verified: The VM runs. The new VM is created."
    assert verdict.verification == found


def test_one_that_is_not_verified_keeps_azures_word_and_is_no_success() -> None:
    verdict = verified.concluded(DONE, Verification(verified=False, checks=(RUNS, NO_AGENT)))
    assert (verdict.verdict, verdict.succeeded, verdict.job_id) == ("Completed", False, "j")
    assert verdict.error is not None
    assert (verdict.error.code, verdict.error.category) == ("AgentNotReady", "NotVerified")
    assert verdict.text == (
        "NOT verified: The VM runs. AgentNotReady: The agent is silent. The app looked for 15 min. "
        "Look at the VM's boot diagnostics, and at its agent. Azure's job itself ended well: The "
        "new VM is created."
    )


@pytest.mark.parametrize("fields", [NEW_VM, REPLACE])
def test_what_came_to_be_is_looked_at_where_it_is_asked_for(fields: dict[str, Any]) -> None:
    request = parsed(fields | {"verify": {}})
    assert verified.wanted(request, DONE) == Verify()
    assert verified.wanted(request, FAILED) is None
    assert verified.wanted(parsed(fields), DONE) is None


def test_disks_have_no_vm_that_could_be_looked_at() -> None:
    assert verified.wanted(parsed(DISKS), DONE) is None


def test_looked_at_is_the_new_vm_or_the_one_whose_disks_were_replaced() -> None:
    assert verified.vm_of(parsed(NEW_VM)) == NEW_VM["targetVirtualMachineId"]
    assert verified.vm_of(parsed(REPLACE)) == VM


@pytest.mark.parametrize(
    "failure", [Failure(code="NotFollowed", message="So.", category="x"), None]
)
def test_a_restore_that_is_given_up_while_it_is_verified_keeps_the_jobs_verdict(
    failure: Failure | None,
) -> None:
    entry = LedgerEntry(
        request_id="r",
        request_hash="h",
        request={},
        source="http",
        accepted_at=NOW,
        state=LedgerState.STARTED,
        job_id="j",
        verifying=Verifying(since=NOW, verdict=DONE),
    )
    verdict = conclude.of_entry(entry, Close(request_id="r", failure=failure))
    assert (verdict.verdict, verdict.succeeded, verdict.job_id) == ("Completed", False, "j")
    assert verdict.verification == Verification(verified=False)
    assert verdict.error is not None
    assert verdict.error.code == (failure.code if failure else "JobNotSeen")


def test_a_look_that_came_to_nothing_is_named_by_the_check() -> None:
    silent = CheckResult(check="AgentReady", passed=False, text="It is silent.", at=NOW)
    for checks in ((silent,), (RUNS, RUNS, silent)):
        verdict = verified.concluded(DONE, Verification(verified=False, checks=checks))
        assert verdict.error is not None
        assert verdict.error.code == "AgentReady"
        assert "AgentReady: It is silent. Look at the VM by hand. Azure's job" in verdict.text
