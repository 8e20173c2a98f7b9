"""What is promised of a restore, whatever happens to the process: checked when a scene is over."""

from typing import Any

from devhost.vault import jobs
from devhost.vault.state import JobRecord
from restore import names
from restore.contracts import Verdict
from restore.ledger import LedgerState
from tests.fakes.laboratory import Laboratory
from tests.simulation.scenes import Played

HISTORY_MAX = 200


def broken(played: Played) -> list[str]:
    """Return everything that is not as promised; nothing is as it should be."""
    laboratory, asked = played.laboratory, played.scene.requests
    found = [text for request_id in asked for text in _of_request(played, request_id)]
    verdicts = [verdict for each in asked if (verdict := _verdict(laboratory, each)) is not None]
    named = [verdict.job_id for verdict in verdicts if verdict.job_id is not None]
    posts = len(laboratory.simulator.state.job_records)  # each accepted POST makes one job
    if posts > len(asked):
        found.append(f"{posts} restores were accepted for {len(asked)} requests")
    if posts != len(set(named)) or len(named) != len(set(named)):
        found.append(f"{posts} restores were accepted, the verdicts name the jobs {named}")
    first = _verdict(laboratory, asked[0])
    if LedgerState.CANCELLED in played.cancels and first and first.job_id:
        found.append("a restore was started although the cancel said that none would be")
    if not played.cancels and posts < len(asked):
        found.append(f"{posts} restores were accepted for {len(asked)} requests")
    if played.longest_history > HISTORY_MAX:
        found.append(f"a history has {played.longest_history} events")
    left = [name for name in laboratory.documents.kept if name.startswith("handles/")]
    if left:
        found.append(f"signed URLs are still kept: {left}")
    return found


def _of_request(played: Played, request_id: str) -> list[str]:
    laboratory = played.laboratory
    verdict = _verdict(laboratory, request_id)
    if verdict is None:
        return [f"{request_id} has no verdict"]
    return [
        f"{request_id}: {text}"
        for text in (
            *_untrue(laboratory, verdict),
            *_events(played, request_id, verdict),
            *_instances(laboratory, request_id),
        )
    ]


def _untrue(laboratory: Laboratory, verdict: Verdict) -> list[str]:
    record = _record(laboratory, verdict.job_id)
    if verdict.job_id is None:
        is_known = verdict.verdict == "Cancelled" and "nothing was started" in verdict.text
        return [] if is_known else [f"the verdict {verdict.verdict} has no job: {verdict.text}"]
    if record is None:
        return [f"the verdict names the job {verdict.job_id}, which the vault does not know"]
    found = []
    status = jobs.look(record, laboratory.clock.now()).status
    if verdict.verdict != status:
        found.append(f"the verdict is {verdict.verdict}, the job {status}")
    if verdict.recovery_point != record.point:
        found.append(f"the verdict names {verdict.recovery_point}, restored was {record.point}")
    return found


def _events(played: Played, request_id: str, verdict: Verdict) -> list[str]:
    found = []
    sent = played.laboratory.events.sent
    of_request = [event for event in sent if event["data"]["requestId"] == request_id]
    expected = ["accepted", "finished"] if verdict.job_id is None else _KINDS
    for kind in _KINDS:
        events = [event for event in of_request if event["type"] == _type(kind)]
        may_be_missing = kind == "finished" and request_id in played.over
        if bool(events) is not (kind in expected) and not may_be_missing:
            found.append(f"{len(events)} {kind} events")
        # Told anew by another orchestration it has another time, and what it knows; never an id.
        if any(event["id"] != events[0]["id"] for event in events):
            found.append(f"{kind} events have several ids")
        if any(event != events[0] for event in events) and not played.purged:
            found.append(f"{kind} events differ: {events}")
        if kind == "finished" and events:
            found += _differs(events[0]["data"]["verdict"], verdict)
    return found


def _instances(laboratory: Laboratory, request_id: str) -> list[str]:
    instance_id = names.instance_id(request_id)
    rows = {each: laboratory.driver.client.get(each) for each in (
        instance_id, names.watch_id(instance_id)
    )}  # fmt: skip
    return [
        f"{each} is {row.runtime_status}"
        for each, row in rows.items()
        if row is not None and row.runtime_status != "Completed"
    ]


_KINDS = ["accepted", "started", "finished"]


def _type(kind: str) -> str:
    return f"azure-vm-restore.{kind}.v1"


def _differs(told: dict[str, Any], verdict: Verdict) -> list[str]:
    same = (told["verdict"], told.get("jobId")) == (verdict.verdict, verdict.job_id)
    return [] if same else [f"the event says {told}, the ledger {verdict}"]


def _verdict(laboratory: Laboratory, request_id: str) -> Verdict | None:
    held = laboratory.ledger.read(request_id)
    return None if held is None else held.entry.verdict


def _record(laboratory: Laboratory, job_id: str | None) -> JobRecord | None:
    records = laboratory.simulator.state.job_records.values()
    return next((record for record in records if record.id == job_id), None)
