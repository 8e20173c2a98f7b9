"""When a timer trigger is due: the six fields of NCRONTAB, or a time span.

Pure: the time is always an argument, and always UTC, as in Azure without WEBSITE_TIME_ZONE.
"""

from datetime import datetime, timedelta

from croniter import croniter

from devhost.app_files import seconds
from devhost.starting import BadStart

_ALIASES = {
    "@yearly": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}


class Schedule:
    """One timer's rhythm; BadStart when its text says none."""

    def __init__(self, text: str) -> None:
        self._period: timedelta | None = None
        self._fields = _ALIASES.get(text.strip().lower(), text.strip())
        if ":" in self._fields:
            try:
                self._period = timedelta(seconds=seconds(self._fields))
            except ValueError as error:
                raise BadStart(f"{error}, nor an NCRONTAB expression.") from error
        elif len(self._fields.split()) not in (5, 6) or not self._is_cron():
            raise BadStart(
                f"{text!r} is no NCRONTAB expression: six fields, seconds first, such as "
                "'0 */5 * * * *'."
            )

    def after(self, moment: datetime) -> datetime:
        """The first time it is due after a moment."""
        if self._period is not None:
            return moment + self._period
        return self._cron(moment)

    def is_frequent(self, moment: datetime) -> bool:
        """Whether it comes more often than once a minute: then no last run is remembered."""
        first = self.after(moment)
        return self.after(first) - first < timedelta(minutes=1)

    def _cron(self, moment: datetime) -> datetime:
        with_seconds = len(self._fields.split()) == 6
        turns = croniter(self._fields, moment, second_at_beginning=with_seconds)
        found: datetime = turns.get_next(datetime)
        return found

    def _is_cron(self) -> bool:
        with_seconds = len(self._fields.split()) == 6
        return bool(croniter.is_valid(self._fields, second_at_beginning=with_seconds))
