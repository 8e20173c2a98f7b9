"""What of the settings cannot work together, each right by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from restore.messages.poll_policy import CONNECT_S_MAX
from restore.values import host_json
from restore.values.times import seconds_of

if TYPE_CHECKING:
    from restore.settings import Settings

STORAGE_S = 90.0
"""One call to the app's storage account with all its tries: 3 times 25 s, and pauses."""


def problems_of(settings: Settings) -> Iterator[str]:
    """Say what of the settings cannot work together."""
    if settings.is_entra and not settings.website_auth_enabled:
        yield (
            "RESTORE_AUTHENTICATION is entra-id, but App Service authentication is not on "
            "(WEBSITE_AUTH_ENABLED, which Azure sets): turn it on, or use function-keys."
        )
    if settings.restore_poll_s_min > settings.restore_poll_s_max:
        yield "RESTORE_POLL_S_MIN is greater than RESTORE_POLL_S_MAX."
    keep_s = timedelta(days=settings.restore_keep_d).total_seconds()
    for rule in settings.restore_rules.rules if settings.restore_rules else ():
        if seconds_of(rule.quiet_period) > keep_s:
            yield f"RESTORE_RULES: quietPeriod of {rule.name} is longer than RESTORE_KEEP_D."
    timeout_s = settings.arm_timeout_s
    calls_s = 2 * (CONNECT_S_MAX + timeout_s)  # one that reads and one that writes, to their ends
    if calls_s > settings.activity_s:
        yield (
            f"ARM_TIMEOUT_S ({timeout_s:g}) does not fit into functionTimeout "
            f"({settings.function_timeout_s:g} s): it needs {calls_s + STORAGE_S:g} s. Lower the "
            f"first, or raise the second ({host_json.OVERRIDE}, or host.json)."
        )
