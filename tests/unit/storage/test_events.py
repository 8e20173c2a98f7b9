"""Events on their way out: what is too large for a message is kept whole, and is told in part."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from restore.messages.disks import VmDisk
from restore.messages.errors import ServiceUnavailable
from restore.messages.ledger_entry import LedgerEntry, LedgerState
from restore.messages.model import Authorization, Failure, Outcome, Verdict
from restore.messages.request import RestoreRequest
from restore.plan import assemble
from restore.progress import ledger_events
from storage.events import Events
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from tests.unit.restore.samples import GROUP, NEW_VM, parsed

LONG = "n" * 260
GUARD = (
    f"{GROUP.removesuffix('rg')}{LONG}/providers/Microsoft.DataProtection/resourceGuards/{LONG}"
    f"/triggerRestoreRequests/{LONG}"
)
SET = f"{GROUP.removesuffix('rg')}{LONG}/providers/Microsoft.Compute/diskEncryptionSets/{LONG}"


def large_request(sets: int = 64) -> RestoreRequest:
    """A legal request: with 64 sets it has the 64 KB that a request may have."""
    per_disk = [{"lun": lun, "diskEncryptionSetId": SET} for lun in range(sets)]
    request: RestoreRequest = parsed(
        NEW_VM
        | {
            "extendedLocation": {"name": "n" * 2048, "type": "t" * 2048},
            "region": "r" * 2048,
            "resourceGuardOperationRequests": [GUARD] * 15,
            "securedVMDetails": {
                "dataDiskEncryptionSettings": {"perDiskEncryptionSetIds": per_disk}
            },
        }
    )
    return request


def plain(event: dict[str, Any]) -> dict[str, Any]:
    """As an activity is given it."""
    found: dict[str, Any] = json.loads(json.dumps(event))
    return found


def entry(request: RestoreRequest, **known: Any) -> LedgerEntry:
    return LedgerEntry(
        request_id=request.request_id,
        request_hash="h",
        request=msgspec.to_builtins(request),
        source="queue",
        accepted_at=START,
        **known,
    )


def event_of(entry: LedgerEntry, kind: str) -> dict[str, Any]:
    """The event of one kind that an entry tells."""
    told = ledger_events.told(entry, START)
    kinds = [event.kind for event in told.events]
    return plain(ledger_events.cloud_event(told, kinds.index(kind)))


def finished(details: int) -> dict[str, Any]:
    failure = Failure(
        code="UserErrorX",
        message="It failed.",
        category="JobFailed",
        details=("d" * 3500,) * details,
    )
    verdict = Verdict(verdict="Failed", succeeded=False, text="It failed.", error=failure)
    over = {"state": LedgerState.FINISHED, "verdict": verdict}
    return event_of(entry(large_request(1), **over), "finished")


def approval_requested() -> dict[str, Any]:
    authorization = Authorization(
        rule="all", approval=True, until=START, disks=(VmDisk(name="os"),)
    )
    return event_of(entry(large_request(48), authorization=authorization), "approval-requested")


def planned() -> dict[str, Any]:
    request = large_request(60)
    body = {"properties": {"sets": [SET] * 82}}
    outcome = Outcome.done({"requestId": "r-1", "allowed": True, "body": body})
    return plain(assemble.event(request, outcome, START, "plan-1"))


LARGE: dict[str, Callable[[], dict[str, Any]]] = {
    "accepted": lambda: event_of(entry(large_request()), "accepted"),
    "approval-requested": approval_requested,
    "planned": planned,
    "finished": lambda: finished(15),
}


@pytest.fixture
def queue() -> MemoryEvents:
    return MemoryEvents()  # it refuses what a real queue would refuse


@pytest.mark.parametrize("kind", LARGE)
def test_an_event_too_large_for_a_message_is_sent_in_part_and_kept_whole(
    queue: MemoryEvents, kind: str
) -> None:
    door, event = Events(MemoryDocuments(), queue), LARGE[kind]()
    door.send(event)
    (sent,) = queue.sent
    assert {name: sent[name] for name in ("id", "type", "time", "subject")} == {
        name: event[name] for name in ("id", "type", "time", "subject")
    }
    assert sent["data"]["truncated"]
    assert sent["data"]["fullDataAt"] == f"/api/events/{event['id']}/data"
    assert door.full_data(event["id"]) == event["data"]


def test_the_part_says_everything_that_is_needed_to_decide(queue: MemoryEvents) -> None:
    Events(MemoryDocuments(), queue).send(approval_requested())
    data = queue.sent[0]["data"]
    assert data["decideAt"] == "/api/restores/r-1/approval"
    assert data["until"] == "2026-11-23T03:00:00Z"
    assert data["disksToReplace"] == [{"name": "os"}]
    assert data["truncated"] == ["$.request"]


def test_links_lead_to_the_apps_public_address(queue: MemoryEvents) -> None:
    documents = MemoryDocuments()
    address = "https://restore.example/ops/v1"
    door, event = Events(documents, queue, address), approval_requested()
    door.send(event)
    data, place = queue.sent[0]["data"], f"{address}/restores/r-1"
    assert (data["restoreAt"], data["decideAt"]) == (place, f"{place}/approval")
    assert data["fullDataAt"] == f"{address}/events/{event['id']}/data"
    kept = door.full_data(event["id"])
    assert kept is not None
    assert kept["decideAt"] == data["decideAt"]


def test_the_part_of_a_verdict_keeps_as_many_details_as_fit(queue: MemoryEvents) -> None:
    Events(MemoryDocuments(), queue).send(finished(15))
    verdict = queue.sent[0]["data"]["verdict"]
    assert (verdict["verdict"], verdict["text"]) == ("Failed", "It failed.")
    assert len(verdict["error"]["details"]) == 13


def test_an_event_that_fits_is_sent_as_it_is_and_nothing_is_kept(queue: MemoryEvents) -> None:
    documents, event = MemoryDocuments(), finished(1)
    Events(documents, queue).send(event)
    assert queue.sent[0]["data"]["verdict"] == event["data"]["verdict"]
    assert "fullDataAt" not in queue.sent[0]["data"]
    assert documents.kept == {}


def test_an_event_that_is_sent_twice_has_the_same_part_both_times(queue: MemoryEvents) -> None:
    door = Events(MemoryDocuments(), queue)
    door.send(finished(15))
    door.send(finished(15))
    first, second = queue.sent
    assert first == second


def test_nothing_is_sent_before_the_whole_of_it_is_kept(queue: MemoryEvents) -> None:
    documents = MemoryDocuments()

    def refuse(name: str) -> None:
        raise ServiceUnavailable("no")

    documents.before_write = refuse
    with pytest.raises(ServiceUnavailable):
        Events(documents, queue).send(finished(15))
    assert queue.sent == []


@pytest.mark.parametrize("event_id", ["..", "../restores/r1", "r1", "r1:finished/x", "", "a b:c"])
def test_what_is_no_event_s_id_reads_nothing(queue: MemoryEvents, event_id: str) -> None:
    documents = MemoryDocuments()

    def never(name: str) -> None:
        raise AssertionError(f"{name} was read")

    documents.before_read = never
    assert Events(documents, queue).full_data(event_id) is None
