"""While a setting is wrong nothing new is started, nothing that runs is lost, and nothing fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from unittest.mock import patch

import msgspec
import pytest

from devhost.worker import Worker
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from simulated_azure.faults import Fault
from tests.end_to_end.harness import request_for
from tests.fakes import app_harness
from tests.fakes.app_harness import AppHarness
from tests.fakes.front_door import FrontDoor
from tests.unit.restore.policy.policy_cases import only

HOUR = 3600.0
NOT_JSON = "{rules:[]}"


@cache
def wrong_worker() -> Worker:
    return app_harness.worker_with(RESTORE_POLICY=NOT_JSON, RESTORE_KEEP_D="for ever")


@contextmanager
def wrong_settings() -> Iterator[None]:
    """The host has started anew with settings that are wrong, and will with ones that are right."""
    with patch.object(app_harness, "worker", wrong_worker):
        yield


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


def entry(harness: AppHarness) -> LedgerEntry:
    held = harness.ledger.read("r1")
    assert held is not None
    return held.entry


def lose_reply(harness: AppHarness, kind: str) -> None:
    lost = {"match": {"method": "POST", "path": "/restore$"}, "kind": kind}
    harness.simulator.faults.add([msgspec.convert(lost, Fault)])


def waits_for_the_settings(harness: AppHarness) -> None:
    waiting = FrontDoor(harness).show("r1").body["waiting"]
    assert waiting["code"] == "SettingsWrong"
    assert "Correct it" in waiting["reason"]
    assert "RESTORE_POLICY $ has lost its quotes" in waiting["reason"]


def test_what_was_accepted_waits_says_why_and_goes_on_once_they_are_right(
    harness: AppHarness,
) -> None:
    with wrong_settings():
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(3 * HOUR)
        waits_for_the_settings(harness)
        assert (entry(harness).state, harness.posts()) == (LedgerState.ACCEPTED, [])
        assert entry(harness).authorization is None
    harness.run_for(2 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1


def test_what_was_authorized_already_is_not_sent_by_a_policy_that_nobody_can_read() -> None:
    with AppHarness(policy=only(approval=True)).open() as harness:
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(60)
        with wrong_settings():
            harness.decide("r1", "approved")
            harness.run_for(HOUR)
            waits_for_the_settings(harness)
            assert harness.posts() == []
        harness.run_for(2 * HOUR)
        assert harness.verdict("r1").verdict == "Completed"


def test_a_job_that_runs_is_followed_to_its_verdict(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    assert entry(harness).state is LedgerState.STARTED
    with wrong_settings():
        harness.run_for(2 * HOUR)
        assert harness.verdict("r1").verdict == "Completed"


def test_the_job_of_a_lost_reply_is_found_and_followed(harness: AppHarness) -> None:
    harness.simulator.state.jobs.list_lag_s = 90
    lose_reply(harness, "drop_after")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(5)
    assert entry(harness).state is LedgerState.INTENDED
    with wrong_settings():
        harness.run_for(2 * HOUR)
        assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1


def test_a_start_that_never_arrived_is_sent_again_only_when_they_are_right(
    harness: AppHarness,
) -> None:
    lose_reply(harness, "drop_before")
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(5)
    assert entry(harness).state is LedgerState.INTENDED
    with wrong_settings():
        harness.run_for(HOUR)
        waits_for_the_settings(harness)
        assert harness.posts() == []
    harness.run_for(2 * HOUR)
    assert harness.verdict("r1").verdict == "Completed"
    assert len(harness.posts()) == 1


def test_the_reconciler_follows_again_what_runs_and_starts_nothing_else(
    harness: AppHarness,
) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    harness.purge()
    harness.ask(request_for("RestoreDisks", "r2", name="web-02"))
    harness.purge()
    harness.run_for(120)
    with wrong_settings():
        harness.reconcile()
        harness.run_for(60)
        assert harness.driver.client.get("restore-r1") is not None
        assert harness.driver.client.get("restore-r2") is None
        harness.run_for(2 * HOUR)
        assert harness.verdict("r1").verdict == "Completed"
    harness.reconcile()
    harness.run_for(2 * HOUR)
    assert harness.verdict("r2").verdict == "Completed"


def test_the_reconciler_gives_nothing_up_and_deletes_nothing(harness: AppHarness) -> None:
    harness.ask(request_for("RestoreDisks", "r1"))
    harness.run_for(60)
    for _ in range(3):
        harness.ledger.revive(entry(harness), harness.clock.now())
    harness.purge()
    harness.documents.create("plans/old", {}, {})
    harness.documents.written_at["plans/old"] = harness.clock.now() - timedelta(days=400)
    harness.run_for(120)
    with wrong_settings():
        harness.reconcile(deletes=True)
        assert entry(harness).verdict is None
        assert "plans/old" in harness.documents.kept
    harness.reconcile(deletes=True)
    assert harness.verdict("r1").error is not None
    assert "plans/old" not in harness.documents.kept


def test_the_ledgers_own_texts_tell_nothing_of_the_wrong_setting(harness: AppHarness) -> None:
    with wrong_settings():
        harness.ask(request_for("RestoreDisks", "r1"))
        harness.run_for(HOUR)
    assert "rules:[]" not in str(harness.documents.kept) + str(harness.events.sent)
