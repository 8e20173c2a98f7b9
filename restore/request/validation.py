"""Does a JSON value have the shape of a struct? Says everything that is wrong, each with its path.

msgspec stops at the first problem; people want all of them. The structs of messages/request.py stay
the only description: their types, limits and `extra` marks (id, duration, says) are read from
there. Values are never repeated in a message, for a wrong one can be anything, a secret too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, inspect

from restore.request.sender_habits import texts
from restore.request.sender_habits.texts import plain_spelling
from restore.values.arm_ids import kind_problem
from restore.values.decoding import decode
from restore.values.problem import Problem
from restore.values.times import seconds_of

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_TIME = Annotated[datetime, Meta(tz=True)]


def problems_of(value: Any, struct: type, path: str = "$") -> Iterator[Problem]:
    """Say everything that is wrong with a value that should be such a struct."""
    return _problems(value, inspect.type_info(struct), path)


@cache
def fields_of(struct: type) -> dict[str, inspect.Field]:
    """Return a struct's fields by their JSON names."""
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType), "only structs have fields"
    return {field.encode_name: field for field in described.fields}


def field_problems(value: Any, field: inspect.Field, path: str) -> Iterator[Problem]:
    """Say everything that is wrong with the value of one field."""
    return _problems(value, field.type, path)


def beside_none(kind: inspect.UnionType) -> inspect.Type:
    """Return the type of a value that may be absent: every union is "or nothing", and nothing was
    left out before."""
    return next(each for each in kind.types if not isinstance(each, inspect.NoneType))


def path_to(path: str, name: str) -> str:
    """Return the path of a field; a name that is no plain word is quoted and cut."""
    if _PLAIN_NAME.fullmatch(name):
        return f"{path}.{name}"
    safe = "".join(char if char.isprintable() and char not in "'\\" else "?" for char in name[:60])
    return f"{path}['{safe}']"


def unknown_problem(name: str, known: Iterable[str], path: str) -> Problem:
    """Say that a field is unknown, and which one may have been meant."""
    from difflib import get_close_matches  # few requests are misspelled

    names = {plain_spelling(each): each for each in known}
    close = get_close_matches(plain_spelling(name[:60]), names, cutoff=0.75)
    hint = f"; did you mean {names[close[0]]}?" if close else ""
    return Problem(path=path_to(path, name), message=f"is not a known field{hint}")


def _problems(value: Any, kind: inspect.Type, path: str) -> Iterator[Problem]:
    bare = kind.type if isinstance(kind, inspect.Metadata) else kind
    match bare:
        case inspect.UnionType():
            yield from _problems(value, beside_none(bare), path)
        case inspect.StructType():
            yield from _object_problems(value, bare, path)
        case inspect.VarTupleType():
            yield from _list_problems(value, bare, path)
        case inspect.DictType():
            yield from _dict_problems(value, bare, path)
        case _:
            problem = _leaf_problem(value, kind)
            if problem is not None:
                yield Problem(path=path, message=problem)


def _object_problems(value: Any, kind: inspect.StructType, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path=path, message=_with("must be an object", texts.hint(value)))
        return
    fields = fields_of(kind.cls)
    for name in value:
        if name not in fields:
            yield unknown_problem(name, fields, path)
    for name, field in fields.items():
        if name in value:
            yield from field_problems(value[name], field, path_to(path, name))
        elif field.required:
            yield Problem(path=path_to(path, name), message="is required")


def _dict_problems(value: Any, kind: inspect.DictType, path: str) -> Iterator[Problem]:
    """Say what is wrong with an object of any names."""
    least, most = kind.min_length or 0, kind.max_length
    if not isinstance(value, dict):
        yield Problem(path=path, message=_with("must be an object", texts.hint(value)))
    elif len(value) < least or (most is not None and len(value) > most):
        yield Problem(path=path, message=f"must have {least} to {most} fields")
    else:
        for name, each in value.items():
            yield from _problems(each, kind.value_type, path_to(path, name))


