"""A job is adopted while somebody waits: in ten minutes, or not at all."""

import json

from restore.messages import names
from restore.messages.adoption import Adopt, AdoptJob
from restore.messages.model import Outcome
from tests.end_to_end.harness import VAULT
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal, outcome, plant

JOB = "0c1d2e3f-0000-4000-8000-000000000001"
ORDER = AdoptJob(adopt=Adopt(job_id=JOB, vault_id=VAULT), source="http")


def away(harness: AppHarness) -> None:
    plant(harness, "status", {"path": "backupJobs/"}, status=503, times=None)


def test_a_job_that_is_not_there_is_told_at_once(harness: AppHarness, journal: Journal) -> None:
    made = outcome(harness, names.ADOPT_RESTORE, ORDER, 10)
    assert made.error is not None
    assert (made.kind, made.error.code) == ("failed", "JobNotFound")
    assert journal.calls == [names.ADOPT_JOB]


def test_azure_that_does_not_answer_is_waited_for_ten_minutes(
    harness: AppHarness, journal: Journal
) -> None:
    away(harness)
    made: Outcome = outcome(harness, names.ADOPT_RESTORE, ORDER, 700)
    assert made.error is not None
    assert made.error.code == "DeadlinePassed"
    assert 595 <= max(journal.waits_s()) <= 601


def test_a_step_waits_six_times_by_itself_and_then_in_a_child(harness: AppHarness) -> None:
    """After 5, 10, 20, 40, 80 and 160 s: so its history stays short."""
    away(harness)
    text = json.dumps(json.dumps(ORDER.as_json()))
    harness.driver.client.start_new(names.ADOPT_RESTORE, text, "it")
    harness.run_for(300)
    assert harness.driver.client.get("it~wait") is None
    harness.run_for(60)
    assert harness.driver.client.get("it~wait") is not None
