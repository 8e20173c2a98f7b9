"""What the parts of the state are made of themselves."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """What all parts of the state have in common: unknown fields are refused."""


class Text(Part, kw_only=True):
    """An ARM error's code and message."""

    code: str
    message: str


class JobError(Part, kw_only=True):
    """What a failed job says: the code is a number, the rest is meant for people."""

    code: int
    title: str
    text: str
    recommendations: list[str] = []


class Guest(Part, kw_only=True):
    """How a VM comes up that a restore has created, or whose disks it has replaced."""

    boot_s: float = 15
    """From the end of the job until the VM runs."""
    agent_s: float = 45
    """From the end of the job until its agent reports that it is ready."""
    power: Literal["running", "stopped", "deallocated"] = "running"
    """What it comes to in the end."""


class Threat(Part, kw_only=True, omit_defaults=True):
    """What was found in a recovery point."""

    title: str
    description: str = ""
    severity: Literal["Critical", "High", "Warning", "Informational"] = "High"
    state: Literal["Active", "InProgress", "Ignored", "Resolved"] = "Active"
    last_updated: Moment | None = None
