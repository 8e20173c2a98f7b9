"""What the rules made of one alert and one of its VMs."""

from datetime import datetime
from typing import Any, Literal

from restore.values.problem import Problem
from restore.values.structs import Model

Outcome = Literal["ignored", "refused", "repeated", "held", "restore"]
"""ignored: nothing is to be done. refused: something stands in the way. repeated: the same alert
came before, and its restore was accepted. held: it waits for a person. restore: one is started."""

OUTCOMES: tuple[Outcome, ...] = ("restore", "held", "repeated", "refused", "ignored")


class AlertDecision(Model, frozen=True, kw_only=True):
    """One alert, one target, one decision."""

    outcome: Outcome
    code: str | None = None
    """Why it is not restored; None where it is."""
    text: str = ""
    target: str | None = None
    source: str | None = None
    """Who sent the alert."""
    alert_rule: str | None = None
    fired_at: datetime | None = None
    rule: str | None = None
    """The rule that matched."""
    approval: bool = False
    request_id: str | None = None
    request: dict[str, Any] | None = None
    """What is asked for, or would be."""
    problems: tuple[Problem, ...] = ()
    released_by: str | None = None
    """Who decided, of what was held."""

    @property
    def vm_id(self) -> str:
        """The VM of a request."""
        assert self.request is not None, "what asks for a restore has a request"
        return str(self.request["sourceResourceId"])
