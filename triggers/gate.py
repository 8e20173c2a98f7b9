"""What a request passes before its handler sees it.

While a setting of the app is wrong nothing new may be started: the app could judge by a policy, or
wait at a pace, that nobody has set. What is shown, decided and cancelled is of restores that were
accepted before, and goes on.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import azure.functions as func

from restore.messages.log_line import LogLine
from restore.settings import Settings
from restore.values.problem import Problem
from triggers import log, problems

Handler = Callable[..., Awaitable[func.HttpResponse]]


def log_wrong_settings(settings: Settings) -> None:
    """Say in the log what is wrong."""
    if settings.problems:
        log.write(LogLine(event="settings", problems=settings.problems))


class Gate:
    """The gate of one app, as its settings have it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def starts(self, handler: Handler) -> Handler:
        """Return the same handler of what starts something new: answered 503 while a setting is
        wrong."""

        @functools.wraps(handler)
        async def passed(**arguments: Any) -> func.HttpResponse:
            if self._settings.problems:
                return _refused(self._settings.problems)
            return await handler(**arguments)

        return passed


def _refused(wrong: tuple[str, ...]) -> func.HttpResponse:
    listed = [Problem(path="settings", message=each) for each in wrong]
    detail = (
        "The app starts nothing while a setting of it is wrong. Correct the settings. Then send "
        "the request again."
    )
    return problems.problem(503, "SettingsWrong", "The app's settings are wrong", detail, listed)
