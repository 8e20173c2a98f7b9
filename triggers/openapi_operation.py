"""What one operation of the HTTP surface is described by."""

from typing import Any, NamedTuple

JSON = dict[str, Any]


class Operation(NamedTuple):
    """One way to ask the app for something."""

    method: str
    path: str
    name: str
    summary: str
    answers: dict[int, Any]
    """The shape of each success; None where there is no body."""
    refusals: tuple[int, ...]
    asks: Any = None
    """The request body's schema."""
    parameters: tuple[JSON, ...] = ()
    is_open: bool = False
    """Whether anybody may ask, without a key."""


def ref(kind: Any) -> JSON:
    """Return a reference to a shape among the document's components."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
