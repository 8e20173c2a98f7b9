"""Which part of a stack trace is the app's own: the part a developer wants to see."""

import traceback
from pathlib import Path
from types import TracebackType

_OURS = str(Path(__file__).resolve().parent)


def app_frames(trace: TracebackType | None, app_dir: Path) -> list[traceback.FrameSummary]:
    """The frames in the app's folder, without packages installed there and without this host's."""
    root = str(app_dir.resolve())
    return [
        frame
        for frame in traceback.extract_tb(trace)
        if frame.filename.startswith(root)
        and not frame.filename.startswith(_OURS)
        and "site-packages" not in frame.filename
    ]


def app_stack(trace: TracebackType | None, app_dir: Path) -> str:
    """The stack from the app's first frame on; all of it when the app has none in it."""
    frames = traceback.extract_tb(trace)
    own = app_frames(trace, app_dir)
    first = frames.index(own[0]) if own else 0
    return "".join(traceback.format_list(frames[first:]))
