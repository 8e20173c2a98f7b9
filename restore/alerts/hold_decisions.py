"""What a person sends to decide about what is held of a rule, and to throw the switch."""

from typing import Annotated, Literal

from msgspec import Meta

from restore.alerts.rate_limits import HELD_MAX
from restore.alerts.record import Verb
from restore.messages.errors import InvalidRequest
from restore.messages.field_types import VmId
from restore.request import validation
from restore.request.json_text import json_of
from restore.values.decoding import decode
from restore.values.problem import Problem
from restore.values.structs import StrictModel

_WORDS: dict[str, Verb] = {"approve": "approved", "refuse": "refused"}
_REASON_MAX = 500
_BYTES_MAX = 512 * 1024
"""As many ids of VMs as may be held."""
_Reason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=_REASON_MAX,
        extra={"says": f"must be a text of 1 to {_REASON_MAX} characters, on one line"},
    ),
]


class HoldDecision(StrictModel, frozen=True, kw_only=True):
    """Body of `POST /holds/{id}/decision`."""

    decision: Literal["approve", "refuse"]
    reason: _Reason
    """Kept in the alert list."""
    vms: Annotated[tuple[VmId, ...], Meta(min_length=1, max_length=HELD_MAX)] | None = None
    """The ids of the VMs that are meant: what was held since somebody looked is not. Absent, all
    are refused; an approval names each."""

    @property
    def outcome(self) -> Verb:
        """The decision, as the record has it."""
        return _WORDS[self.decision]


class SwitchOrder(StrictModel, frozen=True, kw_only=True):
    """Body of `POST /alerts/stop` and `POST /alerts/resume`."""

    reason: _Reason


def parse_decision(body: bytes) -> HoldDecision:
    """Read a decision. Raises InvalidRequest, which lists every problem."""
    value = json_of(body, _BYTES_MAX)
    problems = list(validation.problems_of(value, HoldDecision))
    if not problems and value["decision"] == "approve" and "vms" not in value:
        problems = [Problem(path="$.vms", message="is required: name each VM that you approve")]
    if problems:
        raise InvalidRequest(problems)
    return decode(value, HoldDecision)


def parse_order(body: bytes) -> SwitchOrder:
    """Read an order to the switch. Raises InvalidRequest, which lists every problem."""
    value = json_of(body)
    problems = tuple(validation.problems_of(value, SwitchOrder))
    if problems:
        raise InvalidRequest(problems)
    return decode(value, SwitchOrder)
