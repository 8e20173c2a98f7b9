"""The lines in the app's log of what runs in an activity (restore/messages/log_line.py): each says
what that activity is about, as its orchestration has told it."""

import logging

import msgspec

from arm import activity_scope
from restore.messages.log_line import LogLine

_log = logging.getLogger(__name__)


def write(line: LogLine) -> None:
    """Write a line; what it does not say itself of what it is about, the activity here does."""
    if _log.isEnabledFor(line.level):
        about = activity_scope.about().known(line.about)
        _log.log(line.level, "%s", msgspec.structs.replace(line, about=about))
