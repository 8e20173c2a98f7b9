"""Everybody who is told gets everything, in the end; what comes twice is the same."""

from typing import Any

from restore.values import cloud_events
from tests.simulation.world import World

_NOT_TOLD = ("original", "originalEncoding")


def all_arrive(world: World) -> list[str]:
    """What the queue of events has got each receiver has got, with the same content, and nothing
    else; however long it took nothing, and whatever died meanwhile."""
    if world.receivers is None:
        return []
    told = {event["id"]: _as_told(event) for event in world.storage.events.sent}
    found = []
    for each in world.scenario.receivers:
        got = [event for _, event in world.receivers.got[each.name]]
        missing = sorted(told.keys() - {event["id"] for event in got})
        found += [f"{each.name} was never told of {event_id}" for event_id in missing]
        found += [
            f"{each.name} was told {event['id']} with another content"
            for event in got
            if event != told.get(event["id"])
        ]
    return found


def _as_told(event: dict[str, Any]) -> dict[str, Any]:
    """An event without what a rejected message said, cut as it would be then."""
    data = {name: value for name, value in event["data"].items() if name not in _NOT_TOLD}
    return cloud_events.message(event | {"data": data})
