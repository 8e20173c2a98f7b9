"""One spelling of the same request, before it is judged, hashed, kept or sent.

What is written in several ways and means one thing is written in one way from here on: so the id
that is judged is the id that is sent, and a repeated request is known again. Nothing else changes a
value on its way in.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from restore.request import validation
from restore.values.arm_ids import trimmed


def canonical(value: Any, fields: Mapping[str, inspect.Field]) -> Any:
    """Return an object of these fields without the blanks and line ends around its ids and names.
    What is not of a field's type stays as it is, for validation.py to judge."""
    if not isinstance(value, dict):
        return value
    return {
        name: _canonical(each, fields[name].type) if name in fields else each
        for name, each in value.items()
    }


def _canonical(value: Any, kind: inspect.Type) -> Any:
    extra: dict[str, Any] = {}
    if isinstance(kind, inspect.Metadata):
        extra, kind = kind.extra or {}, kind.type
    match kind:
        case inspect.UnionType():
            return _canonical(value, validation.beside_none(kind))
        case inspect.StructType():
            return canonical(value, validation.fields_of(kind.cls))
        case inspect.VarTupleType() if isinstance(value, list):
            return [_canonical(each, kind.item_type) for each in value]
        case inspect.StrType() if extra.get("trimmed") and isinstance(value, str):
            is_bounded = kind.max_length is None or len(value) <= kind.max_length
            return trimmed(value) if is_bounded else value
    return value
