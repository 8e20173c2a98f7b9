"""A wish to cancel stands until Azure has answered it, whoever hears of it and whenever."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from restore.messages.ledger_entry import LedgerEntry, LedgerState
from simulated_azure.faults import Fault
from tests.end_to_end.stage import request_for
from tests.fakes.laboratory import Laboratory

HOUR = 3600.0
OPERATION = {"path": "operations"}


@pytest.fixture
def laboratory() -> Iterator[Laboratory]:
    with Laboratory().open() as world:
        yield world


def fault(laboratory: Laboratory, kind: str, match: dict[str, str], **more: Any) -> None:
    laboratory.simulator.faults.add(
        [msgspec.convert({"match": match, "kind": kind, **more}, Fault)]
    )


def entry(laboratory: Laboratory) -> LedgerEntry:
    held = laboratory.ledger.read("r1")
    assert held is not None
    return held.entry


def cancels(laboratory: Laboratory) -> int:
    return sum(call["path"].endswith("/cancel") for call in laboratory.calls())


def test_a_cancel_waits_for_minutes_until_azure_names_the_job(laboratory: Laboratory) -> None:
    laboratory.simulator.state.jobs.list_lag_s = 900
    fault(laboratory, "operation_without_properties", OPERATION, times=None)
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(20)
    laboratory.cancel("r1")
    laboratory.run_for(600)
    assert (entry(laboratory).job_id, cancels(laboratory)) == (None, 0)
    laboratory.run_for(900)
    assert laboratory.verdict("r1").verdict == "Cancelled"


def test_a_second_cancel_is_asked_after_a_refused_one(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("AlternateLocation", "r1"))
    laboratory.run_for(300)
    refused = {"path": "/cancel$"}
    fault(laboratory, "status", refused, times=1, status=400, code="UserErrorCannotCancelNow")
    laboratory.cancel("r1")
    laboratory.run_for(60)
    first = entry(laboratory).cancel_answer
    assert first is not None
    assert (first.asked, first.accepted) == (1, False)
    laboratory.cancel("r1")
    laboratory.run_for(900)
    second = entry(laboratory).cancel_answer
    assert second is not None
    assert (second.asked, second.accepted) == (2, True)
    assert laboratory.verdict("r1").verdict == "Cancelled"


def test_a_cancel_that_azure_does_not_answer_is_asked_again(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(200)
    fault(laboratory, "status", {"path": "/cancel$"}, times=9, status=503)
    laboratory.cancel("r1")
    laboratory.run_for(HOUR)
    assert laboratory.verdict("r1").verdict == "Cancelled"


def test_a_cancel_that_the_app_has_no_right_to_is_said_so(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(200)
    denied = {"path": "/cancel$"}
    fault(laboratory, "status", denied, times=None, status=403, code="AuthorizationFailed")
    laboratory.cancel("r1")
    laboratory.run_for(HOUR)
    said = entry(laboratory).cancel_answer
    assert said is not None
    assert (said.accepted, said.code) == (False, "AuthorizationFailed")
    assert laboratory.verdict("r1").verdict == "Completed"


def test_a_wish_survives_all_histories(laboratory: Laboratory) -> None:
    """Whoever follows the restore next sees to it."""
    laboratory.simulator.state.jobs.duration_s = 2 * HOUR
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    laboratory.ledger.cancel("r1")
    laboratory.purge()
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    answer = entry(laboratory).cancel_answer
    assert answer is not None
    assert answer.accepted


def test_a_restore_nobody_follows_any_more_can_be_cancelled(laboratory: Laboratory) -> None:
    laboratory.simulator.state.jobs.duration_s = 2 * HOUR
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    laboratory.purge()
    laboratory.cancel("r1")
    laboratory.run_for(60)
    answer = entry(laboratory).cancel_answer
    assert answer is not None
    assert answer.accepted


def test_a_cancel_while_the_post_is_refused_keeps_it_from_being_sent_again(
    laboratory: Laboratory,
) -> None:
    """Between the intent and its withdrawal nobody knows: the wish is noted, and then decides."""
    fault(laboratory, "throttle", {"method": "POST", "path": "/restore$"}, retry_after=60)

    def cancel_first(where: str) -> None:
        if "POST restore" in where and entry(laboratory).cancel_asked == 0:
            assert entry(laboratory).state is LedgerState.INTENDED
            laboratory.ledger.cancel("r1")

    laboratory.at_boundary = cancel_first
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(HOUR)
    verdict = laboratory.verdict("r1")
    assert verdict.verdict == "Cancelled"
    assert "nothing was started" in verdict.text
    assert laboratory.posts() == []


def test_a_wish_for_what_has_ended_is_let_go(laboratory: Laboratory) -> None:
    laboratory.ask(request_for("RestoreDisks", "r1"))
    laboratory.run_for(300)
    fault(laboratory, "status", {"path": "/cancel$"}, times=None, status=503)
    laboratory.cancel("r1")
    laboratory.run_for(2 * HOUR)
    assert laboratory.verdict("r1").verdict == "Completed"
    instance = laboratory.store.instance("restore-r1~cancel")
    assert instance is not None
    assert instance.status == "Completed"
