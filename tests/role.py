"""Which action of Azure's access control each call of ours needs, as infra/README.md tells it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

INFRA = Path(__file__).parents[1] / "infra"

_SUBSCRIPTION = "/subscriptions/{}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{}}"
_VAULT = f"{_GROUP}/providers/Microsoft.RecoveryServices/vaults/{{}}"
_NAMES = {
    "subscription": _SUBSCRIPTION,
    "group": _GROUP,
    "vault": _VAULT,
    "item": f"{_VAULT}/backupFabrics/{{}}/protectionContainers/{{}}/protectedItems/{{}}",
    "vm": f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/{{}}",
}
_ROW = re.compile(r"^\| `(\w+[.]\w+/[\w./]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
_CALL = re.compile(r"`(GET|POST|PUT|PATCH|DELETE|HEAD) ([^`]+)`")


class Call(NamedTuple):
    """A kind of call, and the action that it needs."""

    action: str
    method: str
    path: re.Pattern[str]


@cache
def table() -> tuple[Call, ...]:
    """Every row of the table."""
    rows = _ROW.findall((INFRA / "README.md").read_text())
    assert all(_CALL.search(calls) for _, calls, _ in rows), "each action says what calls it"
    return tuple(
        Call(action, method, _pattern(template))
        for action, calls, _ in rows
        for method, template in _CALL.findall(calls)
    )


def granted() -> list[str]:
    """The actions of the role definition."""
    found: list[str] = json.loads((INFRA / "role-definition.json").read_text())["Actions"]
    return found


def action_of(method: str, path: str) -> str | None:
    """The action that a call needs; None if the table does not know such a call."""
    fits = [each.action for each in table() if each.method == method and each.path.fullmatch(path)]
    assert len(fits) < 2, f"{method} {path} needs one action, not {fits}"
    return fits[0] if fits else None


def _pattern(template: str) -> re.Pattern[str]:
    full = re.sub(r"\{(\w+)\}", lambda name: _NAMES.get(name[1], "{}"), template)
    return re.compile(re.escape(full).replace(r"\{\}", "[^/]+"), re.IGNORECASE)
