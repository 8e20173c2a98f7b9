"""A wish to cancel stands until Azure has answered it, whoever hears of it and whenever."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from restore.messages.ledger_entry import LedgerEntry, LedgerState
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness

HOUR = 3600.0
OPERATION = {"path": "operations"}


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def fault(harness: AppHarness, kind: str, match: dict[str, str], **more: Any) -> None:
    harness.simulator.faults.add([msgspec.convert({"match": match, "kind": kind, **more}, Fault)])


def entry(harness: AppHarness) -> LedgerEntry:
    held = harness.ledger.read("r1")
    assert held is not None
    return held.entry


def cancels(harness: AppHarness) -> int:
    return sum(call["path"].endswith("/cancel") for call in harness.calls())


def test_a_cancel_waits_for_minutes_until_azure_names_the_job(harness: AppHarness) -> None:
    harness.simulator.state.jobs.list_lag_s = 900
    fault(harness, "operation_without_properties", OPERATION, times=None)
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(20)
    harness.cancel("r1")
    harness.run_for(600)
    assert (entry(harness).job_id, cancels(harness)) == (None, 0)
    harness.run_for(900)
    assert harness.verdict("r1").verdict == "Cancelled"


def test_a_second_cancel_is_asked_after_a_refused_one(harness: AppHarness) -> None:
    harness.ask(request_for("AlternateLocation", "r1"))
    harness.run_for(300)
    refused = {"path": "/cancel$"}
    fault(harness, "status", refused, times=1, status=400, code="UserErrorCannotCancelNow")
    harness.cancel("r1")
    harness.run_for(60)
    first = entry(harness).cancel_answer
    assert first is not None
    assert (first.asked, first.accepted) == (1, False)
    harness.cancel("r1")
    harness.run_for(900)
    second = entry(harness).cancel_answer
    assert second is not None
    assert (second.asked, second.accepted) == (2, True)
    assert harness.verdict("r1").verdict == "Cancelled"


def test_a_cancel_that_azure_does_not_answer_is_asked_again(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(200)
    fault(harness, "status", {"path": "/cancel$"}, times=9, status=503)
    harness.cancel("r1")
    harness.run_for(HOUR)
    assert harness.verdict("r1").verdict == "Cancelled"


def test_a_cancel_that_the_app_has_no_right_to_is_said_so(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(200)
    denied = {"path": "/cancel$"}
    fault(harness, "status", denied, times=None, status=403, code="AuthorizationFailed")
    harness.cancel("r1")
    harness.run_for(HOUR)
    said = entry(harness).cancel_answer
    assert said is not None
    assert (said.accepted, said.code) == (False, "AuthorizationFailed")
    assert harness.verdict("r1").verdict == "Completed"


def test_a_wish_survives_all_histories(harness: AppHarness) -> None:
    """Whoever follows the restore next sees to it."""
    harness.simulator.state.jobs.duration_s = 2 * HOUR
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    harness.ledger.cancel("r1")
    harness.purge()
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    answer = entry(harness).cancel_answer
    assert answer is not None
    assert answer.accepted


def test_a_restore_nobody_follows_any_more_can_be_cancelled(harness: AppHarness) -> None:
    harness.simulator.state.jobs.duration_s = 2 * HOUR
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    harness.purge()
    harness.cancel("r1")
    harness.run_for(60)
    answer = entry(harness).cancel_answer
    assert answer is not None
    assert answer.accepted


def test_a_cancel_while_the_post_is_refused_keeps_it_from_being_sent_again(
    harness: AppHarness,
) -> None:
    """Between the intent and its withdrawal nobody knows: the wish is noted, and then decides."""
    fault(harness, "throttle", {"method": "POST", "path": "/restore$"}, retry_after=60)

    def cancel_first(where: str) -> None:
        if "POST restore" in where and entry(harness).cancel_asked == 0:
            assert entry(harness).state is LedgerState.INTENDED
            harness.ledger.cancel("r1")

    harness.at_boundary = cancel_first
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Cancelled"
    assert "nothing was started" in verdict.text
    assert harness.posts() == []


def test_a_wish_for_what_has_ended_is_let_go(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(300)
    fault(harness, "status", {"path": "/cancel$"}, times=None, status=503)
    harness.cancel("r1")
    harness.run_for(2 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    instance = harness.store.instance("restore-r1~cancel")
    assert instance is not None
    assert instance.status == "Completed"
