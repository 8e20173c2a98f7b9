"""List the item's recovery points and return the one that restore/selection.py chooses."""

from typing import Any

import azure.durable_functions as df

from activities import clock, edge
from arm import connection
from restore import names
from restore.contracts import Choice
from restore.orders import FindPoint, decode

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order", activity=names.FIND_RECOVERY_POINT)
def find_recovery_point(order: dict) -> dict:  # type: ignore[type-arg]
    """Order: FindPoint. Done with a Choice; failed when no point fits, or the request cannot be
    sent for the chosen one (then nothing has been sent yet)."""
    return edge.outcome(lambda: _find(order))


def _find(order: dict[str, Any]) -> Choice:
    wanted = decode(order, FindPoint)
    points = connection.backup().recovery_points(wanted.item)
    from restore import request_body, selection

    choice = selection.choose_for(wanted.request, points, now=clock.now())
    request_body.build(wanted.request, wanted.item, choice.point)
    return choice
