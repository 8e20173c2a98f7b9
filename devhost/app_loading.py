"""Loads the app: what cannot be loaded becomes one plain sentence.

How an app is loaded is the worker's; here its failures get words.
"""

from pathlib import Path

from devhost.app_frames import app_frames
from devhost.starting import BadStart
from devhost.worker import AppError, Worker


def load_app(app_dir: Path) -> Worker:
    """Load function_app.py; BadStart when there is none, it fails, or it has no functions."""
    if not app_dir.is_dir():
        raise BadStart(f"There is no folder {app_dir}.")
    try:
        worker = Worker(app_dir)
    except AppError as error:
        raise BadStart(f"The app cannot be loaded: {error}.") from error
    except Exception as error:
        text = f"{type(error).__name__}: {error}".partition("\n")[0]
        where = _last_line_of_app(error, app_dir)
        raise BadStart(f"The app cannot be loaded: {text}{where}.") from error
    if not worker.functions:
        raise BadStart(f"The app in {app_dir} has no functions.")
    return worker


def _last_line_of_app(error: Exception, app_dir: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({Path(error.filename).name} line {error.lineno})"
    own = app_frames(error.__traceback__, app_dir)
    return f" ({Path(own[-1].filename).name} line {own[-1].lineno})" if own else ""
