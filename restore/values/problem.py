"""One thing that is wrong, and where."""

from restore.values.structs import Model


class Problem(Model, frozen=True, kw_only=True):
    """One thing wrong with a request, at a JSON path such as `$.zones[0]`."""

    path: str
    message: str
