"""Changing the state from outside: a JSON merge patch, with ids in any case and keys that fit.

The result is a new state or a refusal; a patch is never half applied.
"""

import msgspec

from devhost.vault import names
from devhost.vault.state import State

JSON = dict[str, object]
_MAPS = ("vaults", "vms", "storage_accounts", "networks")


class BadRequest(Exception):
    """What was sent to the control surface cannot be used; the text says why."""


def merge(state: State, patch: object) -> State:
    """A new state: the old one with a JSON merge patch applied; ids may be written in any case."""
    if not isinstance(patch, dict):
        raise BadRequest("the state is a JSON object")
    merged = _merged(msgspec.to_builtins(state), _by_key(patch))
    found = msgspec.convert(merged, State)
    _check_ids(found)
    return found


def _by_key(patch: JSON) -> JSON:
    """The patch with its resource maps keyed as the state keys them, and ids filled in."""
    found = dict(patch)
    for name in _MAPS:
        if isinstance(found.get(name), dict):
            found[name] = _keyed(found[name], "id")
    vaults = found.get("vaults")
    for vault in vaults.values() if isinstance(vaults, dict) else ():
        if isinstance(vault, dict) and isinstance(vault.get("items"), dict):
            vault["items"] = _keyed(vault["items"], "vm_id")
            for item in vault["items"].values():
                if isinstance(item, dict) and isinstance(item.get("points"), dict):
                    item["points"] = _keyed(item["points"], "name")
    return found


def _check_ids(state: State) -> None:
    """Refuse keys that are no ARM ids: names are made from them later."""
    items = [item for vault in state.vaults.values() for item in vault.items]
    for written in (*(name for field in _MAPS for name in getattr(state, field)), *items):
        if names.parse(written) is None:
            raise BadRequest(f"not the ARM id of a resource: {written}")


def _keyed(values: object, id_field: str) -> JSON:
    assert isinstance(values, dict)
    keyed = {}
    for written, value in values.items():
        named = {id_field: written, **value} if isinstance(value, dict) else value
        keyed[names.key(written)] = named
    return keyed


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
