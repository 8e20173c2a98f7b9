"""Start plans again whose orchestration broke, as when the worker process exits meanwhile.

A plan has no ledger entry: its own input is all that there is, and counts how often it was started.
It reads only, so that two who start it do no harm. One that somebody terminated stays dead.
"""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import msgspec

from activities import activity_result, clock
from arm import log
from restore.messages import names
from restore.messages.log_line import LogContext, LogLine
from restore.messages.plan_io import MakePlan
from restore.settings import Settings
from storage import instances

_BACK = timedelta(days=1)
"""Nobody waits for an older plan."""
_FAILED = [df.OrchestrationRuntimeStatus.Failed]


async def revive_plans(
    order: None, client: df.DurableOrchestrationClient, settings: Settings
) -> dict[str, Any]:
    """Done with `{count}`."""
    most = settings.restore_revivals_max
    return await activity_result.outcome_of(order, lambda _: _revive(client, most))


async def _revive(client: df.DurableOrchestrationClient, revivals_max: int) -> dict[str, int]:
    failed = await client.get_status_by(
        created_time_from=clock.now() - _BACK, runtime_status=_FAILED
    )
    count = 0
    for status in failed:
        is_plan = str(status.instance_id).startswith(names.PLAN_PREFIX)
        order = instances.order_of(status, MakePlan) if is_plan else None
        if order is None or order.revival >= revivals_max:
            continue
        again = msgspec.structs.replace(order, revival=order.revival + 1)
        count += await instances.start(
            client, names.PLAN_RESTORE, str(status.instance_id), again.as_json()
        )
        about = LogContext(instance_id=str(status.instance_id), revival=again.revival)
        log.write(LogLine(event="revived", about=about))
    return {"count": count}
