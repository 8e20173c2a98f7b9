"""How one restore is shown to people: its ledger entry and the status of its orchestrations.

The ledger knows what happened for certain, the custom statuses what happens now. Any of them may be
missing: a history can be purged, a watch not yet begun.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df

from restore.messages import names
from restore.messages.disks import KeptDisk, VmDisk
from restore.messages.ledger_entry import LedgerEntry
from restore.messages.model import Verdict
from restore.progress.phases import RestorePhase
from restore.progress.run_state import phase_of_wait, point_of
from restore.values.decoding import encode
from restore.values.times import stamp
from storage import connection, duplicates
from storage.outbox import HeldUp, is_left
from triggers import request_urls

_OF_ATTEMPT = (
    *("phase", "since", "waiting", "percent", "remainingS", "recoveryPoint", "job", "approval"),
)
_EARLY = frozenset({None, "Accepted", "FindingItem", "ChoosingPoint"})


async def read(
    client: df.DurableOrchestrationClient, request_id: str, prefix: str = request_urls.PREFIX
) -> dict[str, Any] | None:
    """Return one restore as it stands; None if it was never accepted. Raises ServiceUnavailable.
    `prefix` is that of the routes that it names."""
    held = await asyncio.to_thread(connection.ledger().read, request_id)
    if held is None:
        return None
    instance_id = names.instance_id(request_id)
    revival = held.entry.revivals
    held_up = await asyncio.to_thread(connection.outbox().held_up, held.entry, datetime.now(UTC))
    status, watch = await asyncio.gather(
        client.get_status(instance_id), client.get_status(names.watch_id(instance_id, revival))
    )
    told = _status(status)
    if "waiting" in told:  # the child that waits on its behalf, if there is one, knows better
        child = await client.get_status(names.wait_id(instance_id, revival))
        told = _waiting(told, _status(child))
    if told.get("phase") == RestorePhase.VERIFYING:  # so does the child that looks at the VM
        child = await client.get_status(names.verification_id(instance_id, revival))
        told |= {name: _status(child).get(name) for name in ("waiting", "checks")}
    view = _view(held.entry, told, _status(watch), _runtime(status), prefix)
    if held.entry.fallback is not None and held.entry.verdict is None:
        view["attempts"] = await _attempts(client, held.entry, prefix)
    if held.entry.source == "queue" and (also := await asyncio.to_thread(_duplicates, held.entry)):
        view["duplicates"] = also
    if unheard := await asyncio.to_thread(_unheard, held.entry):
        view["notificationsHeld"] = unheard
    return view if held_up is None else view | {"eventsHeld": _unsent(held_up)}


async def read_settled(
    client: df.DurableOrchestrationClient,
    request_id: str,
    prefix: str,
    wait_s: float,
    look_s: float,
) -> dict[str, Any] | None:
    """Read until the restore is past its checks or over, for `wait_s` seconds at most."""
    until = time.monotonic() + wait_s
    while True:
        view = await read(client, request_id, prefix)
        if view is None or view["phase"] not in _EARLY:
            return view
        if time.monotonic() + look_s > until:
            return view
        await asyncio.sleep(look_s)


async def _attempts(
    client: df.DurableOrchestrationClient, entry: LedgerEntry, prefix: str
) -> list[dict[str, Any]]:
    """Return the attempts that are made in place of a restore's own, the one under way as it
    stands."""
    from restore.result import fallback_verdicts  # few fall back

    assert entry.fallback is not None, "asked before"
    fallback = entry.fallback
    shown = [
        {name: value for name, value in each.as_json().items() if name != "request"}
        for each in (fallback_verdicts.first(entry, fallback.verdict), *fallback.attempts)
    ]
    under_way = await read(client, fallback.attempts[-1].id, prefix)
    if under_way is not None:
        told = {name: under_way[name] for name in _OF_ATTEMPT if name in under_way}
        shown[-1] |= {"seeAt": request_urls.restore(fallback.attempts[-1].id, prefix), **told}
    return shown


def _waiting(told: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    """Return what the custom status tells, with what its child waits for in its place."""
    why = child.get("waiting")
    if why is None:
        return told
    phase = phase_of_wait(why["code"], RestorePhase(told["phase"])).value
    return told | {
        "waiting": why,
        "phase": phase,
        "since": told.get("since") if phase == told["phase"] else None,
    }


def _view(
    entry: LedgerEntry,
    status: dict[str, Any],
    watch: dict[str, Any],
    runtime: str | None,
    prefix: str = request_urls.PREFIX,
) -> dict[str, Any]:
    now = watch if watch and status.get("phase") in ("Starting", None) else status
    job = watch.get("job") or ({"id": entry.job_id} if entry.job_id else None)
    view: dict[str, Any] = {
        "requestId": entry.request_id,
        "recoveryType": entry.recovery_type,
        "sourceResourceId": entry.request.get("sourceResourceId"),
        "source": entry.source,
        "askedBy": str(entry.asked_by) if entry.asked_by else None,
        "alert": entry.alerted,
        "phase": now.get("phase") or entry.state.value,
        "since": now.get("since"),
        "waiting": now.get("waiting") or status.get("waiting"),
        "percent": job.get("percent") if job else None,
        "remainingS": job.get("remainingS") if job else None,
        "vaultId": status.get("vaultId") or entry.request.get("vaultId"),
        "protectedItem": status.get("protectedItem"),
        "recoveryPoint": status.get("recoveryPoint") or point_of(entry.choice) or _intended(entry),
        "rule": entry.authorization.rule if entry.authorization else None,
        "approval": _approval(entry, prefix),
        "disksToReplace": _names(entry.authorization.disks if entry.authorization else None),
        "disksToKeep": _names(_kept(entry) or None),
        "checks": status.get("checks"),
        "attemptOf": entry.attempt_of,
        "adopted": entry.adopted or None,
        "operationId": entry.operation_id,
        "job": job,
        "cancel": _cancel(entry),
        "runtimeStatus": runtime,
        "truncated": [*status.get("truncated", ()), *watch.get("truncated", ())] or None,
        "acceptedAt": entry.accepted_at,
        "finishedAt": entry.finished_at,
    }
    if entry.verdict is not None:
        view |= _ended(entry.verdict)
    shown = {name: value for name, value in view.items() if value is not None}
    return encode(shown)  # type: ignore[no-any-return]


def _duplicates(entry: LedgerEntry) -> list[str]:
    """Return the ids of further messages that are this restore, the first 20."""
    return list(duplicates.messages_of(connection.ledger().documents, entry))


def _unsent(held_up: HeldUp) -> dict[str, Any]:
    """Return how many events nobody has got, and since when: the restore waits for none of them."""
    return {"events": held_up.events, "since": stamp(held_up.since)}


def _unheard(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Return which receivers have not got all notifications, and since when the first of them
    waits: the restore waits for none of them."""
    pending_notifications, now = connection.pending_notifications(), datetime.now(UTC)
    if pending_notifications is None or not is_left(entry, 0, now):
        return []
    return [
        {"notifications": each.notifications, "since": stamp(each.since)}
        | ({"receiver": each.receiver} if each.receiver else {})
        for each in pending_notifications.held_up(now, request_id=entry.request_id)
    ]


