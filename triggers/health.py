"""Handlers of `/health` and `/live`: can the app do its work, and is it there at all?

Everything that it needs is tried at the same time, each in a thread of its own with a time of its
own, so that what is silent delays nothing but its own line. A look that hangs is waited for by
whoever asks meanwhile: there is never more than one of each. No secret is in an answer.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

import azure.functions as func

from restore.messages import log_line
from restore.messages.errors import RestoreError, SettingsWrong
from restore.messages.log_line import LogLine
from restore.settings import Settings
from storage import reachability
from triggers import log, notifications, problems

T = TypeVar("T")

CHECK_S_MAX = 3.5
"""Of the 5 s that an answer may take at most; a client of storage gives up after 2 or 4."""

Check = Callable[[], str | None]
"""Returns when all is well, with a word where that can be in more than one way. Raises
RestoreError."""


class _Found(NamedTuple):
    """What a look has found: a word for programs, and a sentence if something is wrong."""

    code: str
    problem: str | None = None


_WELL = _Found("ok")
_FINE = (_WELL.code, reachability.STOPPED, reachability.UNKNOWN)
"""A switch that somebody has thrown keeps the app from nothing that it should do."""
_SUBJECTS = {
    "blob": "The storage account's blob service",
    "queue": "The storage account's queue service",
    "table": "The storage account's table service",
    "identity": "The identity service",
    "alerts": "The switch for restores that alerts ask for",
}


_STORAGE: dict[str, Check] = {
    "blob": reachability.blobs,
    "queue": reachability.request_queue,
    "table": reachability.tables,
    "alerts": reachability.alerts,
}


def of_app(settings: Settings, check_identity: Check) -> "Health":
    """Return the app's own: its storage account with the switch for alerts in it, and whether it
    gets a token for Azure."""
    checks = _STORAGE | {"identity": check_identity}
    if settings.restore_alerts_stopped:
        checks["alerts"] = lambda: reachability.STOPPED
    return Health(settings, checks)


class Health:
    """What this app needs, by name, and the looks at it that are going on."""

    def __init__(self, settings: Settings, checks: Mapping[str, Check]) -> None:
        self._settings, self._checks = settings, checks
        self._looks: dict[str, Future[Any]] = {}
        self._lock = Lock()

    async def show(self) -> func.HttpResponse:
        """Answer 200 when nothing keeps the app from its work, else 503 with all that does."""
        body, held_up = await asyncio.gather(self.look(), self._held_up())
        if not self._settings.problems:
            body["arm"] = self._settings.arm_endpoint
            body["backupApiVersion"] = self._settings.backup_api_version
        if held_up is not None:
            body["notifications"] = held_up
        return problems.ok(200 if body["status"] == "ok" else 503, body)

    async def look(self) -> dict[str, Any]:
        """Return `{status, problems, checks}`; what is wrong is told in the log as well. Never
        raises."""
        names = tuple(self._checks)
        found = dict(zip(names, await asyncio.gather(*map(self._look, names)), strict=True))
        said = [each.problem for each in found.values() if each.problem is not None]
        told = [*self._settings.problems, *said]
        settings = _Found("SettingsWrong") if self._settings.problems else _WELL
        checks = {name: each.code for name, each in {"settings": settings, **found}.items()}
        is_well = all(code in _FINE for code in checks.values())
        status = "ok" if is_well else "failing"
        if not is_well:
            log.write(LogLine(event="health", status=status, problems=tuple(told)))
        return {"status": status, "problems": told, "checks": checks}

    async def _held_up(self) -> list[dict[str, Any]] | None:
        """Return which receivers take nothing; None where nobody is told."""
        settings = self._settings
        if (
            settings.problems
            or not settings.restore_notify
            or not settings.restore_notify.receivers
        ):
            return None
        try:
            return await self._seen("notifications", partial(notifications.troubles, settings))
        except TimeoutError:
            return [notifications.SILENT]

    async def _look(self, name: str) -> _Found:
        try:
            return await self._seen(name, partial(_found, name, self._checks[name]))
        except TimeoutError:
            said = f"{_SUBJECTS[name]} gave no answer within {CHECK_S_MAX:g} s."
            return _Found("NoAnswer", said)

    async def _seen(self, name: str, look: Callable[[], T]) -> T:
        """Return what a look sees. Raises TimeoutError when it takes too long; it goes on."""
        return await asyncio.wait_for(asyncio.wrap_future(self._begun(name, look)), CHECK_S_MAX)

    def _begun(self, name: str, look: Callable[[], T]) -> Future[T]:
        """Return the look that is going on, or begin one. A look raises nothing."""
        with self._lock:
            looking = self._looks.get(name)
            if looking is None or looking.done():
                looking = self._looks[name] = Future()
                looking.set_running_or_notify_cancel()  # nobody who gives up can end it
                Thread(target=_run, args=(look, looking), daemon=True).start()
            return looking


def live() -> func.HttpResponse:
    """Answer that the app runs functions, and nothing else: whoever asks needs no key."""
    return problems.ok(200, {"status": "ok"})


def _run(look: Callable[[], T], looking: "Future[T]") -> None:
    looking.set_result(look())


def _found(name: str, check: Check) -> _Found:
    try:
        word = check()
    except SettingsWrong as error:
        return _Found(error.code)  # the settings' own problems say what
    except RestoreError as error:
        return _Found(error.code, f"{error.message} ({error.code})")
    except Exception as error:  # whatever it is, the app cannot do its work, and this says so
        kind = type(error).__name__
        log.write(log_line.fault(error))
        return _Found(kind, f"{_SUBJECTS[name]} cannot be tried ({kind}). Read the app's log.")
    return _WELL if word is None else _Found(word)
