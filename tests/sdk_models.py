"""Hold JSON to the models of Microsoft's management libraries, more strictly than they do it.

The models of azure-mgmt-recoveryservicesbackup 11.2.0, and of the libraries for vaults and for VMs
that come from the same generator, take any key and any type without a word. What they know of a
document stands in the classes: wire names and read-only keys in the attribute map
(`_attr_to_rest_field`), types in the annotations, the class behind a discriminator in the subtype
map (`__mapping__`). Here a document is compared with these at every depth.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


class Attested(NamedTuple):
    """A type that was seen where the models have no such key or another type, and where."""

    type: Any
    seen: str


ATTESTED = {
    ("AzureIaaSVMJobTaskDetails", "taskType"): Attested(
        str, "restore job, api-version 2025-02-01, July 2026: `Normal` at each task"
    ),
    ("IaasVMRecoveryPoint", "createdWithPolicyType"): Attested(
        str, "recovery point, api-version 2025-02-01, July 2026: `V1`"
    ),
    ("AzureIaaSVMProtectedItem", "softDeleteRetentionPeriod"): Attested(
        int, "protected items, api-version 2025-02-01, July 2026; the model's key ends in InDays"
    ),
    ("AzureIaaSVMJobExtendedInfo", "propertyBag"): Attested(
        dict[str, str | None], "restore job, July 2026: null at `Recovery point time `"
    ),
    ("HardwareProfile", "vmSize"): Attested(
        str, "recovery point, July 2026: `Standard_D2s_v5`; the model's list of sizes is older"
    ),
    ("OperationStatus", "endTime"): Attested(
        datetime | Literal["0001-01-01T00:00:00"],
        "running operation, api-version 2022-02-01, May 2022: a sentinel without a zone",
    ),
}
"""By model and key; the keys of a parent hold for its heirs."""


class Field(NamedTuple):
    """What a model knows of one key."""

    type: Any
    is_required: bool
    is_read_only: bool
    is_discriminator: bool


def problems(document: object, model: Any, *, sent: bool = False) -> list[str]:
    """Say what in a document is not as the model has it, by JSON path; `sent`: it goes to Azure."""
    return list(_of_model("$", document, model, sent))


def page_problems(document: object, model: Any) -> list[str]:
    """Say what is not as in a page of a list; the library has no models of its lists."""
    if not isinstance(document, dict) or not document.keys() <= {"value", "nextLink"}:
        return [f"$: {document!r} is no page"]
    link = _of_type("$.nextLink", document.get("nextLink"), str | None, False)
    return [*_of_type("$.value", document.get("value"), list[model], False), *link]


@cache
def fields(model: Any) -> dict[str, Field]:
    """Return a model's fields by wire name, inherited ones included."""
    types = get_type_hints(model, localns={"_models": models_beside(model)})
    known = model()._attr_to_rest_field
    return {
        one._rest_name: Field(
            type=types[name],
            is_required=NoneType not in get_args(types[name]),
            is_read_only=one._visibility == ["read"],
            is_discriminator=one._is_discriminator,
        )
        for name, one in known.items()
    }


def models_beside(thing: Any) -> Any:
    """The models of the library that a model or an operation belongs to."""
    library, _, _ = thing.__module__.rpartition(".")
    return import_module(f"{library.removesuffix('.operations').removesuffix('.models')}.models")


def attested(model: Any, key: str) -> tuple[str, str] | None:
    """Return the row of the table that speaks of a model's key, or of its parents' key."""
    rows = ((parent.__name__, key) for parent in model.__mro__)
    return next((row for row in rows if row in ATTESTED), None)


def _of_model(path: str, value: object, model: Any, sent: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no object"
        return
    actual = _actual(value, model)
    if actual is None:
        yield f"{path}: no {model.__name__} has the discriminator of {value!r}"
        return
    known = fields(actual)
    for key, inner in value.items():
        row = attested(actual, key)
        if row is not None:
            yield from _of_type(f"{path}.{key}", inner, ATTESTED[row].type, sent)
        elif key not in known:
            yield f"{path}.{key}: {actual.__name__} has no such key"
        elif sent and known[key].is_read_only:
            yield f"{path}.{key}: is read-only"
        else:
            yield from _of_type(f"{path}.{key}", inner, known[key].type, sent)
    for key, field in known.items():
        if field.is_required and key not in value:
            yield f"{path}.{key}: is required"


def _actual(value: dict[str, Any], model: Any) -> Any:
    """The class that the discriminator names; None where it names none."""
    key = next((key for key, field in fields(model).items() if field.is_discriminator), None)
    heirs = dict(_heirs(model))
    if key is None or not heirs:
        return model
    is_itself = value.get(key) in _words(fields(model)[key].type)
    return model if is_itself else heirs.get(str(value.get(key)))


def _heirs(model: Any) -> Iterator[tuple[str, Any]]:
    for tag, heir in vars(model).get("__mapping__", {}).items():
        yield tag, heir
        yield from _heirs(heir)


def _of_type(path: str, value: object, kind: Any, sent: bool) -> Iterator[str]:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any or (value is None and NoneType in inner):
        return
    if origin in (Union, UnionType):
        found = [list(_of_type(path, value, one, sent)) for one in _members(inner)]
        yield from [] if [] in found else found[0]
    elif origin is list and isinstance(value, list):
        for number, one in enumerate(value):
            yield from _of_type(f"{path}[{number}]", one, inner[0], sent)
    elif origin is dict and isinstance(value, dict):
        for key, one in value.items():
            yield from _of_type(f"{path}.{key}", one, inner[1], sent)
    elif hasattr(kind, "_is_model"):
        yield from _of_model(path, value, kind, sent)
    elif not _is(value, kind, origin):
        yield f"{path}: {value!r} is no {getattr(kind, '__name__', kind)}"


def _members(union: tuple[Any, ...]) -> list[Any]:
    """What a union allows but null; beside an enum `str` is there for words to come."""
    known = [kind for kind in union if kind is not NoneType]
    return [kind for kind in known if kind is not str] if any(map(_words, known)) else known


def _is(value: object, kind: Any, origin: Any) -> bool:
    if origin is Literal or (isinstance(kind, type) and issubclass(kind, Enum)):
        return value in _words(kind)
    if origin in (list, dict):
        return False
    return _SCALARS[kind](value)


def _words(kind: Any) -> tuple[str, ...]:
    """The words that a Literal or an enum has; none for other types."""
    if get_origin(kind) is Literal:
        return tuple(getattr(word, "value", word) for word in get_args(kind))
    is_enum = isinstance(kind, type) and issubclass(kind, Enum)
    return tuple(word.value for word in kind) if is_enum else ()


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        return datetime.fromisoformat(value) is not None
    except ValueError:
        return False


_SCALARS: dict[type, Callable[[object], bool]] = {
    str: lambda value: isinstance(value, str),
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    datetime: _is_time,
    timedelta: lambda value: isinstance(value, str) and bool(_DURATION.fullmatch(value)),
}
