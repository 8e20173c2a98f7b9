"""Restores that fall back, taken up again: by the reconciler, by another attempt, by a cancel."""

from datetime import timedelta
from typing import Any

import pytest

from restore.messages import names
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Verdict
from tests.fakes import log
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.falling_back import (
    BOTH,
    HOUR,
    ID,
    POST,
    ask,
    entry,
    falling_back,
    policy,
    refused,
    vanishing,
)
from tests.unit.orchestrators.journal import Journal, plant


def test_one_that_nobody_follows_any_more_is_taken_up_where_it_was(
    harness: AppHarness, journal: Journal
) -> None:
    refused(harness, share=0.5)
    with policy():
        ask(harness)
        harness.run_for(1500)
        harness.driver.client.terminate(ID, "by hand")
        harness.run_for(60)
        journal.calls.clear()
        harness.reconcile()
        harness.run_for(3 * HOUR)
    assert len(harness.posts()) == 2
    assert harness.verdict("r1").attempts[1].verdict == "Completed"
    assert names.FIND_PROTECTED_ITEM not in journal.calls


def test_an_attempt_that_nobody_follows_any_more_is_followed_again_by_itself(
    harness: AppHarness,
) -> None:
    refused(harness, share=0.5)
    with policy():
        ask(harness)
        harness.run_for(1500)
        harness.driver.client.terminate("restore-r1~2", "by hand")
        harness.run_for(60)
        harness.reconcile()
        harness.run_for(3 * HOUR)
    assert len(harness.posts()) == 2
    assert harness.verdict("r1").attempts[1].verdict == "Completed"


def test_nothing_more_is_sent_for_the_attempt_before(harness: AppHarness) -> None:
    """An activity that is delivered again long after finds that its restore fell back."""
    from activities import trigger_restore
    from restore.messages.activity_io import Trigger
    from restore.request import parsing

    vanishing(harness)
    with policy():
        ask(harness)
        harness.run_for(300)
        held = entry(harness)
        assert held.state is LedgerState.FALLEN_BACK
        assert held.item is not None
        assert held.choice is not None
        order = Trigger(
            request=parsing.parse_request(held.request, default_request_id="r1"),
            item=held.item,
            point=held.choice.point,
            job_search_s=200,
            until=harness.clock.now() + timedelta(hours=1),
        )
        posts = len(harness.calls())
        started = trigger_restore._trigger(order, lambda: falling_back(*BOTH), None)  # type: ignore[arg-type]
        assert started.cancelled
        assert len(harness.calls()) == posts


def test_a_restore_of_many_attempts_keeps_its_history_short(harness: AppHarness) -> None:
    gone = {"status": 404, "code": "UserErrorInstantRpNotFound", "times": 1}
    plant(harness, "status", POST, **gone)
    refused(harness, share=0.5)
    longest = 0

    def note(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        nonlocal longest
        longest = max(longest, len(context["history"]))

    harness.on_turn = note
    with policy():
        ask(harness)
        harness.run_for(10 * HOUR)
    verdict: Verdict = harness.verdict("r1")
    assert [attempt.rung for attempt in verdict.attempts] == [None, "olderPoint", "disks"]
    assert longest < 120


def test_each_fall_is_told_to_the_log_as_soon_as_it_is_made(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    log.listen(caplog)
    vanishing(harness)
    refused(harness, 0.1)
    with policy():
        ask(harness)
        harness.run_for(4 * HOUR)
    attempts = harness.verdict("r1").attempts
    assert [each.id for each in attempts] == ["r1", "r1~2", "r1~3"]
    assert [line["text"] for line in log.lines(caplog, "fell-back")] == ["r1~2", "r1~3"]


def test_an_attempt_that_somebody_cancels_by_itself_is_cancelled_once(harness: AppHarness) -> None:
    vanishing(harness)
    with policy():
        ask(harness)
        harness.run_for(60)
        assert entry(harness, "r1~2").state is LedgerState.STARTED
        harness.cancel("r1~2")
        harness.run_for(HOUR)
    assert entry(harness, "r1~2").cancel_asked == 1
    assert entry(harness).cancel_asked == 0
