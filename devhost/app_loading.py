"""Loads the app for the host: what cannot be loaded becomes one plain sentence.

How an app is loaded is the worker's; here its failures get words, and functions that this host
has nothing for are left out by name.
"""

import logging
import traceback
from collections.abc import Iterable
from pathlib import Path

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
    root = str(app_dir.resolve())
    # Our own frames lie in the same tree when the app is this project.
    foreign = ("site-packages", f"{root}/devhost/")
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(root) and not any(part in frame.filename for part in foreign)
    ]
    return f" ({Path(own[-1].filename).name} line {own[-1].lineno})" if own else ""
