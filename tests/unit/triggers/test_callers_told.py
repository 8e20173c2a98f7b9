"""docs/security.md says of each kind of caller how it calls, and in which mode: so it is served."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from devhost.language_worker.loaded import LoadedFunction
from devhost.worker import Worker
from tests.alert_samples import common, vm
from tests.end_to_end.harness import request_for
from tests.fakes import callers
from tests.fakes.app_harness import AppHarness, worker, worker_with
from tests.fakes.function_calls import answer_of
from triggers import health
from triggers.access import Deed

TEXT = (Path(__file__).parents[3] / "docs" / "security.md").read_text()
_, _, TABLE = TEXT.partition("\n| caller | mode | how |\n")
TABLE, _, _ = TABLE.partition("\n\n")
TOLD = dict(re.findall(r"^\| ([^|]+) \| `?([a-z-]+)`? \| ", TABLE, re.MULTILINE))
KEYS, ENTRA = "function-keys", "entra-id"
JSON_BODY = {"content-type": "application/json"}
HANDSHAKE = {"webhook-request-origin": "eventgrid.azure.net"}
DECISION = {"decision": "refuse", "reason": "not now"}


@cache
def app_in(mode: str) -> Worker:
    if mode == KEYS:
        return worker()
    return worker_with(RESTORE_AUTHENTICATION=ENTRA, WEBSITE_AUTH_ENABLED="True")


class Caller:
    """Calls functions of the app as it is in one mode."""

    def __init__(self, harness: AppHarness, mode: str) -> None:
        self.harness, self.mode = harness, mode

    def gets(
        self, name: str, headers: Mapping[str, str], method: str = "POST", body: Any = None
    ) -> int:
        """Call as the host does that has found the function's own key; return the status."""
        function = self._function(name)
        assert method in function.trigger["methods"]
        return answer_of(function, self.harness, headers, method=method, body=body).status

    def needs_a_key(self, name: str) -> bool:
        return str(self._function(name).trigger["authLevel"]).lower() == "function"

    def known(self, *roles: Deed) -> dict[str, str]:
        """What a caller brings beside a key: nothing; in the other mode a token with roles."""
        return {} if self.mode == KEYS else callers.headers("ann@example.com", *roles)

    def _function(self, name: str) -> LoadedFunction:
        (found,) = [each for each in app_in(self.mode).functions if each.name == name]
        return found


def _script(caller: Caller) -> None:
    asker = caller.known(Deed.ASK) | JSON_BODY
    assert caller.gets("start_restore", asker, body=request_for("RestoreDisks", "r1")) == 202
    alerting = caller.known(Deed.ALERT) | JSON_BODY
    assert caller.gets("receive_alert", alerting, body=common(vm())) == 202
    assert caller.needs_a_key("start_restore") is (caller.mode == KEYS)
    if caller.mode == ENTRA:
        assert caller.gets("start_restore", alerting, body=request_for("RestoreDisks", "r2")) == 403


def _probe(caller: Caller) -> None:
    assert not caller.needs_a_key("show_live")
    assert [caller.gets("show_live", {}, method) for method in ("GET", "HEAD")] == [200, 200]


def _monitor(caller: Caller) -> None:
    async def look(_: health.Health) -> dict[str, Any]:
        return {"status": "ok"}

    with patch.object(health.Health, "look", look):
        for method in ("GET", "HEAD"):
            assert caller.gets("show_health", caller.known(Deed.READ), method) == 200
    assert caller.needs_a_key("show_health") is (caller.mode == KEYS)


def _plain_webhook(caller: Caller) -> None:
    """A key in the URL is the host's matter; no header is asked for but those of the handshake."""
    assert caller.needs_a_key("receive_alert")
    assert caller.gets("receive_alert", HANDSHAKE, "OPTIONS") == 200
    assert caller.gets("receive_alert", {}, body=common(vm())) == 202


def _webhook_with_token(caller: Caller) -> None:
    token = caller.known(Deed.ALERT)
    assert caller.gets("receive_alert", token | HANDSHAKE, "OPTIONS") == 200
    assert caller.gets("receive_alert", token | JSON_BODY, body=common(vm())) == 202
    event = token | {"content-type": "application/cloudevents+json; charset=utf-8"}
    assert caller.gets("receive_alert", event, body=common(vm("web-02"))) == 202
    assert caller.gets("receive_alert", HANDSHAKE, "OPTIONS") == 401


def _browser(caller: Caller) -> None:
    follows = {"sec-fetch-site": "cross-site", "accept": "text/html"}
    reader = caller.known(Deed.READ)
    assert caller.gets("list_restores", reader | follows, "GET") == 200
    assert caller.gets("list_restores", follows, "GET") == 401


def _approver(caller: Caller) -> None:
    """There is nothing to decide about; who may not is told so before."""
    named = callers.headers("bob@example.com", Deed.APPROVE) | JSON_BODY
    assert caller.gets("decide_about_restore", named, body=DECISION) == 404
    assert caller.needs_a_key("decide_about_restore") is (caller.mode == KEYS)
    if caller.mode == ENTRA:
        asker = caller.known(Deed.ASK) | JSON_BODY
        assert caller.gets("decide_about_restore", asker, body=DECISION) == 403


CALLS: dict[str, Callable[[Caller], None]] = {
    "script, pipeline, alerting tool": _script,
    "probe of a load balancer, without a key": _probe,
    "monitor": _monitor,
    "webhook that can send no header of its own": _plain_webhook,
    "webhook with a token (secure webhook of an action group)": _webhook_with_token,
    "browser": _browser,
    "approver": _approver,
}


def test_each_kind_of_caller_is_tried() -> None:
    assert TOLD.keys() == CALLS.keys()
    assert {*TOLD.values()} == {KEYS, ENTRA, "either"}


@pytest.mark.parametrize(
    ("who", "mode"),
    [
        (who, mode)
        for who, told in TOLD.items()
        for mode in ((KEYS, ENTRA) if told == "either" else (told,))
    ],
)
def test_a_caller_is_served_in_the_mode_that_is_told(
    who: str, mode: str, harness: AppHarness
) -> None:
    CALLS[who](Caller(harness, mode))
