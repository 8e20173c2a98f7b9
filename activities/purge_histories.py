"""Delete histories that ended long ago; the ledger remembers what counts.

By id, one by one: a purge by filter takes running ones with it where the filter names no finished
status. The engine lists a hundred at a time, so this is called again until no more are left.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import azure.durable_functions as df

from activities import activity_result, clock
from arm import log
from restore.messages.log_line import LogContext, LogLine
from restore.settings import Settings

_AGAIN = "again"
_EVER = datetime(2020, 1, 1, tzinfo=UTC)
_STATUS = df.OrchestrationRuntimeStatus
_ENDED = [_STATUS.Completed, _STATUS.Failed, _STATUS.Terminated, _STATUS.Canceled]


async def purge_histories(
    order: dict[str, Any], client: df.DurableOrchestrationClient, settings: Settings
) -> dict[str, Any]:
    """Input: Purge. Done with `{token}`: null when none are left."""
    return await activity_result.outcome_of(order, lambda _: _purge(client, settings.keep()))


async def _purge(client: df.DurableOrchestrationClient, keep: timedelta) -> dict[str, str | None]:
    ended = await client.get_status_by(
        created_time_from=_EVER, created_time_to=clock.now() - keep, runtime_status=_ENDED
    )
    is_any_purged = False
    for status in ended:
        if status.runtime_status not in _ENDED:
            continue
        try:
            await client.purge_instance_history(str(status.instance_id))
            is_any_purged = True
        except Exception as error:  # it runs again by now; the SDK raises nothing more exact
            about = LogContext(instance_id=str(status.instance_id))
            log.write(LogLine(event="remark", about=about, text=f"It is not purged: {error}"))
    return {"token": _AGAIN if is_any_purged else None}
