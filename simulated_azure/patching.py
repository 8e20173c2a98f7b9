"""Changing the state from outside: a JSON merge patch, with ids in any case and keys that fit.

The result is a new state or a refusal; a patch is never half applied.
"""

import msgspec

from simulated_azure import names
from simulated_azure.state import State

JSON = dict[str, object]
_MAPS = ("vaults", "vms", "storage_accounts", "networks")


class BadRequest(Exception):
    """What was sent to the control surface cannot be used; the text says why."""


def merge(state: State, patch: object) -> State:
    """A new state: the old one with a JSON merge patch applied; ids may be written in any case."""
    if not isinstance(patch, dict):
        raise BadRequest("the state is a JSON object")
    old: JSON = msgspec.to_builtins(state)
    merged = _merged(old, _by_key(patch, old))
    found = msgspec.convert(merged, State)
    _check_ids(found)
    return found


def _by_key(patch: JSON, old: JSON) -> JSON:
    """The patch with its resource maps keyed as the state keys them, and ids filled in."""
    found = dict(patch)
    for name in _MAPS:
        found |= _keyed_part(found, name, "id", old)
    for vault, old_vault in _pairs(found, "vaults", old):
        vault.update(_keyed_part(vault, "items", "vm_id", old_vault))
        for item, old_item in _pairs(vault, "items", old_vault):
            item.update(_keyed_part(item, "points", "name", old_item))
    return found


def _pairs(patch: JSON, name: str, old: JSON) -> list[tuple[JSON, JSON]]:
    """The objects in a map of the patch, each with what the state has in its place."""
    values, known = patch.get(name), old.get(name)
    known = known if isinstance(known, dict) else {}
    entries = values.items() if isinstance(values, dict) else ()
    return [(value, known.get(key) or {}) for key, value in entries if isinstance(value, dict)]


def _keyed_part(patch: JSON, name: str, id_field: str, old: JSON) -> JSON:
    """One map of the patch, keyed; what is new gets its key, as written, for its id."""
    values, known = patch.get(name), old.get(name)
    if not isinstance(values, dict):
        return {}
    keyed: JSON = {}
    for written, value in values.items():
        key = names.key(written)
        is_new = isinstance(value, dict) and not (isinstance(known, dict) and key in known)
        keyed[key] = {id_field: written, **value} if is_new else value
    return {name: keyed}


def _check_ids(state: State) -> None:
    """Refuse keys that are no ARM ids: names are made from them later."""
    items = [item for vault in state.vaults.values() for item in vault.items]
    for written in (*(name for field in _MAPS for name in getattr(state, field)), *items):
        if names.parse(written) is None:
            raise BadRequest(f"not the ARM id of a resource: {written}")


def _merged(old: object, patch: object) -> object:
    if not isinstance(patch, dict):
        return patch
    found = dict(old) if isinstance(old, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value)
    return found
