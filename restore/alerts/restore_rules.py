"""What the rules for alerts are made of: `RESTORE_RULES`. Without any, nothing is ever restored.

From JSON to RestoreRules leads restore_rules_text.py; what a rule makes of an alert, judging.py
says. What is allowed at all is the policy's business: it judges each restore of an alert, as any
other.
"""

from typing import Annotated, Any

from msgspec import Meta

from restore.messages.field_types import Age, Consistency, Tier
from restore.policy.rules import Scope
from restore.values.structs import StrictModel
from restore.values.times import seconds_of

POINTER = r"\A(?:/(?:[^~/\x00-\x1f]|~[01])*)*\Z"
"""RFC 6901. The empty pointer is the whole document."""

_Name = Annotated[
    str,
    Meta(
        pattern=r"^(?!\.+$)[A-Za-z0-9._-]{1,60}$",
        extra={"says": "must be 1 to 60 of A-Z a-z 0-9 . _ - and not only dots"},
    ),
]
_Pattern = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=512,
        description="A text, compared without case; * stands for any text.",
        extra={"says": "must be a text of 1 to 512 characters"},
    ),
]
_Patterns = Annotated[tuple[_Pattern, ...], Meta(min_length=1, max_length=100)]
_Pairs = Annotated[dict[_Pattern, _Pattern], Meta(min_length=1, max_length=50)]
_Pointer = Annotated[
    str,
    Meta(
        pattern=POINTER,
        max_length=512,
        description="A JSON pointer (RFC 6901), such as /labels/resource_id.",
        extra={"says": "must be a JSON pointer such as /labels/resource_id"},
    ),
]
_Values = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...],
    Meta(min_length=1, max_length=20),
]


def _duration(least: str, most: str, text: str) -> Meta:
    return Meta(
        max_length=40,
        description=f"ISO 8601, {least} to {most}: {text}",
        extra={"duration": (least, most)},
    )


_Quiet = Annotated[
    str, _duration("PT0S", "P30D", "no other alert restores the same VM for so long.")
]
_Margin = Annotated[
    str, _duration("PT0S", "P7D", "so long before the alert fired the point must be, at least.")
]
_AlertAge = Annotated[
    str, _duration("PT1M", "P1D", "an older alert is recorded, and nothing is done.")
]
_Hold = Annotated[
    str, _duration("PT10M", "P5D", "so long held restores wait for a person's decision.")
]


class Firing(StrictModel, frozen=True, kw_only=True):
    """What of a sender's items counts as firing. All else is recorded, and never acted on."""

    at: _Pointer
    """Relative to the item: where its state stands."""
    values: _Values
    """The words that mean that it fires, compared without case."""
    resolved: _Values | None = None
    """The words that mean that it is over."""


class Mapping(StrictModel, frozen=True, kw_only=True):
    """How alerts of one sender are read: where in its JSON what stands."""

    name: _Name
    """What the alert list, the ledger and `when.sources` call this sender."""
    has: Annotated[tuple[_Pointer, ...], Meta(min_length=1, max_length=20)]
    """A document is of this sender if something stands at all of these."""
    items: _Pointer = ""
    """Where the alerts are: one object, or a list of them. Absent: the whole document."""
    vm: _Pointer
    """Relative to the item, as all below: the ARM id of the VM, or a list of such ids."""
    time: _Pointer
    """When this incident began: ISO 8601, or seconds or milliseconds since 1970."""
    id: _Pointer
    """What the sender calls the alert."""
    firing: Firing
    rule: _Pointer | None = None
    """The name of the rule or monitor."""
    severity: _Pointer | None = None
    labels: _Pointer | None = None
    """An object of texts, or a list of `name:value` texts."""


class When(StrictModel, frozen=True, kw_only=True):
    """Which alerts a rule is for. What is absent does not matter; all that is there must match."""

    sources: _Patterns | None = None
    """azure-monitor, event-grid, cloud-events, or names of mappings."""
    alert_rules: _Patterns | None = None
    severities: _Patterns | None = None
    targets: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=200)] | None = None
    """Of these one must be the VM, or something that it lies under."""
    labels: _Pairs | None = None
    tags: _Pairs | None = None
    """Of the VM: one that is gone has none. Where the app may not read them nothing is
    restored."""


class PointRule(StrictModel, frozen=True, kw_only=True):
    """Which recovery point is restored: the newest from before the alert that fits."""

    before: _Margin = "PT0S"
    max_age: Age = "P3D"
    """Counted back from when the alert fired."""
    consistency: Consistency | None = None
    """The least that is acceptable."""
    preferred_consistency: Consistency | None = "AppConsistent"
    """A newer point of less is taken only if no acceptable one has this."""
    tier: Tier | None = None
    """Preferred."""


class Template(StrictModel, frozen=True, kw_only=True):
    """What is restored, and to where."""

    name: _Name
    restore: Annotated[
        dict[str, Any],
        Meta(
            max_length=60,
            description=(
                "The fields of a restore request, without requestId, sourceResourceId and "
                "recoveryPoint. In texts stand {vm.name}, {vm.resourceGroup} and {vm.subscription} "
                "for the alert's VM, {date} and {time} (20261123, 140509; UTC) for when it fired."
            ),
        ),
    ]
    point: PointRule = PointRule()


class RestoreRule(StrictModel, frozen=True, kw_only=True):
    """What is done about some alerts. The first rule that matches counts."""

    name: _Name
    when: When
    template: _Name
    approval: bool = False
    """A person must approve each restore, also where the policy does not ask for it."""
    quiet_period: _Quiet = "PT6H"
    restores_per_hour: Annotated[int, Meta(ge=0, le=100)] = 5
    """Of this rule in all. What comes beyond is held for one decision of a person; 0 holds
    everything."""


class RestoreRules(StrictModel, frozen=True, kw_only=True):
    """What is done about alerts."""

    rules: Annotated[tuple[RestoreRule, ...], Meta(max_length=100)] = ()
    templates: Annotated[tuple[Template, ...], Meta(max_length=100)] = ()
    mappings: Annotated[tuple[Mapping, ...], Meta(max_length=20)] = ()
    max_alert_age: _AlertAge = "PT1H"
    hold_for: _Hold = "PT4H"

    @property
    def max_alert_age_s(self) -> float:
        """How old an alert may be that is acted on."""
        return seconds_of(self.max_alert_age)

    @property
    def hold_for_s(self) -> float:
        """How long held restores wait for a decision."""
        return seconds_of(self.hold_for)


NONE = RestoreRules()
