"""The two kinds of struct that become JSON. They differ in what they make of unknown fields."""

from typing import Any, Self

from msgspec import Struct, to_builtins

from restore.values.decoding import decode


class _Json(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How both are written and read: in camelCase, without what has its default."""

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read it from plain JSON (dicts, lists, strings). Raises msgspec.ValidationError."""
        return decode(value, cls)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, which may cross any wire."""
        plain: dict[str, Any] = to_builtins(self)
        return plain


class Model(_Json, frozen=True, kw_only=True):
    """Unknown fields are ignored, so that an older build reads what a newer one wrote."""


class StrictModel(_Json, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An unknown field is refused: whoever wrote it meant something that is not understood."""
