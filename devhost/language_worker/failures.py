"""How a call fails: its function raised, or the worker process exited under it."""

import traceback
from pathlib import Path

from devhost.app_frames import app_frames

_UNTOLD = "Unhandled exception in function. Could not serialize original exception message."


class WorkerFailure(Exception):
    """A function raised; str() is what the Functions host makes of it."""

    def __init__(self, message: str, stack: str) -> None:
        super().__init__(message)
        self.message = message
        self.stack = stack

    def __str__(self) -> str:
        return f"Result: Failure\nException: {self.message}\nStack: {self.stack}"

    @property
    def told(self) -> str:
        """For the log: the message, with the stack beneath it where there is one."""
        return f"{self.message}\n{self.stack}".rstrip()

    @classmethod
    def of(cls, error: BaseException, app_dir: Path | None = None) -> "WorkerFailure":
        """What a worker says of an exception: type and text, and the whole of its stack with the
        exceptions that it came from. Frames before the app's first are no news to anybody."""
        told = traceback.TracebackException.from_exception(error)
        own = app_frames(error.__traceback__, app_dir) if app_dir is not None else []
        if own:
            told.stack = traceback.StackSummary.from_list(told.stack[told.stack.index(own[0]) :])
        return cls(_message(error), "".join(told.format()))


class WorkerExited(WorkerFailure):
    """The worker process exited in the middle of the call; str() is what the host says of it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"python exited with code {code} (0x{code:X})", "")

    def __str__(self) -> str:
        return self.message


def _message(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # its own __str__ may raise anything
        return _UNTOLD
