"""Whatever our decoders let in goes out at every door: nothing is too large to be told.

The doors are the queue of events, the custom status, the answers over HTTP, the ledger's entries
with their labels, and the log. The stores and queues of these tests refuse what real ones refuse.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from activities import alert_releases
from devhost.engine.rendering import compact, status_too_large
from restore.alerts import alert, rate_limits
from restore.alerts.decision import AlertDecision
from restore.alerts.rate_limits import Hold
from restore.messages.attempts import Attempt
from restore.messages.errors import NotFound, problems_of
from restore.messages.ledger_entry import LedgerEntry, LedgerState, Verifying
from restore.messages.model import Caller, Failure, Outcome, Verdict
from restore.messages.plan_io import Finding, PreflightResult
from restore.messages.poll_policy import PollPolicy
from restore.messages.verification import CheckResult, Verification
from restore.messages.watch_io import Watch
from restore.plan import assemble
from restore.plan.model import Plan
from restore.progress import job_watch, ledger_events
from restore.progress.custom_status import fitted
from restore.progress.phases import RestorePhase
from restore.progress.run_state import RestoreProgress
from restore.request import point_pages, rejections
from restore.result import disk_remarks, verdicts, verified
from restore.values import cloud_events
from restore.values.decoding import encode
from restore.values.problem import Problem
from simulated_azure import seed
from storage.events import Events
from storage.labels import line_of
from storage.ledger import Ledger
from tests.fakes import largest
from tests.fakes.app_harness import START
from tests.fakes.largest import LETTERS
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from triggers import problems, views

PAIRS = (
    ("RestoreDisks", "x"),
    ("OriginalLocation", '"'),
    ("OriginalLocation", "𝕏"),
    ("AlternateLocation", "𝕏"),
)
LEDGER_BYTES_MAX = 4 * 1024 * 1024
LOG_LINE_MAX = 32 * 1024
"""Application Insights cuts a message there."""

by_letter = pytest.mark.parametrize("letter", LETTERS)
by_pair = pytest.mark.parametrize(("kind", "letter"), PAIRS)


def verdicts_of(kind: str, letter: str) -> Iterator[Verdict]:
    """Every way in which a restore ends, with as much to tell as there can be."""
    disks = [disk.name for disk in largest.authorization(letter).disks or ()]
    kept = largest.authorization(letter).kept_disks
    point = largest.points(letter, 1)[0].name
    for status in ("Completed", "CompletedWithWarnings", "Failed", "Cancelled"):
        look = largest.job(letter, status)
        yield verdicts.judge_job(
            kind,
            look,
            recovery_point=point,
            disks=disks,
            kept_disks=kept,
            remarks=disk_remarks.of_kept(kept),
        )
    left = tuple(letter * 80 for _ in range(100))
    attempt = Attempt(id="r" * 130, at=START, code="c" * 200, text=letter * 300, disks=left)
    fallen = Verdict(verdict="Failed", succeeded=False, text=letter * 600, attempts=(attempt,) * 3)
    yield msgspec.structs.replace(fallen, choice=largest.choice(letter))
    yield verified.concluded(verdicts.rejected(largest.failures(letter)[0]), _not_verified(letter))
    yield verdicts.deadline_passed(6e5, largest.job(letter, letter * 2000), recovery_point=point)
    for failure in largest.failures(letter):
        yield verdicts.before_start(failure)
    yield verdicts.lost(failure, job_id=letter * 512, recovery_point=point)


def _not_verified(letter: str) -> Verification:
    text, code = letter * 4000, letter * 200
    failed = CheckResult(check="ProbeAnswered", passed=False, text=text, at=START, code=code)
    return Verification(verified=False, checks=(failed,) * 3)


def tale(kind: str, letter: str) -> RestoreProgress:
    """A restore that has learned as much as there can be."""
    return RestoreProgress(
        request=largest.request(kind, letter),
        item=largest.item(letter),
        choice=largest.choice(letter),
        authorization=largest.authorization(letter),
        approval=largest.approval(letter),
    )


def plan(kind: str, letter: str) -> Outcome:
    """The largest plan."""
    finding = Finding(
        severity="blocking", code=letter * 1000, text=letter * 4000, action=letter * 4000, path="$"
    )
    request = largest.request(kind, letter)
    preflight = PreflightResult(
        choice=largest.choice(letter),
        findings=(finding,) * 60,
        body={"properties": msgspec.to_builtins(request)},
        plan_hash="f" * 64,
    )
    opinion = Outcome.done({"findings": encode((finding,) * 50)})
    return assemble.plan(request, largest.item(letter), preflight, opinion, START)


def events(kind: str, letter: str) -> Iterator[dict[str, Any]]:
    """Every event, with as much to tell as there can be."""
    for verdict in verdicts_of(kind, letter):
        for over in (entry(kind, letter, verdict), entry(kind, letter, verdict, "r" * 128)):
            for index in range(len(over.events)):
                yield ledger_events.cloud_event(over, index)
    outcomes = [plan(kind, letter), *map(Outcome.failed, largest.failures(letter))]
    for outcome in outcomes:
        yield assemble.event(largest.request(kind, letter), outcome, START, f"plan-{'m' * 128}")
    for body in (letter.encode() * 16_384, b"\xff" * 65_536):
        rejected = rejections.rejected(
            message_id="m" * 36,
            code="InvalidRequest",
            problems=[Problem(path=letter * 200, message=letter * 4000)] * 51,
            original=body,
            time=START,
        )
        poisoned = rejections.poisoned(message_id="m" * 36, original=body, time=START)
        yield from map(rejections.event, (rejected, poisoned))
    yield held(letter)


def held(letter: str) -> dict[str, Any]:
    """The event of as many held VMs as there can be, each of as long an id."""
    vm_id = seed.vm_id(letter if letter.isalnum() else "x")
    vm_id += "y" * (alert.ID_CHARS_MAX - len(vm_id))
    decision = AlertDecision(outcome="held", request={"sourceResourceId": vm_id})
    everything = (decision,) * rate_limits.HELD_MAX
    hold = Hold(since=START, until=START, alert_id="a" * 50, held=everything)
    return alert_releases.event("r" * 60, hold)


MUST_KEEP = {
    "accepted": ("requestId", "recoveryType", "sourceResourceId", "source"),
    "approval-requested": ("requestId", "rule", "decideAt", "until", "recoveryPoint"),
    "approval-reminder": ("requestId", "rule", "decideAt", "until", "recoveryPoint"),
    "started": ("requestId", "jobId", "vaultId"),
    "verifying": ("requestId", "jobId", "job", "recoveryType"),
    "fallback": ("requestId", "attemptOf", "rung", "because"),
    "rejected": ("code", "problems"),
    "poisoned": ("code", "text", "keptAt"),
    "finished": ("requestId", "verdict", "sourceResourceId"),
    "planned": ("requestId", "recoveryType"),
    "restores-held": ("rule", "held", "vms", "decideAt", "until"),
}


@by_pair
def test_every_event_fits_into_a_message_and_tells_where_the_rest_is(
    kind: str, letter: str
) -> None:
    for event in events(kind, letter):
        queue, documents = MemoryEvents(), MemoryDocuments()  # this queue takes no more than one
        door = Events(documents, queue)
        door.send(event)
        door.send(event)
        first, second = queue.sent
        assert first == second
        whole, told = json.loads(json.dumps(event["data"])), first["data"]
        assert {name: first[name] for name in event if name != "data"} == {
            name: event[name] for name in event if name != "data"
        }
        name = event["id"].rpartition(":")[2]
        assert [each for each in MUST_KEEP[name] if told.get(each) is None] == []
        for field in ("requestId", "decideAt", "until", "code"):
            assert told.get(field) == whole.get(field)
        if told != whole:
            assert told["truncated"]
            assert told["fullDataAt"] == f"/api/events/{event['id']}/data"
            assert door.full_data(event["id"]) == whole
        if name == "restores-held":
            assert set(told["vms"]) <= set(whole["vms"]), "an id that is cut names no VM"
        if name == "finished":
            kept, verdict = told["verdict"], whole["verdict"]
            for field in ("verdict", "succeeded", "text", "jobId", "recoveryPoint"):
                assert kept.get(field) == verdict.get(field)


@by_pair
def test_every_status_is_taken_by_the_engine(kind: str, letter: str) -> None:
    told = tale(kind, letter)
    statuses = [told.show(phase, START) for phase in RestorePhase]
    watch = Watch(
        request_id="r" * 128,
        item=largest.item(letter),
        poll_policy=PollPolicy(),
        deadline_at=START,
        since=START,
        operation_id="o" * 128,
        job_id=letter * 512,
        phase="Transferring",
        phase_since=START,
    )
    statuses.append(job_watch.status(watch, None))
    statuses.append(job_watch.status(watch, largest.job(letter, letter * 2000)))
    for status in statuses:
        shown = fitted(status)
        assert status_too_large(compact(json.dumps(shown)) or "") is None
        assert shown["phase"] == status["phase"]
        assert shown.get("job", {}).get("id") == status.get("job", {}).get("id")


def entry(kind: str, letter: str, verdict: Verdict, attempt_of: str | None = None) -> LedgerEntry:
    """The largest ledger entry, with all that it told on its way."""
    request = largest.request(kind, letter)
    waiting = LedgerEntry(
        request_id=request.request_id,
        request_hash="f" * 64,
        request=msgspec.to_builtins(request),
        source="queue",
        accepted_at=START,
        asked_by=Caller(id=letter * 200, name=letter * 200),
        item=largest.item(letter),
        choice=largest.choice(letter),
        authorization=largest.authorization(letter),
        reminded_at=START,
        operation_id="o" * 128,
        job_id=letter * 512,
        verifying=Verifying(since=START, verdict=verdict),
        attempt_of=attempt_of,
        rung="disks" if attempt_of else None,
        because="c" * 200 if attempt_of else None,
    )
    over = msgspec.structs.replace(
        ledger_events.told(waiting, START),
        approval=largest.approval(letter),
        state=LedgerState.FINISHED,
        verdict=verdict,
        finished_at=START,
        verifying=None,
    )
    return ledger_events.told(over, START)


@by_pair
def test_every_ledger_entry_is_kept_listed_and_shown(kind: str, letter: str) -> None:
    told = tale(kind, letter)
    status = fitted(told.show(RestorePhase.TRIGGERING, START))
    for verdict in verdicts_of(kind, letter):
        ledger = Ledger(MemoryDocuments())  # which takes no more metadata than a blob
        held, _ = ledger.accept(entry(kind, letter, verdict))
        assert len(msgspec.json.encode(held)) <= LEDGER_BYTES_MAX
        (line,) = ledger.page(1, None).lines
        shown = line_of(line.name, line.labels)
        assert shown["verdict"] == verdict.verdict
        assert shown["requestId"] == held.request_id
        assert held.request["sourceResourceId"].startswith(shown["sourceResourceId"])
        listed = problems.ok(200, {"value": [shown] * 200, "continuationToken": "t" * 2000})
        assert len(json.loads(listed.get_body())["value"]) == 200
        view = views._view(held, status, {}, "Completed")
        body = _answered(problems.ok(200, view))
        for field in ("requestId", "phase", "verdict", "text", "job", "finishedAt"):
            assert body.get(field) == view.get(field)


@by_pair
def test_every_answer_over_http_is_bounded(kind: str, letter: str) -> None:
    made = plan(kind, letter)
    shown = _answered(problems.ok(200, made.value))
    assert msgspec.convert(shown, Plan).plan_hash == "f" * 64
    for failure in largest.failures(letter):
        body = _answered(problems.of_failure(failure))
        assert body["code"] == failure.code
        assert body["problems"]
        assert len(body["problems"]) <= len(problems_of(failure))
    many = largest.points(letter, 1_000)
    page = point_pages.page(many, None)
    listed = {"item": encode(largest.item(letter)), "total": 1_000} | encode(page)
    body = _answered(problems.ok(200, listed | {"choice": encode(largest.choice(letter))}))
    assert len(body["points"]) == len(page.points)
    assert body["continuationToken"] == page.continuation_token


@by_letter
def test_every_failure_can_be_logged_in_one_line(letter: str) -> None:
    for failure in largest.failures(letter):
        line = str(_error(failure))
        assert len(line) <= LOG_LINE_MAX
        assert "\n" not in line


def test_the_largest_values_are_larger_than_the_doors() -> None:
    """Else the tests above would show nothing."""
    sizes: dict[str, int] = {}
    for event in events("AlternateLocation", "𝕏"):
        sizes[event["type"]] = max(sizes.get(event["type"], 0), len(msgspec.json.encode(event)))
    assert len(sizes) == len(MUST_KEEP)
    assert sizes.pop("azure-vm-restore.started.v1")  # ids alone: it always fits
    assert min(sizes.values()) > cloud_events.MESSAGE_BYTES_MAX
    status = tale("AlternateLocation", "𝕏").show(RestorePhase.TRIGGERING, START)
    assert status_too_large(json.dumps(status, ensure_ascii=False))
    verdict = max(verdicts_of("RestoreDisks", "𝕏"), key=lambda each: len(str(each)))
    view = views._view(entry("RestoreDisks", "𝕏", verdict), {}, {}, "Completed")
    assert len(msgspec.json.encode(view)) > problems.BODY_BYTES_MAX


def _answered(reply: Any) -> Any:
    body = reply.get_body()
    assert len(body) <= problems.BODY_BYTES_MAX
    return json.loads(body)


def _error(failure: Failure) -> NotFound:
    return NotFound(failure.message, code=failure.code, details=failure.details, doing="try")
