"""JSON pointers (RFC 6901): where in a document something stands."""

import re
from typing import Any, Final

ABSENT: Final = object()
"""What stands where a document has nothing; null is something."""

_INDEX = re.compile(r"(?:0|[1-9][0-9]{0,5})")


def at(document: Any, pointer: str) -> Any:
    """Return what stands at a pointer; ABSENT if nothing does."""
    found = document
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(name, ABSENT)
        elif isinstance(found, list) and _INDEX.fullmatch(name) and int(name) < len(found):
            found = found[int(name)]
        else:
            return ABSENT
    return found


def value_at(document: Any, pointer: str | None) -> Any:
    """Return what stands at a pointer; None where nothing does, or there is no pointer."""
    if pointer is None:
        return None
    found = at(document, pointer)
    return None if found is ABSENT else found
