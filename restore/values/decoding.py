"""The one door from plain JSON to our structs, because the first to pass must be alone.

msgspec works out how to decode a struct when that is first asked for. A second thread that asks
meanwhile finds it half done, and the process dies of it (seen with 0.22 in a worker that was
started again into many activities at once). So each kind is worked out under a lock, once; doing
that for all of them at import would cost what most starts never need.
"""

from threading import Lock  # noqa: TID251 - the worker's threads are the reason, none is begun here
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")

_alone = Lock()
_worked_out: set[Any] = set()


@overload
def decode(value: Any, kind: type[T]) -> T: ...
@overload
def decode(value: Any, kind: Any) -> Any: ...


def decode(value: Any, kind: Any) -> Any:
    """Return plain JSON as a value of a kind. Raises msgspec.ValidationError."""
    if kind not in _worked_out:
        with _alone:
            msgspec.json.Decoder(kind)
            _worked_out.add(kind)
    return msgspec.convert(value, kind)


def encode(value: Any) -> Any:
    """Return a struct, or what holds structs, as plain JSON."""
    return msgspec.to_builtins(value)
