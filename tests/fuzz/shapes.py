"""Draws JSON of our structs' shapes, read off the structs themselves, as
restore/request/validation.py does.

What is drawn is right field by field; whether the fields go together is for the rules to say.
"""

from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from restore.request import validation
from restore.values.arm_ids import KINDS

SUBSCRIPTIONS = (
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0000-000000000002",
)
NAMES = (
    "rg-app", "rg-restored", "rg-vault", "web-01", "web-02", "web-03", "vault-west", "stagingwest",
    "vnet-restored", "default", "RG-APP", "a", "x" * 80, "ünïcödé", "a b"[0], "(1)", "a;b", "a.b",
)  # fmt: skip
DURATIONS = (
    "PT10S", "PT9S", "PT1M", "PT2H", "PT24H", "P1D", "P5D", "P7D", "P8D", "P10D", "P30D", "P1W",
    "P3650D", "PT0S", "P1Y", "1.02:03:04", "PT1.5H", "PT90M", "pt1h",
)  # fmt: skip
TIMES = (
    "2026-11-22T03:00:00Z", "2026-11-23T02:59:59.123456789+02:00", "2026-11-23T03:00:00",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+12:00", "2020-01-01 00:00:00Z",
)  # fmt: skip


def fields(struct: type, optional_max: int = 6) -> st.SearchStrategy[dict[str, Any]]:
    """Draw an object of a struct's shape: all that is required, and some of the rest."""
    known = validation.fields_of(struct)
    needed = {name: of(field.type) for name, field in known.items() if field.required}
    others = {name: of(field.type) for name, field in known.items() if not field.required}
    some = st.lists(st.sampled_from(sorted(others)), unique=True, max_size=optional_max)
    chosen = some.flatmap(lambda names: st.fixed_dictionaries({one: others[one] for one in names}))
    return st.builds(
        lambda a, b: a | b, st.fixed_dictionaries(needed), chosen if others else st.just({})
    )


def of(kind: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: C901 - one case per type
    """Draw a value of a field's type."""
    extra: dict[str, Any] = {}
    if isinstance(kind, inspect.Metadata):
        extra, kind = kind.extra or {}, kind.type
    match kind:
        case inspect.UnionType():
            return st.one_of([of(one) for one in kind.types])
        case inspect.NoneType():
            return st.none()
        case inspect.StructType():
            return st.deferred(lambda: fields(kind.cls))
        case inspect.VarTupleType():
            return st.lists(of(kind.item_type), min_size=kind.min_length or 0, max_size=4)
        case inspect.DictType():
            return st.dictionaries(of(kind.key_type), of(kind.value_type), max_size=3)
        case inspect.AnyType():
            return st.sampled_from((None, 1, True, "RestoreDisks", "{vm.name}", "{x}", [], {}))
        case inspect.StrType():
            return _texts(kind, extra)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return st.integers(kind.ge, kind.le)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.DateTimeType():
            return st.sampled_from(TIMES)
    raise AssertionError(f"no struct of ours has a field of {kind!r}")


def ids(pattern: str) -> st.SearchStrategy[str]:
    """Draw an ARM id after a pattern of restore/values/arm_ids.py, from few names, so that some are
    alike."""
    parts = pattern.split("*")
    subscription = st.sampled_from(SUBSCRIPTIONS)
    names = [subscription, *[st.sampled_from(NAMES) for _ in parts[2:]]]
    whole = st.tuples(*names).map(
        lambda drawn: (
            parts[0] + "".join(f"{name}{part}" for name, part in zip(drawn, parts[1:], strict=True))
        )
    )
    return whole | whole.map(str.upper)


def _texts(kind: inspect.StrType, extra: dict[str, Any]) -> st.SearchStrategy[str]:
    if "id" in extra:
        return ids(KINDS[extra["id"]])
    if "duration" in extra:
        return st.sampled_from(DURATIONS)
    if kind.pattern is not None:
        return st.from_regex(kind.pattern).filter(lambda text: len(text) <= (kind.max_length or 99))
    return st.text(st.characters(codec="ascii", min_codepoint=32), min_size=1, max_size=40)
