"""Without keys the app serves whom the platform vouches for, each for what they may do."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from devhost.language_worker.loaded import LoadedFunction
from devhost.worker import Worker
from restore.settings import Settings
from tests.end_to_end.harness import request_for
from tests.fakes import callers
from tests.fakes.app_harness import AppHarness, worker_with
from tests.fakes.function_calls import answer_of
from triggers.access import Deed

JSON_BODY = {"content-type": "application/json"}
ASKER = callers.headers("ann@example.com", Deed.ASK)


@cache
def entra_worker(*, is_on: bool = True) -> Worker:
    return worker_with(
        RESTORE_AUTHENTICATION="entra-id",
        WEBSITE_AUTH_ENABLED="True" if is_on else "",
        RESTORE_PUBLIC_URL="https://gateway.example/vm",
    )


def routes() -> list[LoadedFunction]:
    return [each for each in entra_worker().functions if each.kind == "httpTrigger"]


def call(
    harness: AppHarness,
    name: str,
    headers: Mapping[str, str],
    *,
    method: str = "POST",
    body: Any = None,
    is_on: bool = True,
) -> tuple[int, Any]:
    """Call a function as the worker does; its status, and the code of a refusal."""
    found = entra_worker(is_on=is_on).functions
    (function,) = [each for each in found if each.name == name]
    return answer_of(function, harness, headers, method=method, body=body)


def ask(harness: AppHarness, headers: Mapping[str, str], **more: Any) -> tuple[int, Any]:
    body = request_for("RestoreDisks", "r1")
    return call(harness, "start_restore", headers, body=body, **more)


def test_whoever_is_signed_in_and_has_the_role_is_served(harness: AppHarness) -> None:
    assert ask(harness, ASKER | JSON_BODY) == (202, None)
    held = harness.ledger.read("r1")
    assert held is not None
    assert str(held.entry.asked_by) == callers.shown("ann@example.com")


def guarded() -> list[str]:
    return [each.name for each in routes() if each.name != "show_live"]


@pytest.mark.parametrize("name", guarded())
def test_nobody_unknown_is_served_by_any_route_but_the_live_probe(
    name: str, harness: AppHarness
) -> None:
    assert call(harness, name, JSON_BODY) == (401, "NotSignedIn")
    assert call(harness, name, callers.headers("ann@example.com") | JSON_BODY) == (
        403, "RoleMissing",
    )  # fmt: skip


@pytest.mark.parametrize("name", guarded())
def test_while_the_platforms_authentication_is_off_nobody_is_served(
    name: str, harness: AppHarness
) -> None:
    """Then anybody could send the headers that name a caller."""
    everything = callers.headers("ann@example.com", *Deed)
    told = call(harness, name, everything | JSON_BODY, is_on=False)
    assert told == (503, "AuthenticationOff")


def test_authentication_that_is_off_is_a_problem_of_the_settings() -> None:
    given = {"AzureWebJobsStorage__accountName": "a", "RESTORE_AUTHENTICATION": "entra-id"}
    (problem,) = Settings.parse(given).problems
    assert problem.startswith("RESTORE_AUTHENTICATION is entra-id, but App Service authentication")
    assert Settings.parse(given | {"WEBSITE_AUTH_ENABLED": "True"}).problems == ()
    unknown = Settings.parse(given | {"RESTORE_AUTHENTICATION": "none"})
    assert unknown.problems == ("RESTORE_AUTHENTICATION must be one of function-keys, entra-id.",)
    assert not unknown.is_entra


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ms-client-principal-idp": "facebook"},
        {"x-ms-client-principal-idp": ""},
        {"x-ms-client-principal-id": " "},
    ],
)
def test_who_is_known_to_others_only_is_not_known(
    harness: AppHarness, headers: dict[str, str]
) -> None:
    assert ask(harness, ASKER | JSON_BODY | headers) == (401, "NotSignedIn")


def claims(*listed: Any, **more: Any) -> dict[str, str]:
    told = json.dumps({"claims": [*listed], **more}).encode()
    return {"x-ms-client-principal": base64.b64encode(told).decode()}


ROLE = {"typ": "roles", "val": "Restore.Ask"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (claims(ROLE), 202),
        (claims(ROLE | {"typ": "urn:role"}, role_typ="urn:role"), 202),
        (claims(ROLE | {"typ": "groups"}, role_typ="urn:role"), 403),
        (claims(ROLE | {"val": "restore.ask"}), 403),
        (claims(ROLE | {"val": "Restore.Read,Restore.Ask"}), 403),
        (claims("Restore.Ask"), 403),
        (claims({"typ": "roles"}), 403),
        ({"x-ms-client-principal": "no Base64"}, 403),
        ({"x-ms-client-principal": "!" + claims(ROLE)["x-ms-client-principal"]}, 403),
        ({"x-ms-client-principal": base64.b64encode(b"[]").decode()}, 403),
        ({"x-ms-client-principal": base64.b64encode(b"\xff").decode()}, 403),
    ],
)
def test_a_role_is_one_of_the_tokens_claims_and_nothing_like_it(
    harness: AppHarness, headers: dict[str, str], status: int
) -> None:
    assert ask(harness, ASKER | JSON_BODY | headers)[0] == status


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, (415, "NotJson")),
        ({"content-type": "application/x-www-form-urlencoded"}, (415, "NotJson")),
        ({"content-type": "text/plain"}, (415, "NotJson")),
        ({"content-type": "multipart/form-data; boundary=json"}, (415, "NotJson")),
        (JSON_BODY, (202, None)),
        ({"content-type": "Application/JSON; charset=utf-8"}, (202, None)),
        ({"content-type": "application/cloudevents+json"}, (202, None)),
        (JSON_BODY | {"origin": "https://evil.example"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "https://restore.example.evil.example"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "null"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "https://restore.example:8443"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "http://restore.example"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "http://gateway.example"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "restore.example"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "//restore.example"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "https://[restore.example"}, (403, "CrossSite")),
        (JSON_BODY | {"origin": "HTTPS://Restore.Example"}, (202, None)),
        (JSON_BODY | {"origin": "https://restore.example"}, (202, None)),
        (JSON_BODY | {"origin": "https://gateway.example"}, (202, None)),
        (JSON_BODY | {"sec-fetch-site": "cross-site"}, (403, "CrossSite")),
        (JSON_BODY | {"sec-fetch-site": "same-site"}, (403, "CrossSite")),
        (JSON_BODY | {"sec-fetch-site": "same-origin"}, (202, None)),
    ],
)
def test_another_sites_page_makes_no_browser_start_a_restore(
    harness: AppHarness, headers: dict[str, str], told: tuple[int, Any]
) -> None:
    assert ask(harness, ASKER | headers) == told
    assert (harness.ledger.read("r1") is not None) is (told[0] == 202)


def changing() -> list[LoadedFunction]:
    return [each for each in routes() if "POST" in each.trigger["methods"]]


@pytest.mark.parametrize("function", changing(), ids=lambda each: str(each.name))
def test_every_route_that_changes_something_is_asked_for_by_our_own_page_only(
    function: LoadedFunction, harness: AppHarness
) -> None:
    everything = callers.headers("ann@example.com", *Deed)
    assert call(harness, function.name, everything) == (415, "NotJson")
    elsewhere = JSON_BODY | {"origin": "https://evil.example"}
    assert call(harness, function.name, everything | elsewhere) == (403, "CrossSite")


def test_what_changes_nothing_is_shown_to_whoever_follows_a_link(harness: AppHarness) -> None:
    reader = callers.headers("ann@example.com", Deed.READ)
    follows = {"sec-fetch-site": "cross-site", "referer": "https://mail.example"}
    assert call(harness, "list_restores", reader | follows, method="GET") == (200, None)


def test_the_live_probe_needs_nothing_in_either_mode(harness: AppHarness) -> None:
    assert call(harness, "show_live", {}, method="GET") == (200, None)
    assert call(harness, "show_live", {}, method="GET", is_on=False) == (200, None)
