"""How a call fails: its function raised, or the worker process exited under it."""

import traceback


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
    def of(cls, error: BaseException) -> "WorkerFailure":
        trace = error.__traceback__
        # Our own frame is no news to the reader of a failed function.
        own = trace.tb_next if trace is not None and trace.tb_next is not None else trace
        stack = "".join(traceback.format_tb(own))
        return cls(f"{type(error).__name__}: {error}", stack)


class WorkerExited(WorkerFailure):
    """The worker process exited in the middle of the call; str() is what the host says of it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"python exited with code {code} (0x{code:X})", "")

    def __str__(self) -> str:
        return self.message
