"""What RESTORE_NOTIFY is made of: who is told of which events, and what each receiver needs.

From JSON to a Notify leads notify_text.py. No secret stands in it: where an address or a key is
one, the name of the setting that holds it does.
"""

from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from restore.values.structs import StrictModel
from restore.values.times import seconds_of

Kind = Literal["webhook", "teams", "slack", "pagerduty", "eventGrid"]
EventKind = Literal[
    "accepted", "approval-reminder", "approval-requested", "duplicate", "fallback", "finished",
    "planned", "poisoned", "rejected", "restores-held", "started", "verifying",
]  # fmt: skip
Severity = Literal["info", "warning", "error"]
RECEIVERS_MAX = 20
SETTING = r"^RESTORE_NOTIFY_[A-Z0-9_]{1,60}$"
"""Names of their own: no other setting, such as the storage account's, is sent out by mistake."""

_HOST = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?$"
_Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$",
        description="What health, status and log call this receiver.",
        extra={"says": "must be 1 to 30 of a-z 0-9 -, not at either end"},
    ),
]
_Setting = Annotated[
    str,
    Meta(
        pattern=SETTING,
        description="The name of the setting that holds it, which may be a Key Vault reference.",
        extra={"says": "must be the name of a setting that begins with RESTORE_NOTIFY_"},
    ),
]
_Host = Annotated[
    str,
    Meta(
        pattern=_HOST,
        description="A host in small letters, with its port where that is not 443.",
        extra={"says": "must be a host in small letters, such as hooks.example.com"},
    ),
]
_Url = Annotated[
    str,
    Meta(
        max_length=2048,
        pattern=r"^https?://[^\s/?#]+(/\S*)?$",
        description="https, and no secret in it.",
        extra={"says": "must be an https URL"},
    ),
]
_Keep = Annotated[
    str,
    Meta(
        max_length=40,
        description="ISO 8601: how long a notification is tried before it is dropped, PT1H to P7D.",
        extra={"duration": ("PT1H", "P7D")},
    ),
]


class Receiver(StrictModel, frozen=True, kw_only=True):
    """Somebody who is told, and of what."""

    name: _Name
    kind: Kind
    url: _Url | None = None
    """Of webhook and eventGrid: the address, if it is no secret. Of pagerduty: another one than
    PagerDuty's own."""
    url_setting: _Setting | None = None
    """Of webhook, teams and slack: the setting that holds the address; its host must be one of
    `hosts`."""
    token_setting: _Setting | None = None
    """Of webhook: the setting that holds a bearer token."""
    key_setting: _Setting | None = None
    """Of webhook: the setting that holds a key of the Standard Webhooks specification (whsec_…); of
    pagerduty: the integration's routing key."""
    handshake: bool = True
    """Of webhook: first ask by OPTIONS whether it wants events, as CloudEvents' webhook
    specification has it."""
    region: Literal["us", "eu"] = "us"
    """Of pagerduty: where the account is."""
    events: Annotated[tuple[EventKind, ...], Meta(min_length=1, max_length=20)] | None = None
    """Absent: all."""
    min_severity: Severity = "info"
    """Nothing below it."""


class Notify(StrictModel, frozen=True, kw_only=True):
    """Everybody who is told."""

    receivers: Annotated[tuple[Receiver, ...], Meta(max_length=RECEIVERS_MAX)]
    hosts: Annotated[tuple[_Host, ...], Meta(max_length=50)] = ()
    """Where addresses that stand in other settings may lead."""
    keep_for: _Keep = "P1D"

    @property
    def keep_for_s(self) -> float:
        """How long a notification is tried."""
        return seconds_of(self.keep_for)

    def named(self, name: str) -> Receiver | None:
        """Return the receiver of a name."""
        return next((each for each in self.receivers if each.name == name), None)


class Fields(NamedTuple):
    """Which fields a kind of receiver has."""

    needs: tuple[tuple[str, ...], ...]
    """Of each group exactly one."""
    takes: tuple[str, ...] = ()


FIELDS: dict[Kind, Fields] = {
    "webhook": Fields((("url", "urlSetting"),), ("tokenSetting", "keySetting", "handshake")),
    "teams": Fields((("urlSetting",),)),
    "slack": Fields((("urlSetting",),)),
    "pagerduty": Fields((("keySetting",),), ("region", "url")),
    "eventGrid": Fields((("url",),)),
}
COMMON = ("name", "kind", "events", "minSeverity")
NOBODY = Notify(receivers=())


def settings_of(notify: Notify) -> set[str]:
    """Return the names of all settings that hold an address or a key."""
    return {name for each in notify.receivers for name in secrets_of(each)}


def secrets_of(receiver: Receiver) -> tuple[str, ...]:
    """Return the names of the settings that hold an address or a key of a receiver."""
    named = (receiver.url_setting, receiver.token_setting, receiver.key_setting)
    return tuple(name for name in named if name is not None)
