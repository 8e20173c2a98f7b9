"""What of the settings cannot work together, each right by itself."""

from collections.abc import Iterator

from restore.alerts.restore_rules import RestoreRules
from restore.messages.poll_policy import CONNECT_S_MAX
from restore.notify.receivers import Notify
from restore.values import host_json
from restore.values.times import seconds_of

STORAGE_S = 90.0
"""One call to the app's storage account with all its tries: 3 times 25 s, and two pauses of some
seconds (storage/connection.py)."""
_DAY_S = 86_400.0


def in_authentication(is_entra: bool, is_on: bool) -> Iterator[str]:
    """Callers are known by Entra ID only while Azure asks them."""
    if is_entra and not is_on:
        yield (
            "RESTORE_AUTHENTICATION is entra-id, but App Service authentication is not on "
            "(WEBSITE_AUTH_ENABLED, which Azure sets): turn it on, or use function-keys."
        )


def in_polls(s_min: float, s_max: float) -> Iterator[str]:
    """The shortest wait between polls is not longer than the longest."""
    if s_min > s_max:
        yield "RESTORE_POLL_S_MIN is greater than RESTORE_POLL_S_MAX."


def in_quiet_periods(rules: RestoreRules | None, keep_d: float) -> Iterator[str]:
    """Alerts are remembered for as long as a rule is quiet after one."""
    for rule in rules.rules if rules else ():
        if seconds_of(rule.quiet_period) > keep_d * _DAY_S:
            yield f"RESTORE_RULES: quietPeriod of {rule.name} is longer than RESTORE_KEEP_D."


def in_keeping(notify: Notify | None, keep_d: float) -> Iterator[str]:
    """A notification that waits is there for as long as it is tried: one that is dropped is told,
    and one that is deleted is not."""
    if notify and notify.receivers and notify.keep_for_s > keep_d * _DAY_S:
        yield "RESTORE_NOTIFY: keepFor is longer than RESTORE_KEEP_D."


def in_timeouts(
    arm_timeout_s: float, activity_s: float, function_timeout_s: float
) -> Iterator[str]:
    """An activity ends before the host ends all of them. All are in seconds."""
    calls_s = 2 * (CONNECT_S_MAX + arm_timeout_s)  # one that reads, one that writes, to their ends
    if calls_s > activity_s:
        yield (
            f"ARM_TIMEOUT_S ({arm_timeout_s:g}) does not fit into functionTimeout "
            f"({function_timeout_s:g} s): it needs {calls_s + STORAGE_S:g} s. Lower the "
            f"first, or raise the second ({host_json.OVERRIDE}, or host.json)."
        )