def _approval(entry: LedgerEntry, prefix: str) -> dict[str, Any] | None:
    """Return what is decided; or that somebody must decide, until when, and where to say it."""
    authorization = entry.authorization
    if authorization is None or not authorization.approval:
        return None
    until = stamp(authorization.until) if authorization.until else None
    if entry.approval is not None:
        standing: dict[str, Any] = entry.approval.as_json()
        return {"until": until} | standing
    return {"until": until, "decideAt": request_urls.decision(entry.request_id, prefix)}


def _cancel(entry: LedgerEntry) -> dict[str, Any] | None:
    """Return that somebody wants it cancelled, and what Azure has said to that, if it has."""
    if not entry.cancel_asked:
        return None
    answer = entry.cancel_answer
    if answer is None or entry.must_cancel:
        return {"asked": True}
    said = {"accepted": answer.accepted, "code": answer.code, "text": answer.text}
    return {"asked": True} | {name: value for name, value in said.items() if value is not None}


def _kept(entry: LedgerEntry) -> tuple[KeptDisk, ...]:
    return entry.authorization.kept_disks if entry.authorization else ()


def _names(disks: Sequence[VmDisk] | None) -> list[str] | None:
    return None if disks is None else [disk.name for disk in disks]


def _ended(verdict: Verdict) -> dict[str, Any]:
    """Return what a verdict changes: what the last poll before it saw is no news any more."""
    plain = verdict.as_json()
    told = (
        *("verdict", "succeeded", "text", "error", "jobErrors"),
        *("replacedDisks", "keptDisks", "output"),
    )
    point = {"recoveryPoint": point_of(verdict.choice)} if verdict.choice else {}
    return (
        {name: plain.get(name) for name in told}
        | point
        | {
            "phase": verdict.verdict,
            "waiting": None,
            "attempts": encode(verdict.attempts) or None,
            "verified": verdict.verification.verified if verdict.verification else None,
            "checks": encode(verdict.verification.checks) if verdict.verification else None,
            "percent": 100.0 if verdict.verdict == "Completed" else None,
            "remainingS": None,
            "disksToReplace": None,
            "disksToKeep": None,
            "job": {"id": verdict.job_id} if verdict.job_id else None,
        }
    )


def _intended(entry: LedgerEntry) -> dict[str, Any] | None:
    return {"id": entry.intent.recovery_point} if entry.intent else None


def _status(status: Any) -> dict[str, Any]:
    custom = status.custom_status if status else None
    return custom if isinstance(custom, dict) else {}


def _runtime(status: Any) -> str | None:
    return status.runtime_status.value if status and status.runtime_status else None
