"""Files that are deployed beside the app, such as a policy that a setting names."""

from pathlib import Path

_APP = Path(__file__).resolve().parents[1]


def read(name: str) -> str:
    """Read a text by its name in the app's folder, or by its full path. Raises OSError, and
    ValueError when it is no UTF-8."""
    return (_APP / name).read_text(encoding="utf-8-sig")
