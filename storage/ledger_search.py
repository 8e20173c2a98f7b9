"""Finding requests in the ledger by what their labels say: for what is asked seldom, and must be
certain. A ledger of ten thousand requests is two calls.
"""

from collections.abc import Iterator

from restore.messages import names
from storage.documents import lines
from storage.labels import quoted
from storage.ledger import Ledger

_PAGE_SIZE = 5_000
"""As many as one call to the storage account lists."""


def ids_with(ledger: Ledger, label: str, value: str, folder: str = names.ENTRIES) -> Iterator[str]:
    """Return the ids of all requests (or of all other attempts) that have this label, in any case.
    Raises ServiceUnavailable."""
    wanted = quoted({label: value})[label].lower()
    for line in lines(ledger.documents, folder, _PAGE_SIZE):
        if line.labels.get(label, "").lower() == wanted:
            yield line.name.partition("/")[2]
