"""A hub left over from another app: its orchestrations would fail here, so this app does not start.

The engine fails an orchestration that the app does not have ("The function 'f' doesn't exist"), as
soon as anything happens to it, and keeps no mark of whose it was. What is finished harms nobody.
"""

from collections import Counter
from collections.abc import Iterable

from devhost.engine.seam import FINISHED
from devhost.remote.storage import Account
from devhost.starting import BadStart

_NAMED_MAX = 3


def check_hub(account: Account, hub: str, orchestrators: Iterable[str]) -> None:
    """Refuse a hub that holds unfinished orchestrations which this app does not have."""
    if not account.has_key:
        return
    known = {name.lower() for name in orchestrators}
    foreign = Counter(
        {n: k for n, k in _unfinished(account, hub).items() if n.lower() not in known}
    )
    if not foreign:
        return
    count = foreign.total()
    named = ", ".join(name for name, _ in foreign.most_common(_NAMED_MAX))
    more = ", ..." if len(foreign) > _NAMED_MAX else ""
    things = "an unfinished orchestration" if count == 1 else f"{count} unfinished orchestrations"
    raise BadStart(
        f"The hub {hub} holds {things} of another app ({named}{more}), which would fail here: "
        "give this app a hub of its own with --hub NAME, or start Azurite afresh without its data."
    )


def _unfinished(account: Account, hub: str) -> Counter[str]:
    condition = " and ".join(f"RuntimeStatus ne '{status}'" for status in sorted(FINISHED))
    rows = account.rows(f"{hub}Instances", condition, "Name")
    return Counter(str(row.get("Name") or "") for row in rows)
