"""How a function's parameters are bound: by its bindings, and by its annotations.

Follows Microsoft's worker (azure-functions-runtime 1.3.0, functions.py), so that an app that it
refuses is refused here: what an annotation says decides which converter a value goes through, and
one that fits no converter keeps the app from loading.
"""

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devhost.language_worker.converters import GENERIC, converter, has_implicit_output
from devhost.language_worker.functions import is_output

RETURN = "$return"
_NEVER_GENERIC = (
    None,
    typing.Union,
    types.UnionType,
    tuple,
    typing.ClassVar,
    collections.abc.Callable,
)


class Misbound(Exception):
    """Bindings and parameters do not fit; str() says which."""


@dataclass(frozen=True)
class Bound:
    """One value that goes in or out: which converter it takes, and how it is annotated."""

    kind: str
    wanted: Any = None


@dataclass(frozen=True)
class Signature:
    """What a call needs of a function, by the names of its parameters."""

    inputs: Mapping[str, Bound]
    outputs: Mapping[str, Bound]
    returned: Bound | None
    """None where a function may answer nothing."""
    takes_context: bool


def signature_of(code: Callable[..., Any], bindings: Sequence[Mapping[str, Any]]) -> Signature:
    """Bind the parameters of a function. Raises Misbound, and NameError for unknown annotations."""
    wanted = typing.get_type_hints(code)
    bound = {str(item["name"]): item for item in bindings if item["name"] != RETURN}
    parameters = [*inspect.signature(code).parameters]
    takes_context = "context" in parameters and "context" not in bound
    if takes_context:
        parameters.remove("context")
        _check_context(wanted)
    if set(parameters) != set(bound):
        raise Misbound(f"takes the parameters {sorted(parameters)} but binds {sorted(bound)}")
    _check_directions(bindings)
    values = {name: _value(name, bound[name], wanted) for name in parameters}
    return Signature(
        {name: value for name, value in values.items() if not is_output(bound[name])},
        {name: value for name, value in values.items() if is_output(bound[name])},
        _returned(bindings, wanted),
        takes_context,
    )


def _check_context(wanted: Mapping[str, Any]) -> None:
    if "context" in wanted and getattr(wanted["context"], "__name__", "") != "Context":
        raise Misbound("takes a context that is not annotated as azure.functions.Context")


def _check_directions(bindings: Sequence[Mapping[str, Any]]) -> None:
    for binding in bindings:
        if str(binding.get("direction", "IN")).upper() == "INOUT":
            raise Misbound(f"binds {binding['name']} in both directions")
        if binding["name"] == RETURN and not is_output(binding):
            raise Misbound(f"has a {RETURN} that is no output")


def _value(name: str, binding: Mapping[str, Any], annotations: Mapping[str, Any]) -> Bound:
    kind = str(binding["type"])
    if name not in annotations:
        return Bound(kind)
    annotation = annotations[name]
    is_out = _is_out(annotation)
    if is_out != is_output(binding):
        raise Misbound(f"annotates {name} against the direction of its binding")
    wanted = _inner(name, annotation) if is_out else annotation
    if not isinstance(wanted, type) and not _is_generic(wanted):
        raise Misbound(f"annotates {name} with {annotation!r}, which is no type")
    if wanted in (str, bytes) and not has_implicit_output(kind):
        kind = GENERIC
    takes = converter(kind)
    check = takes.check_output_type_annotation if is_out else takes.check_input_type_annotation
    if not check(wanted):
        raise Misbound(f"annotates {name} with {annotation!r}, which {binding['type']} is not")
    return Bound(kind, wanted)


def _returned(
    bindings: Sequence[Mapping[str, Any]], annotations: Mapping[str, Any]
) -> Bound | None:
    wanted = annotations.get("return")
    for binding in bindings:
        if binding["name"] == RETURN:
            kind = str(binding["type"])
            if "return" in annotations:
                _check_return(kind, wanted)
            return Bound(kind, wanted)
    implicit = [str(item["type"]) for item in bindings if has_implicit_output(str(item["type"]))]
    return Bound(implicit[-1], wanted) if implicit else None


def _check_return(kind: str, wanted: Any) -> None:
    if _is_out(wanted) or not isinstance(wanted, type):
        raise Misbound(f"is annotated to return {wanted!r}, which is no type")
    if not converter(kind).check_output_type_annotation(wanted):
        raise Misbound(f"is annotated to return {wanted!r}, which {kind} does not take")


def _is_out(annotation: Any) -> bool:
    named = typing.get_origin(annotation) or annotation
    return isinstance(named, type) and named.__name__ == "Out"


def _inner(name: str, annotation: Any) -> Any:
    inner = typing.get_args(annotation)
    if len(inner) != 1:
        raise Misbound(f"annotates {name} with an Out of nothing")
    return inner[0]


def _is_generic(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, typing.Generic)
    # dict[str, int] is none to that worker, typing.Dict[str, int] is.
    is_builtin = isinstance(annotation, types.GenericAlias)
    return not is_builtin and typing.get_origin(annotation) not in _NEVER_GENERIC
