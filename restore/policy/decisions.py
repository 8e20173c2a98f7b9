"""What a person sends to decide about an approval."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from restore.messages.errors import InvalidRequest
from restore.request import validation
from restore.request.json_text import json_of
from restore.values.decoding import decode

_WORDS: dict[str, Literal["approved", "refused"]] = {"approve": "approved", "refuse": "refused"}
_REASON_MAX = 500


class Decision(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Body of `POST /restores/{id}/approval`."""

    decision: Literal["approve", "refuse"]
    reason: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=_REASON_MAX,
            extra={"says": f"must be a text of 1 to {_REASON_MAX} characters, on one line"},
        ),
    ]
    """Kept in the ledger, and told in the events."""

    @property
    def outcome(self) -> Literal["approved", "refused"]:
        """The decision, as the ledger has it."""
        return _WORDS[self.decision]


def parse(body: bytes | str) -> Decision:
    """Read a decision. Raises InvalidRequest, which lists every problem."""
    value = json_of(body)
    problems = tuple(validation.problems_of(value, Decision))
    if problems:
        raise InvalidRequest(problems)
    return decode(value, Decision)
