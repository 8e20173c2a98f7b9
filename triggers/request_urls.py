"""Where things are, as whoever asks gets there: by the same way that the request came.

The prefix of all routes is the host's setting (`routePrefix` in host.json, which an app setting
overrides), and functions are not told; but the request's own URL has it.
"""

from urllib.parse import urlsplit

import azure.functions as func

from restore.values import links

PREFIX = links.PATH


def prefix(req: func.HttpRequest, route: str) -> str:
    """Return what the path of a request has before its route: `/api` of `/api/restores/r1` for the
    route `restores/{id}`."""
    url: str = req.url
    path = urlsplit(url).path.rstrip("/")
    return path.rsplit("/", route.count("/") + 1)[0]


def restore(request_id: str, prefix: str) -> str:
    """Return where one restore is shown."""
    return links.reached(links.restore(request_id), prefix)


def decision(request_id: str, prefix: str) -> str:
    """Return where one restore is approved or refused."""
    return links.reached(links.decision(request_id), prefix)


def plan(plan_id: str, prefix: str) -> str:
    """Return where a plan is shown."""
    return links.reached(links.plan(plan_id), prefix)


def alert(alert_id: str, prefix: str) -> str:
    """Return where an alert is shown."""
    return links.reached(links.alert(alert_id), prefix)


def hold(rule: str, prefix: str) -> str:
    """Return where a person decides about what is held of a rule."""
    return links.reached(links.hold(rule), prefix)
