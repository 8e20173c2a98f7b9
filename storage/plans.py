"""The plans that were made, by their hash: what a later request is compared with.

A plan is a document that never changes: its name is the hash of what it holds.
"""

from typing import Any

from restore.messages import names
from storage.documents import Documents, Taken


def keep(documents: Documents, plan_hash: str, subject: dict[str, Any]) -> None:
    """Keep what a plan was about. Repeatable."""
    try:
        documents.create(_name(plan_hash), subject, {})
    except Taken:
        return


def read(documents: Documents, plan_hash: str) -> dict[str, Any] | None:
    """Return what a plan was about; None when no such plan was made here."""
    found = documents.read(_name(plan_hash))
    return None if found is None else found.document


def _name(plan_hash: str) -> str:
    return f"{names.PLANS}{plan_hash}"
