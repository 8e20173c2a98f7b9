"""The lines in the app's log of what runs in an activity (restore/messages/log_line.py): each says
what that activity is about, as its orchestration has told it. The libraries beneath are kept quiet.
"""

import logging

import msgspec

from arm import activity_scope
from restore.messages.log_line import LogLine

_log = logging.getLogger(__name__)

_LIBRARIES = {
    "azure.core": logging.WARNING,  # at INFO two records for each call
    "azure.identity": logging.WARNING,
    "azure.monitor": logging.WARNING,
    "msal": logging.WARNING,
    "urllib3": logging.ERROR,  # its warnings quote URLs, and with them signatures
}
for _library, _level in _LIBRARIES.items():
    logging.getLogger(_library).setLevel(_level)


def write(line: LogLine) -> None:
    """Write a line; what it does not say itself of what it is about, the activity here does."""
    if _log.isEnabledFor(line.level):
        about = activity_scope.about().known(line.about)
        _log.log(line.level, "%s", msgspec.structs.replace(line, about=about))
