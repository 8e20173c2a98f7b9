"""Waiting for a short orchestration whose answer is an Outcome; it reads, for a person who waits.

Only activities talk to Azure, so whatever a person wants to know is read by an orchestration.
"""

import asyncio
import time
from typing import Any

import azure.durable_functions as df

from restore.messages.model import Failure, Outcome

WAIT_S_MAX = 25.0
"""Well below 230 s, after which Azure's load balancer cuts an HTTP answer off."""
_LOOK_S = 0.3
"""A status costs the task hub one read; a person does not notice a third of a second."""
_OVER = frozenset({"Completed", "Failed", "Terminated", "Canceled"})
_BROKEN = Failure(
    code="LookFailed",
    message="The app could not read the answer. Ask again. Its log says why.",
    category="ServiceUnavailable",
)


async def wait(
    client: df.DurableOrchestrationClient, instance_id: str, wait_s: float = WAIT_S_MAX
) -> Outcome | None:
    """Return the answer; None when it is not there in time. One that is there is waited for no
    longer than a poll takes."""
    until = time.monotonic() + wait_s
    while True:
        status: Any = await client.get_status(instance_id)
        if status and status.runtime_status and status.runtime_status.value in _OVER:
            if status.runtime_status.value != "Completed":
                return Outcome.failed(_BROKEN)
            return Outcome.from_json(status.output)
        if time.monotonic() + _LOOK_S > until:
            return None
        await asyncio.sleep(_LOOK_S)
