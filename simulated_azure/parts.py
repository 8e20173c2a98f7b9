"""What the parts of the state are made of themselves."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """What all parts of the state have in common: unknown fields are refused."""


class Threat(Part, kw_only=True, omit_defaults=True):
    """What was found in a recovery point."""

    title: str
    description: str = ""
    severity: Literal["Critical", "High", "Warning", "Informational"] = "High"
    state: Literal["Active", "InProgress", "Ignored", "Resolved"] = "Active"
    last_updated: Moment | None = None
