"""docs/security.md says of each route who may call it; the app's own functions are just so, in both
modes."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from devhost.language_worker.loaded import LoadedFunction
from devhost.worker import Worker
from tests.fakes.app_harness import worker, worker_with
from triggers.access import Deed

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "security.md").read_text()
_ROW = re.compile(
    r"^\| `([A-Z]+(?:, [A-Z]+)*) (/\S+)` \| (?:`(\w+)`|none) \| (?:`([\w.]+)`|none) \|",
    re.MULTILINE,
)


class Row(NamedTuple):
    """One route as it is told: its methods, its key's function and its app role."""

    methods: frozenset[str]
    path: str
    function: str | None
    role: str | None


def told() -> set[Row]:
    return {
        Row(frozenset(methods.split(", ")), path, function or None, role or None)
        for methods, path, function, role in _ROW.findall(TEXT)
    }


@cache
def entra() -> Worker:
    return worker_with(RESTORE_AUTHENTICATION="entra-id", WEBSITE_AUTH_ENABLED="True")


def routes(app: Worker) -> list[LoadedFunction]:
    return [each for each in app.functions if each.kind == "httpTrigger"]


def level(function: LoadedFunction) -> str:
    return str(function.trigger["authLevel"]).lower()


def registered() -> set[Row]:
    """What the two apps have: who needs a key there, and a role here."""
    keys = {each.name for each in routes(worker()) if level(each) == "function"}
    return {
        Row(
            frozenset(map(str, each.trigger["methods"])),
            f"/{each.trigger['route']}",
            each.name if each.name in keys else None,
            getattr(each.function, "deed", None),
        )
        for each in routes(entra())
    }


def test_the_matrix_has_each_route_with_its_key_and_its_role() -> None:
    assert told() == registered()


@pytest.mark.parametrize(
    ("app", "others"), [(worker, "function"), (entra, "anonymous")], ids=["keys", "entra"]
)
def test_the_host_demands_a_key_in_one_mode_and_nothing_in_the_other(
    app: object, others: str
) -> None:
    assert callable(app)
    levels = {each.name: level(each) for each in routes(app())}
    assert levels.pop("show_live") == "anonymous"
    assert set(levels.values()) == {others}


def test_without_keys_every_route_but_the_live_probe_has_a_gate() -> None:
    ungated = {each.name for each in routes(entra()) if not hasattr(each.function, "deed")}
    assert ungated == {"show_live"}


def test_the_roles_to_be_made_are_those_that_the_gate_takes() -> None:
    roles = json.loads((ROOT / "infra" / "app-roles.json").read_text())
    assert [each["value"] for each in roles] == [*Deed]
    assert len({each["id"] for each in roles}) == len(roles)
    assert {each.role for each in told()} - {None} == {*Deed}
    approve = next(each for each in roles if each["value"] == Deed.APPROVE)
    assert approve["allowedMemberTypes"] == ["User"]  # no program approves
