"""Loads the app: what cannot be loaded becomes one plain sentence.

How an app is loaded is the worker's; here its failures get words, whichever worker it is.
"""

import re
import traceback
from pathlib import Path

from devhost.app_frames import is_app_file
from devhost.starting import BadStart
from devhost.worker import AppError, Worker

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


def load_app(app_dir: Path) -> Worker:
    """Load function_app.py; BadStart when there is none, it fails, or it has no functions."""
    try:
        worker = Worker(app_dir)
    except AppError as error:
        raise BadStart(f"The app cannot be loaded: {error}.") from error
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        stack = "".join(traceback.format_exception(error))
        raise cannot_be_loaded(said, stack, app_dir) from error
    if not worker.functions:
        raise BadStart(f"The app in {app_dir} has no functions.")
    return worker


def cannot_be_loaded(said: str, stack: str, app_dir: Path) -> BadStart:
    """The sentence for an exception at the app's import, with the app's last line in it."""
    own = [(name, line) for name, line in _FRAME.findall(stack) if is_app_file(name, app_dir)]
    where = f" ({Path(own[-1][0]).name} line {own[-1][1]})" if own else ""
    first_line = said.partition("\n")[0].removesuffix(".")
    return BadStart(f"The app cannot be loaded: {first_line}{where}.")
