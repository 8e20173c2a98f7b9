"""An alert, from its record to the restores that it asks for; or what it would ask for."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.display import Display
from orchestrators.exits import logged
from orchestrators.steps import Steps
from restore.messages import names
from restore.messages.alert_io import AlertsStarted, JudgeAlert, StartAlerted, TakeAlert
from restore.messages.model import Outcome
from restore.messages.poll_policy import PollPolicy

_PATIENCE = timedelta(hours=2)
"""What is judged later than an alert may be old is judged too old."""
_ROUNDS_MAX = 10
"""Calls in one generation: each costs four events of history."""


@logged
def take_alert(context: df.DurableOrchestrationContext) -> Any:
    """Answer with an Outcome: done with Judged, or failed when it could not be judged.

    1. Judge it: by the rules, by what was begun before, by the switch. Its record tells all of it.
    2. Start what is to be restored, a few in each call, each at most once.
    3. After `_ROUNDS_MAX` calls continue as new.

    A dry run ends with the first step, and leaves nothing behind.
    """
    order = TakeAlert.from_json(context.get_input())
    display = Display(context, names.TAKE_ALERT)
    steps = Steps(display, PollPolicy(), context.current_utc_datetime + _PATIENCE)
    judged = Outcome.done({})
    offset = order.offset
    if offset is None:
        judge = JudgeAlert(alert_id=order.alert_id, body=order.body)
        judged = yield from steps.run(names.JUDGE_ALERT, judge.as_json())
        if judged.kind != "done" or not judged.value.get("counts", {}).get("restore"):
            return judged.as_json()
        offset = 0
    for _ in range(_ROUNDS_MAX):
        start = StartAlerted(alert_id=order.alert_id, offset=offset)
        started: Outcome = yield from steps.run(names.START_ALERTED, start.as_json())
        if started.kind != "done":
            return started.as_json()
        following = AlertsStarted.from_json(started.value).offset
        if following is None:
            return judged.as_json()
        offset = following
    context.continue_as_new(TakeAlert(alert_id=order.alert_id, offset=offset).as_json())
    return None
