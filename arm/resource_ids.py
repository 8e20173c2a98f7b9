"""Build and take apart ARM ids.

ARM spells the same id in many ways (`/Subscriptions/`, `/Vaults/`, a full URL where an id belongs,
a path without its fabric), so parts are found by the name of their segment, never by position, and
ids are compared ignoring case. A path is percent-encoded exactly once, here, when a URL is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote, urlsplit

from restore.values import arm_ids
from restore.values.arm_ids import lower_ascii

FABRIC = "Azure"

_NAME_CHARS_MAX = 512  # a container's holds the names of a group and a VM, and more


def find_segment(resource_id: str, name: str) -> str | None:
    """What follows the first segment of that name, or None if there is no such pair."""
    segments = _segments(resource_id)
    # In pairs first, for a resource group may well be called "vaults"; then anywhere, for ids with
    # a part too few exist as well.
    pairs = [*zip(segments[::2], segments[1::2], strict=False), *pairwise(segments)]
    wanted = lower_ascii(name)
    return next((value for key, value in pairs if lower_ascii(key) == wanted and value), None)


def segment(resource_id: str, name: str) -> str:
    """What follows the segment of that name; an id without it is a ValueError."""
    value = find_segment(resource_id, name)
    if value is None:
        raise ValueError(f"this id has no {name!r}: {resource_id[:200]!r}")
    return value


def same(one: str, other: str) -> bool:
    """Whether two ids name the same resource, however they are spelled."""
    return arm_ids.same("/".join(_segments(one)), "/".join(_segments(other)))


def vault_id(resource_id: str) -> str:
    """The vault's own id, cut out of the id or URL of anything inside it."""
    return vault(
        segment(resource_id, "subscriptions"),
        segment(resource_id, "resourceGroups"),
        segment(resource_id, "vaults"),
    )


def vault(subscription: str, resource_group: str, name: str) -> str:
    """The id of a Recovery Services vault."""
    return (
        f"/subscriptions/{subscription}/resourceGroups/{resource_group}"
        f"/providers/Microsoft.RecoveryServices/vaults/{name}"
    )


def protected_item(vault_id: str, container_name: str, item_name: str) -> str:
    """The id of a protected item in full, fabric included."""
    return (
        f"{vault_id}/backupFabrics/{FABRIC}/protectionContainers/{container_name}"
        f"/protectedItems/{item_name}"
    )


def subscription_id(resource_id: str) -> str:
    """The id of the subscription that holds this resource."""
    return f"/subscriptions/{segment(resource_id, 'subscriptions')}"


def whole(resource_id: str) -> str:
    """The id alone, where a URL with a host and a query may stand for it."""
    return f"/{'/'.join(_segments(resource_id))}"


def path(resource_id: str, *more: str) -> str:
    """The URL path of a resource, or of something below it, each segment encoded once."""
    return "".join(f"/{quote(part, safe='')}" for part in _checked(resource_id, more))


def is_name(text: str) -> bool:
    """Whether this can be one segment of an id."""
    is_printed = text.isprintable() and len(text) <= _NAME_CHARS_MAX
    return is_printed and text not in ("", ".", "..") and "/" not in text


def _checked(resource_id: str, more: tuple[str, ...]) -> Iterator[str]:
    for part in (*_segments(resource_id), *more):
        if not is_name(part):
            raise ValueError(f"not an ARM id: {resource_id[:200]!r}")
        yield part


def _segments(resource_id: str) -> list[str]:
    if lower_ascii(resource_id).startswith(("https://", "http://")):
        try:
            resource_id = urlsplit(resource_id).path
        except ValueError:
            return [""]
    return resource_id.strip("/").split("/")
