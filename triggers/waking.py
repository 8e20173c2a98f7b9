"""Waking a restore's orchestration by an event, if there is one to hear it."""

import azure.durable_functions as df

from restore.messages import names


async def wake(client: df.DurableOrchestrationClient, request_id: str, event: str) -> bool:
    """Raise an event; False when no orchestration is there to hear it."""
    instance_id = names.instance_id(request_id)
    try:
        await client.raise_event(instance_id, event, {"by": "http"})
    except Exception as error:  # the SDK raises nothing more exact for "gone" and "not found"
        if "nstance with ID" not in str(error):
            raise
        return False
    return True
