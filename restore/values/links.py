"""Where the app shows things: paths of its own, and what they are to somebody elsewhere.

An event, and whatever else is stored, has the path. Who answers a request replaces the prefix by
that of the request; who sends an event or a notification by the app's public address
(RESTORE_PUBLIC_URL), for it is read elsewhere.
"""

from urllib.parse import quote

PATH = "/api"
"""The prefix of all routes, unless the host's setting (`routePrefix`) says otherwise."""


def restore(request_id: str) -> str:
    """Return where one restore is shown."""
    return f"{PATH}/restores/{request_id}"


def decision(request_id: str) -> str:
    """Return where one restore is approved or refused."""
    return f"{restore(request_id)}/approval"


def plan(plan_id: str) -> str:
    """Return where a plan is shown."""
    return f"{PATH}/plans/{plan_id}"


def event_data(event_id: str) -> str:
    """Return where all data of an event is read."""
    return f"{PATH}/events/{quote(event_id, safe=':')}/data"


def rejection(rejection_id: str) -> str:
    """Return where a message that became no request is shown."""
    return f"{PATH}/rejections/{rejection_id}"


def alert(alert_id: str) -> str:
    """Return where an alert is shown."""
    return f"{PATH}/alerts/{alert_id}"


def holds() -> str:
    """Return where all that is held is listed."""
    return f"{PATH}/holds"


def hold(rule: str) -> str:
    """Return where a person decides about what is held of a rule."""
    return f"{holds()}/{rule}/decision"


def reached(path: str, address: str) -> str:
    """Return where a path of the app is reached by who knows it by this address: a URL, or another
    prefix. Both stand for the prefix."""
    assert path.startswith(f"{PATH}/"), "it is one of ours"
    return address + path.removeprefix(PATH)
