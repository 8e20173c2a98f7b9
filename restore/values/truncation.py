"""Make a JSON document fit into the bytes of the door that it leaves by.

What gives way is declared where the door is: paths, in the order in which they do. A list loses its
last entries and a text its end; anything else goes whole, for half a request reads like another
one. Should that not be enough, every text and list is cut alike, shorter and shorter: whatever is
put in, what comes out fits. The same document always gives the same result, and its field
`truncated` names what was cut.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

JSON = dict[str, Any]
Size = Callable[[JSON], int]

_MARK = "truncated"
_ANYWHERE = "$"
_LIMITS = tuple(2**power for power in range(11, -1, -1))
"""2,048 to 1. An id of ours has at most 128 characters, and what is left then is small."""


def compact(document: JSON) -> str:
    """Return a document as the JSON text that is counted and sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def utf8_bytes(document: JSON) -> int:
    """Count the bytes of a document in UTF-8, as most doors do."""
    return len(compact(document).encode(errors="surrogatepass"))


def truncated(
    document: JSON, bytes_max: int, gives_way: Iterable[str], size: Size = utf8_bytes
) -> JSON:
    """Return the document itself if it fits, else as much of it as does."""
    for path in gives_way:
        if size(document) <= bytes_max:
            return document
        document = _cut(document, path, lambda part: size(part) <= bytes_max)
    if size(document) <= bytes_max:
        return document
    marks = [*document.get(_MARK, ()), _ANYWHERE]
    shorter = (_shortened(document, limit) | {_MARK: marks} for limit in _LIMITS)
    return next(each for each in shorter if size(each) <= bytes_max)


def _cut(document: JSON, path: str, fits: Callable[[JSON], bool]) -> JSON:
    """Cut the value at a path to as much of it as fits; what is not there cannot give way."""
    names = path.split(".")
    value = _at(document, names)
    if value is None:
        return document
    marked = document | {_MARK: [*document.get(_MARK, ()), f"{_ANYWHERE}.{path}"]}

    def with_part(amount: int) -> JSON:
        return _replaced(marked, names, _part(value, amount))

    amounts: Sequence[int] = ()
    if isinstance(value, str | list | tuple):
        amounts = range(1, len(value))  # all of it did not fit
    return with_part(bisect_left(amounts, True, key=lambda amount: not fits(with_part(amount))))


def _part(value: Any, amount: int) -> Any:
    """Return the beginning of a list or a text; None for what goes whole."""
    if isinstance(value, list | tuple):
        return value[:amount]
    return f"{value[:amount]}…" if isinstance(value, str) else None


def _at(document: JSON, names: list[str]) -> Any:
    value: Any = document
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _replaced(document: JSON, names: list[str], value: Any) -> JSON:
    """Return a document with another value at a path, or without it."""
    first, *rest = names
    inner = _replaced(document[first], rest, value) if rest else value
    if inner is None:
        return {name: each for name, each in document.items() if name != first}
    return document | {first: inner}


def _shortened(value: Any, limit: int) -> Any:
    """Return a value without any text or list longer than the limit."""
    if isinstance(value, str):
        return value if len(value) <= limit else f"{value[: limit - 1]}…"
    if isinstance(value, list | tuple):
        return [_shortened(each, limit) for each in value[:limit]]
    if isinstance(value, dict):
        return {name: _shortened(each, limit) for name, each in islice(value.items(), limit)}
    return value
