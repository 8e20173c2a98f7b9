"""Documents in which whoever writes finds what was written, and nobody else does: for a dry run,
which so comes to what the run itself would come to.
"""

from itertools import count

from storage.documents import Changed, Document, Documents, Labels, Page, Taken, Versioned

_OURS = "unwritten-"


class Unwritten:
    """Reads through to other documents, and keeps what is written for itself."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._kept: dict[str, Versioned | None] = {}
        self._numbers = count()

    def read(self, name: str) -> Versioned | None:
        """Read one document; None when there is none, or it was removed here."""
        return self._kept[name] if name in self._kept else self._documents.read(name)

    def create(self, name: str, document: Document, labels: Labels) -> str:
        """Create a document and return its version. Raises Taken when the name is in use."""
        del labels
        if self.read(name) is not None:
            raise Taken(name)
        return self._keep(name, document)

    def replace(self, name: str, document: Document, version: str, labels: Labels) -> str:
        """Replace exactly this version and return the new one. Raises Changed otherwise."""
        del labels
        found = self.read(name)
        if found is None or found.version != version:
            raise Changed(name)
        return self._keep(name, document)

    def put(self, name: str, document: Document) -> None:
        """Write a document, whatever was there before."""
        self._keep(name, document)

    def remove(self, name: str) -> None:
        """Remove a document; one that is not there is no error."""
        self._kept[name] = None

    def page(self, prefix: str, size: int, token: str | None) -> Page:
        """List what is written indeed."""
        return self._documents.page(prefix, size, token)

    def folders(self) -> frozenset[str]:
        """Return the folders of what is written indeed."""
        return self._documents.folders()

    def _keep(self, name: str, document: Document) -> str:
        version = f"{_OURS}{next(self._numbers)}"
        self._kept[name] = Versioned(document, version)
        return version
