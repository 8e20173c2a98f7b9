"""See to a restore that failed and may fall back: make the next attempt, or say how all ended.

One look, which may come at any time, twice, and from another build: what is to be done follows from
the ledger. The request's entry names an attempt before there is one, by a write that only one can
win; from then on nothing is sent for the attempt before it. An attempt is a restore like any other,
with an entry, an orchestration and a POST of its own: it is judged, counted and followed by itself,
and here is only seen whether it is over.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec

from activities import activity_result, clock, policies
from arm import connection as arm_connection
from arm import log
from restore.messages import names
from restore.messages.attempts import Attempt, Rung
from restore.messages.errors import NotYet, PermanentError
from restore.messages.fallback_io import FallBack
from restore.messages.ledger_entry import Fallback, LedgerEntry, fallen_back
from restore.messages.log_line import LogLine
from restore.messages.model import Choice, Verdict
from restore.messages.request import RestoreRequest
from restore.policy.rules import Policy
from restore.result import conclude, fallback_rungs, fallback_verdicts
from restore.settings import Settings
from restore.values.decoding import decode
from storage import concurrency_slots, connection, instances, poll_urls

_AGAIN_S_MIN = 30.0
_AGAIN_S_MAX = 300.0
_AGAIN_SHARE = 0.1
"""Who has waited long for an attempt looks again after this part of that time."""


async def fall_back(
    order: dict[str, Any], client: instances.Client, settings: Settings
) -> dict[str, Any]:
    """Input: FallBack. Done with `{verdict}` when no other attempt is left to be made; retry later
    (AttemptRuns) while one is under way."""
    return await activity_result.outcome_of(
        order, lambda order: _look(FallBack.from_json(order), client, settings)
    )


async def _look(order: FallBack, client: instances.Client, settings: Settings) -> dict[str, Any]:
    found = await asyncio.to_thread(_step, order, policies.in_force(settings))
    if isinstance(found, Verdict):
        return {"verdict": found.as_json()}
    ledger, poll_policy = connection.ledger(), settings.poll_policy()
    await instances.ensure_running(client, ledger, found, poll_policy, clock.now())
    if found.must_cancel:
        await instances.start_cancel(client, found.request_id, poll_policy, clock.now())
    raise NotYet(
        f"Another attempt is made in its place: {found.request_id}.",
        code="AttemptRuns",
        retry_after_s=_again_s(clock.now() - found.accepted_at),
    )


def _again_s(age: timedelta) -> float:
    return min(max(age.total_seconds() * _AGAIN_SHARE, _AGAIN_S_MIN), _AGAIN_S_MAX)


def _step(order: FallBack, in_force: Policy) -> Verdict | LedgerEntry:
    """Return the verdict on all attempts; or the entry of the one that is under way."""
    ledger = connection.ledger()
    held = ledger.read(order.close.request_id)
    assert held is not None, "open_restore entered it"
    asked = held.entry
    if asked.is_over:  # somebody cancelled it, or closed it
        return asked.verdict or conclude.of_entry(asked, order.close)
    latest, verdict, is_over = asked, _own(asked, order), order.close.is_over
    has_data = order.close.has_data
    if asked.fallback is not None:
        attempt = asked.fallback.attempts[-1]
        if attempt.disks:
            return _concluded(asked, order)
        latest = _seen_to(asked, attempt)
        if latest.verdict is None:
            return latest
        verdict, is_over, has_data = latest.verdict, latest.work_is_over, latest.has_data
    fall = fallback_rungs.next_rung(
        asked, latest, verdict, _allowed(latest, in_force), is_over=is_over
    )
    made = _made(asked, latest, verdict, fall, order.until, has_data) if fall else None
    if made is None:
        return _concluded(asked, order)
    before = asked.fallback.attempts if asked.fallback else ()
    over = tuple(
        fallback_verdicts.summary(each, latest, verdict) if each.id == latest.request_id else each
        for each in before
    )
    fallback = Fallback(verdict=_own(asked, order), attempts=(*over, made))
    entry = ledger.update(
        asked.request_id, lambda entry: fallen_back(entry, asked.state, fallback), held
    )
    if entry.fallback is None or entry.fallback.attempts[-1] != made:
        raise NotYet("Its entry has just changed.", code="LostRace", retry_after_s=5.0)
    log.write(LogLine(event="fell-back", code=made.because, text=made.id or "disks were left"))
    return _concluded(entry, order) if made.disks else _seen_to(entry, made)


def _own(asked: LedgerEntry, order: FallBack) -> Verdict:
    """What the request's own attempt came to."""
    return asked.fallback.verdict if asked.fallback else conclude.of_entry(asked, order.close)


