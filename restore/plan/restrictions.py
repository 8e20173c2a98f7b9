"""What Azure Backup does not restore, or not so: one table, with where Microsoft says it.

The plan reads it, the checks before each restore, and the simulated Azure; docs/azure-support.md is
made of it (`python -m tools.azure_support`). A source is as old as its date: where Azure takes more
by now, the row goes.
"""

from collections.abc import Iterator

from restore.messages.errors import NotSupported
from restore.plan import point_restrictions, target_restrictions
from restore.plan.traits import Restriction, Traits
from restore.values.problem import Problem

TABLE: tuple[Restriction, ...] = (*target_restrictions.ROWS, *point_restrictions.ROWS)


def met(traits: Traits) -> Iterator[Restriction]:
    """Say which restrictions a restore meets."""
    return (row for row in TABLE if row.applies(traits))


def require_none(traits: Traits) -> None:
    """Check that no restriction stands against a restore. Raises NotSupported."""
    against = [row for row in met(traits) if row.severity == "blocking"]
    if against:
        problems = [
            Problem(path=row.path, message=f"{row.says(traits)} {row.action}") for row in against
        ]
        raise NotSupported(problems, code=against[0].code)
