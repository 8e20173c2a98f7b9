"""Which part of a stack trace is the app's own: the part a developer wants to see."""

import traceback
from pathlib import Path
from types import TracebackType

_OURS = str(Path(__file__).resolve().parent)


def app_frames(trace: TracebackType | None, app_dir: Path) -> list[traceback.FrameSummary]:
    """The frames in the app's folder, without packages installed there and without this host's."""
    return [frame for frame in traceback.extract_tb(trace) if is_app_file(frame.filename, app_dir)]


def is_app_file(filename: str, app_dir: Path) -> bool:
    """Whether a file is the app's own."""
    return (
        filename.startswith(str(app_dir.resolve()))
        and not filename.startswith(_OURS)
        and "site-packages" not in filename
    )
