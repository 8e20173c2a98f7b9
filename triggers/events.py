"""Handler of `GET /events/{id}/data`: what did not fit into an event's message.

Those who read events have rights on one queue and none on the app's storage account.
"""

import asyncio

import azure.functions as func

from restore.messages.errors import ServiceUnavailable, to_failure
from storage import connection
from triggers import problems


async def show_data(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with all data of one event, or that none of it was left out."""
    event_id = req.route_params["id"]
    try:
        data = await asyncio.to_thread(connection.events().full_data, event_id)
    except ServiceUnavailable as error:
        return problems.unavailable(to_failure(error))
    if data is None:
        detail = (
            f"The app keeps no data of an event {event_id[:200]!r}. Either the event's message has "
            "all of its data, or there was no such event."
        )
        return problems.problem(404, "EventDataNotFound", "No such data", detail)
    return problems.whole(data)
