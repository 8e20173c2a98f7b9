"""Loads the app for the host: what cannot be loaded becomes one plain sentence.

How an app is loaded is the worker's; here its failures get words, and functions that this host
has nothing for are left out by name.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

from devhost.app_frames import app_frames
from devhost.invoke import unsupported
from devhost.starting import BadStart
from devhost.worker import AppError, LoadedFunction, Worker

_log = logging.getLogger(__name__)


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


def runnable(functions: Iterable[LoadedFunction]) -> list[LoadedFunction]:
    """The functions that this host can run; each other one is named in the log."""
    kept = []
    for function in functions:
        if kind := unsupported(function):
            _log.warning("%s is left out: devhost has no %s binding", function.name, kind)
        else:
            kept.append(function)
    return kept


def _last_line_of_app(error: Exception, app_dir: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({Path(error.filename).name} line {error.lineno})"
    own = app_frames(error.__traceback__, app_dir)
    return f" ({Path(own[-1].filename).name} line {own[-1].lineno})" if own else ""
