"""How many restores of one VM there may be in a day, counted from the vault's own job list.

The list also holds what people started in the portal: whoever asks, Azure does the work, and a VM
that is restored again and again is in trouble that another restore does not end. The list may lag
by minutes: what this app has begun itself, and the list does not show yet, counts too.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from restore.messages.errors import PolicyRefused
from restore.messages.model import JobSnapshot
from restore.policy.rules import Policy
from restore.values.problem import Problem
from restore.values.times import stamp

DAY = timedelta(hours=24)
_PEOPLE = "http"


def unlisted(begun: Mapping[str, datetime], listed: Iterable[JobSnapshot]) -> list[datetime]:
    """Return when those jobs of our own began that a list does not show."""
    shown = {job.job_id for job in listed}
    return [at for job_id, at in begun.items() if job_id not in shown]


def begun_within_a_day(
    of_vm: Iterable[JobSnapshot], unlisted: Iterable[datetime], vault_time: datetime
) -> tuple[datetime, ...]:
    """Return when the VM's restores of the last day began.

    A job that does not say when it began counts: it may have begun today.
    """
    times = [*(job.start_time or vault_time for job in of_vm), *unlisted]
    return tuple(sorted(time for time in times if time > vault_time - DAY))


def check(policy: Policy, times: Iterable[datetime], source: str, vault_time: datetime) -> None:
    """Count a VM's restores by when they began. Raises PolicyRefused when the quota is spent."""
    begun = sorted(time for time in times if time > vault_time - DAY)
    limit = policy.restores_per_vm_per_day
    text = f"the policy allows {limit} (restoresPerVmPerDay)"
    if source != _PEOPLE and policy.reserved_for_people:
        limit -= policy.reserved_for_people
        text += (
            f", the last {policy.reserved_for_people} only for people, by HTTP (reservedForPeople)"
        )
    if len(begun) < limit:
        return
    said = f"{len(begun)} restores of this VM began in the last 24 hours; {text}"
    if limit > 0:
        free_at = begun[len(begun) - limit] + DAY
        said += f". The next one is allowed at {stamp(free_at)}"
    raise PolicyRefused(
        f"The VM's quota of restores is spent: {said}.",
        code="QuotaSpent",
        problems=[Problem(path="$.sourceResourceId", message=said)],
        doing="count the VM's restores",
    )