def _list_problems(value: Any, kind: inspect.VarTupleType, path: str) -> Iterator[Problem]:
    least, most = kind.min_length or 0, kind.max_length
    if not isinstance(value, list):
        yield Problem(path=path, message=_with("must be a list, also of one", texts.hint(value)))
    elif len(value) < least or (most is not None and len(value) > most):
        count = f"{least} to {most}" if least else f"at most {most}"
        count = f"exactly {most}" if least == most else count
        yield Problem(
            path=path, message=f"must have {count} entries".replace("1 entries", "1 entry")
        )
    else:
        for index, item in enumerate(value):
            yield from _problems(item, kind.item_type, f"{path}[{index}]")


def _leaf_problem(value: Any, kind: inspect.Type) -> str | None:
    extra: dict[str, Any] = {}
    if isinstance(kind, inspect.Metadata):
        extra, kind = kind.extra or {}, kind.type
    match kind:
        case inspect.AnyType():
            return None
        case inspect.StrType():
            return _text_problem(value, kind, extra)
        case inspect.BoolType():
            wanted = None if isinstance(value, bool) else "must be true or false"
        case inspect.IntType():
            fits = type(value) is int and (kind.ge or 0) <= value <= (kind.le or value)
            wanted = None if fits else f"must be a whole number from {kind.ge} to {kind.le}"
        case inspect.LiteralType():
            return one_of_problem(value, [str(each) for each in kind.values])
        case inspect.DateTimeType():
            wanted = None if _is_time(value) else extra["says"]
        case _:
            raise AssertionError(f"no request has a field of {kind!r}")
    return wanted and _with(wanted, texts.hint(value))


def one_of_problem(value: Any, known: Sequence[str]) -> str | None:
    """Say that a value is none of the known words, and which one may have been meant."""
    if isinstance(value, str) and value in known:
        return None
    wanted = f"must be one of {', '.join(known)}"
    meant = plain_spelling(value[:60]) if isinstance(value, str) else None
    close = next((each for each in known if plain_spelling(each) == meant), None)
    is_other_word = close is not None and texts.text_hint(value.strip(" ")) is None
    return _with(wanted, f"did you mean {close}?" if is_other_word else texts.hint(value))


def _text_problem(value: Any, kind: inspect.StrType, extra: dict[str, Any]) -> str | None:
    says = extra.get("says", "must be a text")
    if not isinstance(value, str):
        return _with(says, texts.hint(value))
    fits = _string_fits(value, kind, extra.get("pattern", kind.pattern))
    if "duration" in extra:
        duration = _duration_problem(value if fits else "", *extra["duration"])
        return duration and _with(duration, texts.text_hint(value))
    if "id" not in extra:
        return None if fits else _with(says, texts.unseen_hint(value))
    problem = kind_problem(value, extra["id"])
    if problem is None and not fits:
        problem = f"must be the ARM id of a {extra['id']}, of at most {kind.max_length} characters"
    return problem and _with(problem, texts.id_hint(value))


def _with(problem: str, hint: str | None) -> str:
    """Return a problem and, if it is known, what has become of the value."""
    return f"{problem}; {hint}" if hint else problem


def _string_fits(value: str, kind: inspect.StrType, pattern: str | None) -> bool:
    if not (kind.min_length or 0) <= len(value) <= (kind.max_length or len(value)):
        return False
    if not texts.is_seen(value):
        return False
    return pattern is None or re.search(pattern, value) is not None


def _duration_problem(value: str, least: str, most: str) -> str | None:
    try:
        if value.startswith("P") and seconds_of(least) <= seconds_of(value) <= seconds_of(most):
            return None
    except ValueError:
        pass
    return f"must be an ISO 8601 duration from {least} to {most}"


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and decode(value, _TIME) is not None
    except msgspec.ValidationError:
        return False
