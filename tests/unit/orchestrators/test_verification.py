"""A restored VM is looked at after its job: what is shown and told, and who goes on with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from activities import policies
from orchestrators import verification
from probes import probing
from restore.messages import names
from restore.messages.ledger_entry import LedgerEntry, Verifying
from restore.messages.model import Failure, JobSnapshot, Outcome, Verdict
from restore.messages.watch_io import Watched
from restore.policy.rules import Probes
from simulated_azure.parts import Guest
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import START, AppHarness
from tests.unit.orchestrators.journal import Journal, plant
from tests.unit.restore.policy.policy_cases import only

HOUR = 3600.0
ID = "restore-r1"
JOB_S = 1500.0
URL = "https://10.2.0.4/health"
PROBES = Probes(networks=("10.2.0.0/16",), ports=(443,))


def ask(harness: AppHarness, kind: str = "AlternateLocation", **verify: Any) -> None:
    harness.ask(request_for(kind, "r1", verify=verify))


def guest(harness: AppHarness, **fields: Any) -> None:
    harness.simulator.state.jobs.guest = Guest(**fields)


def entry(harness: AppHarness) -> LedgerEntry:
    held = harness.ledger.read("r1")
    assert held is not None
    return held.entry


@contextmanager
def answering(*answers: probing.Answer) -> Iterator[list[str]]:
    """Machines that answer so, the last one for ever; what was probed is noted."""
    probed: list[str] = []

    def probe(url: str, *_: Any) -> probing.Answer:
        probed.append(url)
        return answers[min(len(probed), len(answers)) - 1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probing, "probe", probe)
        yield probed


@pytest.mark.parametrize("kind", ["AlternateLocation", "OriginalLocation"])
def test_a_vm_that_comes_up_is_verified(harness: AppHarness, journal: Journal, kind: str) -> None:
    ask(harness, kind)
    harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.succeeded) == ("Completed", True)
    assert verdict.verification is not None
    assert verdict.verification.verified
    assert verdict.text.startswith("Verified: The VM runs. Its agent is ready. ")
    assert journal.phases(names.RESTORE_VM)[-3:] == ["Starting", "Verifying", "Completed"]
    assert harness.status(ID)["phase"] == "Completed"


def test_while_it_is_looked_at_the_status_says_what_is_waited_for(
    harness: AppHarness, journal: Journal
) -> None:
    guest(harness, boot_s=400, agent_s=800)
    ask(harness)
    harness.run_for(HOUR)
    shown = journal.statuses[names.VERIFY_VM]
    waits = [status["waiting"]["code"] for status in shown if status.get("waiting")]
    assert list(dict.fromkeys(waits)) == ["VmNotRunning", "AgentNotReady"]
    assert {status["phase"] for status in shown} == {"Verifying"}
    assert harness.verdict("r1").succeeded


def test_an_agent_that_never_reports_ends_it_in_its_time(harness: AppHarness) -> None:
    guest(harness, agent_s=1e9)
    ask(harness, agentWithin="PT20M")
    harness.run_for(JOB_S + 25 * 60)
    assert entry(harness).verdict is None
    harness.run_for(10 * 60)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.succeeded) == ("Completed", False)
    assert verdict.error is not None
    assert verdict.error.code == "AgentNotReady"


def test_the_event_tells_that_it_is_verified_and_the_last_one_what_it_came_to(
    harness: AppHarness,
) -> None:
    ask(harness, probe=URL)
    with policies.use(only(probes=PROBES)), answering(probing.Answer("It answers.")):
        harness.run_for(HOUR)
    (told,) = harness.sent("verifying")
    assert (told["job"], told["verify"]) == ("Completed", {"probe": URL})
    (finished,) = harness.sent("finished")
    assert finished["verdict"]["verification"]["verified"]
    assert len(finished["verdict"]["verification"]["checks"]) == 3


def test_a_probe_is_sent_until_it_is_answered(harness: AppHarness) -> None:
    ask(harness, probe=URL)
    refused = probing.Answer("Nobody answers.", "ProbeFailed")
    answers = (refused, refused, probing.Answer("Yes."))
    with policies.use(only(probes=PROBES)), answering(*answers) as probed:
        harness.run_for(HOUR)
    assert probed == [URL] * 3
    assert harness.verdict("r1").succeeded


def test_what_the_policy_forbids_by_then_is_not_probed(harness: AppHarness) -> None:
    with answering(probing.Answer("Yes.")) as probed:
        with policies.use(only(probes=PROBES)):
            ask(harness, probe=URL)
            harness.run_for(300)
        harness.run_for(2 * HOUR)
    assert probed == []
    verdict = harness.verdict("r1")
    assert verdict.error is not None
    assert verdict.error.code == "ProbeNotAllowed"


def test_a_probe_that_no_rule_allows_is_refused_before_anything_is_sent(
    harness: AppHarness,
) -> None:
    ask(harness, probe="https://10.9.0.4/")
    with policies.use(only(probes=PROBES)):
        harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert verdict.verdict == "Rejected"
    assert verdict.error is not None
    assert [problem.path for problem in verdict.error.problems] == ["$.verify.probe"]
    assert harness.posts() == []


def test_a_job_that_failed_leaves_nothing_to_look_at(harness: AppHarness, journal: Journal) -> None:
    harness.simulator.state.jobs.outcome = "Failed"
    ask(harness)
    harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert (verdict.verdict, verdict.verification) == ("Failed", None)
    assert names.READ_VM not in journal.calls


def test_a_request_that_asks_for_no_look_gets_none(harness: AppHarness, journal: Journal) -> None:
    harness.ask(request_for("AlternateLocation", "r1"))
    harness.run_for(HOUR)
    assert harness.verdict("r1").verification is None
    assert names.BEGIN_VERIFICATION not in journal.calls


def test_the_slot_is_released_when_the_job_is_over(harness: AppHarness) -> None:
    guest(harness, agent_s=1800)
    one = msgspec.structs.replace(harness.policy, max_concurrent_restores=1)
    with policies.use(one):
        ask(harness, agentWithin="PT1H")
        harness.run_for(JOB_S + 300)
        assert harness.status(ID)["phase"] == "Verifying"
        harness.ask(request_for("RestoreDisks", "r2", name="web-02"))
        harness.run_for(60)
        assert len(harness.posts()) == 2


def test_a_verification_that_is_taken_up_again_goes_on_in_the_same_time(
    harness: AppHarness, journal: Journal
) -> None:
    guest(harness, agent_s=1e9)
    ask(harness, agentWithin="PT1H")
    harness.run_for(JOB_S + 300)
    begun = entry(harness).verifying
    harness.driver.client.terminate(ID, "by hand")
    journal.calls.clear()
    harness.run_for(60)
    harness.reconcile()
    assert harness.status(ID)["phase"] == "Verifying"
    assert entry(harness).verifying == begun
    harness.run_for(HOUR + 600)
    before = {names.TRIGGER_RESTORE, names.READ_JOB, names.BEGIN_VERIFICATION}
    assert before & {*journal.calls} == set()
    verdict, standing = harness.verdict("r1"), entry(harness)
    assert begun is not None
    assert standing.finished_at is not None
    assert (standing.finished_at - begun.since).total_seconds() < 70 * 60 + 400
    assert (verdict.verdict, verdict.succeeded) == ("Completed", False)
    assert len(harness.posts()) == 1


def test_a_look_that_azure_refuses_to_allow_is_said_and_repeated(harness: AppHarness) -> None:
    denied = {"status": 403, "code": "AuthorizationFailed", "times": None}
    plant(harness, "status", {"operation": "vm"}, **denied)
    ask(harness)
    harness.run_for(JOB_S + 120)
    waiting = harness.status(f"{ID}~verify")["waiting"]
    assert waiting["code"] == "AccessDenied"
    harness.run_for(HOUR)
    verdict = harness.verdict("r1")
    assert verdict.error is not None
    assert verdict.error.code == "AuthorizationFailed"
    assert not verdict.succeeded


def test_a_long_verification_keeps_its_history_short(harness: AppHarness) -> None:
    guest(harness, agent_s=1e9)
    ask(harness, agentWithin="PT6H")
    longest = 0

    def note(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        nonlocal longest
        longest = max(longest, len(context["history"]))

    harness.on_turn = note
    harness.run_for(8 * HOUR)
    assert harness.verdict("r1").verification is not None
    assert longest < 120


def test_what_cannot_be_noted_hinders_no_looking() -> None:
    """The answer of begin_verification is no Verifying where it failed."""
    job = JobSnapshot(job_id="j", status="Completed", start_time=START)
    verdict = Verdict(verdict="Completed", succeeded=True, text="x")
    error = Failure(code="Denied", message="No.", category="AccessDenied")
    context = SimpleNamespace(current_utc_datetime=START)

    def run(name: str, order: Any) -> Any:
        del name, order
        yield from ()
        return Outcome.failed(error)

    steps = SimpleNamespace(display=SimpleNamespace(context=context), until=None, run=run)
    order = SimpleNamespace(request=SimpleNamespace(request_id="r1"))
    begun = verification.begin(steps, order, verdict, Watched(end="job", job=job.as_json()))  # type: ignore[arg-type]
    with pytest.raises(StopIteration) as ended:
        next(begun)
    assert ended.value.value == Verifying(since=START, verdict=verdict, job_began=START)
    assert steps.until == START + timedelta(days=7)


@pytest.mark.parametrize(
    ("status", "looks_s"),
    [(403, [10, 30, 70, 130]), (503, [5, 15, 35, 75])],
    ids=["denied", "away"],
)
def test_what_is_refused_is_looked_at_as_usual_and_what_is_away_is_left_alone_longer(
    harness: AppHarness, journal: Journal, status: int, looks_s: list[float]
) -> None:
    plant(harness, "status", {"operation": "vm"}, status=status, times=None)
    ask(harness)
    harness.run_for(JOB_S + 300)
    begun = entry(harness).verifying
    assert begun is not None
    dues_s = [(due - begun.since).total_seconds() for due in journal.timers]
    looks = [due_s for due_s in dues_s if due_s > 1]  # timers fire up to a second early
    for due_s, look_s in zip(looks, looks_s, strict=False):
        assert look_s <= due_s <= look_s * 1.1 + 1
