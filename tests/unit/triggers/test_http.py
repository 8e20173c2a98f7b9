"""Each route leads to its handler, with the client and the settings that it needs."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest

from tests.fakes.app_harness import AppHarness, worker
from triggers import (
    abandon,
    adopting,
    alert_decisions,
    alert_views,
    alerts,
    approvals,
    events,
    health,
    listing,
    openapi,
    plans,
    points,
    put_back,
    rejections,
    restores,
)

ROUTES = {
    "start_restore": (restores, "start"),
    "plan_one_restore": (plans, "ask"),
    "cancel_restore_request": (restores, "cancel"),
    "abandon_restore": (abandon, "abandon"),
    "decide_about_restore": (approvals, "decide"),
    "list_restores": (listing, "show_page"),
    "show_plan": (plans, "show"),
    "show_restore": (restores, "show"),
    "show_event_data": (events, "show_data"),
    "list_rejections": (rejections, "show_page"),
    "show_rejection": (rejections, "show"),
    "put_back_rejection": (put_back, "put_back"),
    "adopt_one_restore": (adopting, "adopt"),
    "receive_alert": (alerts, "receive"),
    "list_alerts": (alert_views, "show_page"),
    "show_alert": (alert_views, "show"),
    "stop_alerts": (alert_decisions, "stop"),
    "resume_alerts": (alert_decisions, "resume"),
    "list_holds": (alert_views, "show_holds"),
    "decide_about_hold": (alert_decisions, "decide"),
    "look_at_recovery_points": (points, "show"),
    "show_health": (health.Health, "show"),
    "show_live": (health, "live"),
    "show_openapi_document": (openapi, "show"),
}
REQUEST = func.HttpRequest("GET", "http://localhost/api/restores", body=b"")


def test_every_route_has_a_handler() -> None:
    routes = {each.name for each in worker().functions if each.kind == "httpTrigger"}
    assert routes == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_hands_on_what_it_was_given(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (function,) = [each for each in worker().functions if each.name == name]
    module, handler = ROUTES[name]
    given: list[Any] = []
    answer = object()

    def at_once(*what: Any) -> object:
        given.extend(what)
        return answer

    async def later(*what: Any) -> object:
        return at_once(*what)

    is_at_once = name in {"show_live", "show_openapi_document"}
    monkeypatch.setattr(module, handler, at_once if is_at_once else later)
    client = AppHarness().api.client_binding()
    told = function.function(**{"req": REQUEST} | dict.fromkeys(function.clients, client))
    assert asyncio.run(told) is answer
    if name not in {"show_health", "show_live", "show_openapi_document"}:
        assert given[0] is REQUEST
    clients = [each for each in given if isinstance(each, df.DurableOrchestrationClient)]
    assert len(clients) == len([*function.clients])
