"""The two kinds of struct that become JSON. They differ in what they make of unknown fields."""

from msgspec import Struct


class Model(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Unknown fields are ignored, so that an older build reads what a newer one wrote."""


class StrictModel(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """An unknown field is refused: whoever wrote it meant something that is not understood."""
