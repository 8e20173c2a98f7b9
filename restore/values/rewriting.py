"""Write a document anew without dropping what only a newer build knows.

Two builds run at once while one is deployed, and the older one again after a rollback. What the
older reads, changes and writes must not lose what the newer had added.
"""

from typing import Any

from restore.values.structs import Model

JSON = dict[str, Any]


def rewritten(read: JSON, before: Model, after: Model) -> JSON:
    """Return the document that says `after`, where `read` was understood as `before`: what did not
    change is as it was read, and fields that this build does not know stay."""
    old, new = before.as_json(), after.as_json()
    known = before.__struct_encode_fields__
    unknown = {name: value for name, value in read.items() if name not in known}
    kept = {name: _kept(read.get(name), old.get(name), value) for name, value in new.items()}
    return unknown | kept


def _kept(read: Any, old: Any, new: Any) -> Any:
    """Of a list the entries that stay are as they were read; anything else that changes is whole:
    what a newer build had said of the old value need not be true of the new one."""
    if new == old:
        return read
    if not isinstance(new, list | tuple) or not isinstance(old, list | tuple):
        return new
    same = zip(read, old, new, strict=False)
    return [_kept(*each) for each in same] + list(new[len(old) :])
