"""Claims: for a minute only one of those who find the same document left over works on it.

A claim is a conditional write into the document itself. It is no promise: who claims may die, and
then another one does the same again.
"""

from datetime import datetime, timedelta

from restore.values.decoding import decode
from storage.documents import Changed, Documents, Versioned

LASTS = timedelta(minutes=1)

_CLAIM = "claimedUntil"


def claim(documents: Documents, name: str, found: Versioned, now: datetime) -> bool:
    """Whether it is ours for the next minute."""
    claimed = found.document.get(_CLAIM)
    if claimed is not None and now < decode(claimed, datetime):
        return False
    until = (now + LASTS).isoformat()
    try:
        documents.replace(name, found.document | {_CLAIM: until}, found.version, {})
    except Changed:
        return False
    return True
