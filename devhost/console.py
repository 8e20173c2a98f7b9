"""The host's log as people read it: one line per event, time first, no secrets, no noise."""

import logging
import re
import sys

from rich.console import Console
from rich.text import Text

_STYLES = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}
_QUIET = ("azure", "urllib3", "asyncio", "aiohttp", "msal", "opentelemetry")
_SECRET = re.compile(
    r"(?i)((?:sig|code|AccountKey|SharedAccessSignature|password|client_secret|"
    r"access_token)=|Bearer\s+)[^\s&;'\"]+"
)


def hide_secrets(text: str) -> str:
    """Blank what follows sig=, code=, AccountKey=, Bearer and their like."""
    return _SECRET.sub(r"\1***", text)


class LineHandler(logging.Handler):
    """Prints a record as one line, with the stack beneath it where there is one."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = Text(self.formatter_time(record), style="dim")
            line.append(hide_secrets(self.format(record)), _STYLES.get(record.levelname, "default"))
            self._console.print(line, soft_wrap=True)
        except Exception:  # a log line must never take the host down
            self.handleError(record)

    def formatter_time(self, record: logging.LogRecord) -> str:
        assert self.formatter is not None
        return self.formatter.formatTime(record, "%H:%M:%S ")


def log_to_console(level: int = logging.INFO, *, quiet: bool = True) -> Console:
    """Send the log to standard error, and keep the host's own libraries quiet. An app keeps its own
    so by itself, or shows that it does not: nobody does it for it in Azure."""
    console = Console(file=sys.stderr, highlight=False, emoji=False, markup=False)
    logging.basicConfig(level=level, handlers=[LineHandler(console)], force=True)
    for name in _QUIET if quiet else ():
        logging.getLogger(name).setLevel(logging.WARNING)
    if quiet:  # the storage clients warn about every conflict that they then raise anyway
        logging.getLogger("azure.core").setLevel(logging.ERROR)
    return console
