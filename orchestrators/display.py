"""What an orchestration shows of itself: its custom status, and a line of the log for each change.

Both while it runs for the first time only: a replay shows the same status, and writes no line.
"""

import logging
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
import msgspec

from restore.messages.log_line import LogContext, LogLine
from restore.progress import custom_status, status_lines

_log = logging.getLogger(__name__)


class Display:
    """One orchestration's. `about` says at any time what it is about; a child whose parent has
    shown the status that it begins with tells only what is new after that (`is_told`)."""

    def __init__(
        self,
        context: df.DurableOrchestrationContext,
        function: str,
        about: Callable[[], LogContext] = LogContext,
        *,
        is_told: bool = False,
    ) -> None:
        self.context = context
        self._function = function
        self._about = about
        self._shown: dict[str, Any] | None = None if is_told else {}

    def show(self, status: dict[str, Any]) -> None:
        """Set the custom status: the only way to, for one that is too large ends the
        orchestration."""
        self.context.set_custom_status(custom_status.fitted(status))
        before, self._shown = self._shown, status
        if before is not None and not self.context.is_replaying:
            for line in status_lines.of_change(before, status):
                self.tell(line)

    def tell(self, line: LogLine) -> None:
        """Write a line of the log."""
        if not self.context.is_replaying and _log.isEnabledFor(line.level):
            own = LogContext(function=self._function).known(self.about())
            _log.log(line.level, "%s", msgspec.structs.replace(line, about=own.known(line.about)))

    def about(self) -> LogContext:
        """Return what is known now: activities write it too."""
        return self._about().known(LogContext(instance_id=self.context.instance_id))
