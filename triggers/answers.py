"""Waiting for a short orchestration whose answer is an Outcome; it reads, for a person who waits.

Only activities talk to Azure, so whatever a person wants to know is read by an orchestration.
"""

import asyncio
import time
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from restore.messages.model import Failure, Outcome
from triggers import problems

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


async def ask(
    client: df.DurableOrchestrationClient,
    orchestrator: str,
    instance_id: str,
    order: dict[str, Any],
    too_slow: str,
) -> Outcome | func.HttpResponse:
    """Start an orchestration and return what it is done with, as an Outcome; or what is answered
    instead: why it failed, or `too_slow`. What has answered leaves no history."""
    await client.start_new(orchestrator, instance_id, order)
    outcome = await wait(client, instance_id)
    if outcome is None:
        return problems.problem(503, "TooSlow", "No answer in time", too_slow)
    await client.purge_instance_history(instance_id)
    if outcome.kind == "done":
        return outcome
    assert outcome.error is not None, "what failed says why"
    return problems.of_failure(outcome.error)


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
