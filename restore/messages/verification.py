"""Looking whether a restored VM works, once Azure says that the restore is done: what is asked for,
what is seen, and what it comes to. The orders that go with it are in verification_io.py.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from restore.messages.field_types import Within
from restore.values import probe_urls
from restore.values.structs import Model, StrictModel
from restore.values.times import seconds_of

Check = Literal["VmRunning", "AgentReady", "ProbeAnswered"]

_Probe = Annotated[
    str,
    Meta(
        max_length=500,
        pattern=probe_urls.PATTERN,
        extra={"says": probe_urls.SAYS, "trimmed": True},
    ),
]


class Verify(StrictModel, frozen=True, kw_only=True):
    """What to look at when Azure's job is done. Each check has its own time, and what one leaves of
    it is the next one's."""

    running_within: Within = "PT10M"
    """The VM exists and runs."""
    agent: bool = True
    """Its agent reports that it is ready."""
    agent_within: Within = "PT15M"
    probe: _Probe | None = None
    """`https://host/path`, `http://host/path` (the status must be 200 to 299) or `tcp://host:port`
    (a connection must open). The policy says which ones are allowed."""
    probe_within: Within = "PT10M"

    @property
    def checks(self) -> tuple[tuple[Check, float], ...]:
        """The checks in their order, each with its seconds."""
        return (
            ("VmRunning", seconds_of(self.running_within)),
            *((("AgentReady", seconds_of(self.agent_within)),) if self.agent else ()),
            *((("ProbeAnswered", seconds_of(self.probe_within)),) if self.probe else ()),
        )


class CheckResult(Model, frozen=True, kw_only=True):
    """What one check came to."""

    check: Check
    passed: bool
    text: str
    at: datetime
    code: str | None = None
    """Of one that did not pass: why."""


class Verification(Model, frozen=True, kw_only=True):
    """What all checks came to: the verdict's `verification`. After one that did not pass there are
    no more."""

    verified: bool
    checks: tuple[CheckResult, ...] = ()


class VmState(Model, frozen=True, kw_only=True):
    """What one look at a VM saw. Words are as Azure documents them; "other: …" if it does not."""

    exists: bool
    provisioning: str = ""
    """provisioningState."""
    power: str = ""
    """The power state, such as running or deallocated; none: Azure does not say."""
    agent: str = ""
    """The code of its status, such as ProvisioningState/succeeded; none: it reports none."""
    agent_text: str = ""
    agent_at: datetime | None = None
    """When the agent reported it."""
    created_at: datetime | None = None


class ProbeResult(Model, frozen=True, kw_only=True):
    """What one probe came to; without a code it passed."""

    text: str
    code: str | None = None
