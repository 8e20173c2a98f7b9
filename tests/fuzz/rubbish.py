"""JSON that means nothing, text that hurts, and damage done to JSON that means something."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

TEMPTING: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 0.5, -0.0, 1e308, 5e-324,
    "", " ", "\x00", "\n", "a\r\nb: c", "\x1b[31m", "\u202etxt", "\u2028", "\ufeff", "\ud800",
    "é" * 40,
    "x" * 5_000,
    "/" * 600, "..", ".", "%2e%2e", "../../restore?x=1#y", "a/b", "?api-version=1",
    "Completed", "InProgress", "Succeeded", "Failed", "Restore", "Invalid", "null", "NaN", "1e999",
    "9" * 400, "٣", "²", "PT", "P", "PT1H", "P99999W", "P99999D", "99999.23:59:59",
    "-PT1H", "PT1E3S",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00",
    "0001-01-02T00:00:00+14:00", "2026-11-23T03:00:00", "2026-02-30T00:00:00Z", "2026-11-23",
    "2026-W48-1", "https://management.azure.com/x", "https://[", "http://a@b:99999/%zz", "//x",
    [], {}, [[]], [None], [{}], {"": ""}, {"value": []}, {"name": "x"}, {"id": 5}, {"code": 7},
)  # fmt: skip
"""Values at which code like ours has gone wrong before, here or elsewhere."""

LEAVES = st.one_of(
    st.sampled_from(TEMPTING),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Nd", "No", "Mn")), max_size=8),
)
RUBBISH = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=10,
)


class Damage(NamedTuple):
    """One change to some JSON: where (counted through all places), what, and with which value."""

    place: int
    kind: str
    value: Any = None

    def done_to(self, value: Any) -> Any:
        """Return the JSON with this damage; it is copied first."""
        changed = copy.deepcopy(value)
        places = list(_places(changed))
        if not places:
            return self.value
        holder, key = places[self.place % len(places)]
        _KINDS[self.kind](holder, key, self.value)
        return changed


def _remove(holder: Any, key: Any, value: Any) -> None:
    del holder[key]


def _replace(holder: Any, key: Any, value: Any) -> None:
    holder[key] = value


def _wrap(holder: Any, key: Any, value: Any) -> None:
    holder[key] = [holder[key], value]


def _nest(holder: Any, key: Any, value: Any) -> None:
    for _ in range(200):
        holder[key] = {"a": holder[key]}


def _grow(holder: Any, key: Any, value: Any) -> None:
    found = holder[key]
    holder[key] = found * 50 if isinstance(found, str | list) else [found] * 50


def _as_text(holder: Any, key: Any, value: Any) -> None:
    holder[key] = json.dumps(holder[key])


def _other_case(holder: Any, key: Any, value: Any) -> None:
    if isinstance(key, str):
        holder[key.swapcase()] = holder.pop(key)
    elif isinstance(holder[key], str):
        holder[key] = holder[key].swapcase()


def _blanks_around(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder[key], str):
        holder[key] = f" {holder[key]}\r\n"


def _another_vm(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder[key], str):
        holder[key] = holder[key].replace("web-01", "web-02")


def _beside(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        holder[f"{key} "] = value


_KINDS: dict[str, Callable[[Any, Any, Any], None]] = {
    "remove": _remove,
    "replace": _replace,
    "wrap": _wrap,
    "nest": _nest,
    "grow": _grow,
    "as text": _as_text,
    "other case": _other_case,
    "beside": _beside,
    "another VM": _another_vm,
    "blanks around": _blanks_around,
}


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    else:
        return
    for key in keys:
        yield value, key
        yield from _places(value[key])


def damages(values: st.SearchStrategy[Any] = RUBBISH) -> st.SearchStrategy[Damage]:
    """Draw damage; half of it replaces one value, which finds the most."""
    kinds = st.just("replace") | st.sampled_from(sorted(_KINDS))
    return st.builds(Damage, st.integers(0, 10_000), kinds, values)


def json_text(value: Any) -> str:
    """Write JSON; what JSON has no word for (NaN) is written as Python does."""
    return json.dumps(value)
