"""Look at all that is open, and at what is left over: the loop that makes "it ends" true.

One at a time: the timer (triggers/timers.py) starts it under one id. It is safe beside itself all
the same, for what two could do at once is decided by conditional writes.
"""

from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Step, Steps
from restore.messages import names
from restore.messages.alert_io import ReviveAlerts
from restore.messages.log_line import LogContext, LogLine
from restore.messages.model import Outcome
from restore.messages.poll_policy import PollPolicy
from restore.messages.reconcile_io import (
    PURGED,
    ListOpen,
    OpenRequests,
    Purge,
    Reconcile,
    ReconcileRestore,
    Tidied,
)

_PURGES = (
    (names.PURGE_HISTORIES, Purge()),
    *((names.PURGE_DOCUMENTS, Purge(folder=folder)) for folder in PURGED),
)
_ROUNDS_MAX = 20
"""Calls of one activity in one generation: each costs four events of history."""


@logged
def reconcile(context: df.DurableOrchestrationContext) -> Any:
    """Answer with nothing. What cannot be done now is done the next time.

    1. Tidy the storage: queues, slots whose leases have run out, events that belong to no restore.
       What it does not find is not looked for afterwards.
    2. Look at each open restore of a page: start it again, give it up, send its events.
    3. Continue as new with the next page; after the last start plans and alerts again that broke.
    4. Once a day delete histories and documents that are old, continuing as new likewise.
    """
    order = Reconcile.from_json(context.get_input())
    display = Display(context, names.RECONCILE)
    steps = Steps(display, PollPolicy(), context.current_utc_datetime)
    if order.part == 0:
        token = yield from _see_to_page(steps, order.token)
    else:
        token = yield from _repeat(steps, *_PURGES[order.part - 1], order.token)
    part = order.part if token is not None else order.part + 1
    if token is not None or (order.deletes and part <= len(_PURGES)):
        context.continue_as_new(msgspec.structs.replace(order, part=part, token=token).as_json())
    return None


def _see_to_page(steps: Steps, token: str | None) -> Step:
    """Steps 1 to 3: return where the next page begins, None after the last."""
    seen = Tidied(open_requests=True, alerts=True)
    if token is None:
        tidied: Outcome = yield from steps.once(names.TIDY_STORAGE, None)
        if tidied.value is not None:  # an earlier build's says nothing, nor does one that failed
            seen = Tidied.from_json(tidied.value)
    page = OpenRequests(request_ids=())
    if seen.open_requests:
        listed: Outcome = yield from steps.once(names.LIST_OPEN, ListOpen(token=token).as_json())
        if listed.kind != "done":
            return None
        page = OpenRequests.from_json(listed.value)
    for request_id in page.request_ids:
        order = ReconcileRestore(request_id=request_id)
        about = LogContext(request_id=request_id)
        yield from steps.once(names.RECONCILE_RESTORE, order.as_json(), about)
    if page.token is None:
        yield from steps.once(names.REVIVE_PLANS, None)
        if seen.alerts:
            yield from _repeat(steps, names.REVIVE_ALERTS, ReviveAlerts(), None)
        steps.display.tell(LogLine(event="tick"))
    return page.token


def _repeat(steps: Steps, activity: str, order: Purge | ReviveAlerts, token: str | None) -> Step:
    """Call an activity that does a page at a time; return where it goes on, None when nothing is
    left."""
    for _ in range(_ROUNDS_MAX):
        order = msgspec.structs.replace(order, token=token)
        outcome: Outcome = yield from steps.once(activity, order.as_json())
        token = outcome.value["token"] if outcome.kind == "done" else None
        if token is None:
            return None
    return token