def _concluded(asked: LedgerEntry, order: FallBack) -> Verdict:
    own = _own(asked, order)
    if asked.fallback is None:
        return own
    ledger, later = connection.ledger(), list[tuple[Attempt, Verdict | None]]()
    choices: dict[str, Choice] = {}
    for attempt in asked.fallback.attempts:
        held = None if attempt.disks else ledger.read(attempt.id)
        if held is None or held.entry.verdict is None:
            later.append((attempt, None))
            continue
        entry, verdict = held.entry, held.entry.verdict
        later.append((fallback_verdicts.summary(attempt, entry, verdict), verdict))
        if entry.choice is not None:
            choices[attempt.id] = entry.choice
    return fallback_verdicts.concluded(asked, own, later, choices)


def _allowed(latest: LedgerEntry, in_force: Policy) -> tuple[Rung, ...]:
    """What the rule that allowed an attempt lets be done instead, as it is by now."""
    return in_force.fallback_of(latest.authorization.rule if latest.authorization else None)


def _made(
    asked: LedgerEntry,
    latest: LedgerEntry,
    verdict: Verdict,
    fall: fallback_rungs.Fall,
    until: datetime,
    has_data: bool | None,
) -> Attempt | None:
    """Return the attempt that is to be made next; None where it turns out that there is none, or
    where that cannot be seen."""
    now = clock.now()
    left_s = (until - now).total_seconds()
    if left_s < fallback_rungs.LEFT_S_MIN:
        return None
    number = 2 + len(asked.fallback.attempts if asked.fallback else ())
    attempt_id = names.attempt_id(asked.request_id, number)
    attempt = Attempt(id=attempt_id, at=now, rung=fall.rung, because=fall.code)
    try:
        if fall.rung == "olderPoint" and not _is_gone(latest, verdict):
            return None
        disks = _left_behind(latest, has_data) if fall.rung == "disks" else ()
    except PermanentError as error:
        text = f"It does not fall back, for what decides that cannot be seen: {error}"
        log.write(LogLine(event="remark", text=text))
        return None
    request = fallback_rungs.next_request(fall.rung, asked, latest, attempt_id, left_s)
    point = request.recovery_point.id
    kind = request.recovery_type
    known = msgspec.structs.replace(attempt, recovery_type=kind, recovery_point=point)
    if disks:
        return msgspec.structs.replace(known, id="", disks=disks)
    return msgspec.structs.replace(known, request=request.as_json())


def _is_gone(latest: LedgerEntry, verdict: Verdict) -> bool:
    assert latest.item is not None, "what has a choice has an item"
    assert latest.choice is not None, "only what has one falls back"
    points, _ = arm_connection.backup().recovery_points(latest.item)
    return fallback_rungs.is_gone(latest.choice.point, points, verdict)


def _left_behind(latest: LedgerEntry, has_data: bool | None) -> tuple[str, ...]:
    if latest.job_id is None or has_data is False:
        return ()
    group_id = str(latest.request["targetResourceGroupId"])
    disks = arm_connection.backup().vms.group_disks(group_id)
    return fallback_rungs.left_behind(disks, latest, has_data=has_data)


def _seen_to(asked: LedgerEntry, attempt: Attempt) -> LedgerEntry:
    """Return an attempt's entry, made if there is none yet; with every wish to cancel its request
    passed on to it."""
    ledger, now = connection.ledger(), clock.now()
    held = ledger.read(attempt.id)
    if held is None:
        poll_urls.drop(ledger.documents, asked.request_id)
        concurrency_slots.release(ledger.documents, asked.request_id, now)
        entry, _ = ledger.accept(_entry_of(asked, attempt, now))
        connection.outbox().tell(entry)
        again = ledger.read(asked.request_id)
        assert again is not None, "entries are never removed"
        asked = again.entry
    else:
        entry = held.entry
    is_unwanted = asked.is_over or asked.cancel_asked > entry.cancel_asked
    return ledger.cancel(attempt.id) if is_unwanted and not entry.is_over else entry


def _entry_of(asked: LedgerEntry, attempt: Attempt, now: datetime) -> LedgerEntry:
    assert attempt.request is not None, "what is under way is asked for"
    return LedgerEntry(
        request_id=attempt.id,
        request_hash=names.request_hash(decode(attempt.request, RestoreRequest)),
        request=attempt.request,
        source=asked.source,
        accepted_at=now,
        asked_by=asked.asked_by,
        alerted=asked.alerted,
        traceparent=asked.traceparent,
        attempt_of=asked.request_id,
        rung=attempt.rung,
        because=attempt.because,
    )
