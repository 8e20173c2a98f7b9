"""How much each rule has begun and holds, and which alert each VM was restored for last: documents
changed by conditional writes (restore/alerts/rate_limits.py says what they mean).

They are what keeps a storm from restoring a fleet. Of two runs that compete for the last place of a
rule one is held.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from restore.alerts.rate_limits import RuleUsage, VmUsage
from restore.messages import names
from restore.values.arm_ids import lower_as_azure
from restore.values.rewriting import rewritten
from storage.documents import RACES_MAX, Changed, Documents, Taken, contended, lines

T = TypeVar("T")

RULES = "alert-rules/"
_PAGE_SIZE = 200
"""There are at most 100 rules, and those of earlier rule files."""
_HOLDS = "holds"


def rule(documents: Documents, name: str) -> RuleUsage:
    """Return what a rule has begun and holds. Raises ServiceUnavailable."""
    found = documents.read(f"{RULES}{name}")
    return RuleUsage() if found is None else RuleUsage.from_json(found.document)


def change_rule(
    documents: Documents, name: str, change: Callable[[RuleUsage], tuple[RuleUsage, T]]
) -> T:
    """Change what a rule has begun and holds; return what the change says. Raises
    ServiceUnavailable."""
    for _ in range(RACES_MAX):
        found = documents.read(f"{RULES}{name}")
        before = RuleUsage() if found is None else RuleUsage.from_json(found.document)
        after, said = change(before)
        if after == before:
            return said
        labels = {_HOLDS: str(len(after.hold.held))} if after.hold else {}
        try:
            if found is None:
                documents.create(f"{RULES}{name}", after.as_json(), labels)
            else:
                document = rewritten(found.document, before, after)
                documents.replace(f"{RULES}{name}", document, found.version, labels)
        except (Changed, Taken):
            continue
        return said
    raise contended("count a rule's restores")


def holding(documents: Documents) -> Iterator[str]:
    """Find the rules of which something is held. Raises ServiceUnavailable."""
    for line in lines(documents, RULES, _PAGE_SIZE):
        if _HOLDS in line.labels:
            yield line.name.removeprefix(RULES)


def vm(documents: Documents, vm_id: str) -> VmUsage | None:
    """Return the alert that a VM was restored for last. Raises ServiceUnavailable."""
    found = documents.read(_vm_name(vm_id))
    return None if found is None else VmUsage.from_json(found.document)


def change_vm(
    documents: Documents, vm_id: str, change: Callable[[VmUsage | None], VmUsage | None]
) -> None:
    """Change what is noted of a VM; None: leave it as it is. Raises ServiceUnavailable."""
    name = _vm_name(vm_id)
    for _ in range(RACES_MAX):
        found = documents.read(name)
        before = None if found is None else VmUsage.from_json(found.document)
        after = change(before)
        if after is None or after == before:
            return
        try:
            if found is None or before is None:
                documents.create(name, after.as_json(), {})
            else:
                document = rewritten(found.document, before, after)
                documents.replace(name, document, found.version, {})
        except (Changed, Taken):
            continue
        return
    raise contended("note which alert a VM was restored for")


def _vm_name(vm_id: str) -> str:
    digest = hashlib.sha256(lower_as_azure(vm_id).encode(errors="surrogatepass")).hexdigest()
    return f"{names.ALERT_VMS}{digest}"
