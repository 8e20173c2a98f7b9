"""What a request passes before its handler sees it: who may do that, and may it be done now?

Who may call is said in one of two ways, by the setting RESTORE_AUTHENTICATION. With function keys
the host has checked one before this app is asked. With Entra ID the functions are anonymous to the
host, and App Service authentication stands in front: then this check demands what the platform says
of the caller, and serves nobody while the platform does not say that it is on. A browser sends its
cookie with whatever any page makes it send, so that what changes something is asked for once more.

While a setting of the app is wrong nothing new may be started: the app could judge by a policy, or
wait at a pace, that nobody has set. What is shown, decided and cancelled is of restores that were
accepted before, and goes on. See docs/decisions/0021 and 0022.
"""

import functools
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func

from restore.messages.log_line import LogLine
from restore.settings import Settings
from restore.values.problem import Problem
from triggers import callers, log, problems, query

Handler = Callable[..., Awaitable[func.HttpResponse]]


class Deed(StrEnum):
    """What a caller does; with Entra ID, the app role that it takes."""

    READ = "Restore.Read"
    ASK = "Restore.Ask"
    ALERT = "Restore.Alert"
    APPROVE = "Restore.Approve"
    OPERATE = "Restore.Operate"


_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
_FROM_OURSELVES = ("same-origin", "none")
"""What a browser says of a request (Sec-Fetch-Site) that our own page made it send, or nobody's."""


def level(settings: Settings) -> func.AuthLevel:
    """Return what the host demands of callers: a key of the function, or nothing."""
    return func.AuthLevel.ANONYMOUS if settings.is_entra else func.AuthLevel.FUNCTION


def log_wrong_settings(settings: Settings) -> None:
    """Say in the log what is wrong."""
    if settings.problems:
        log.write(LogLine(event="settings", problems=settings.problems))


class Access:
    """The access check of one app, as its settings have it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def to(
        self, deed: Deed, *, starts: bool = False, reads: tuple[str, ...] = ()
    ) -> Callable[[Handler], Handler]:
        """Return what makes a handler admit only whoever may do this. What starts something new is
        answered 503 while a setting is wrong. What changes something reads these parameters of a
        query, and is refused with any other."""

        def guard(handler: Handler) -> Handler:
            @functools.wraps(handler)
            async def passed(**arguments: Any) -> func.HttpResponse:
                refusal = self._refusal(arguments["req"], deed, reads, starts=starts)
                return await handler(**arguments) if refusal is None else refusal

            vars(passed)["deed"] = deed
            return passed

        return guard

    def _refusal(
        self, req: func.HttpRequest, deed: Deed, reads: tuple[str, ...], *, starts: bool
    ) -> func.HttpResponse | None:
        refusal = self._of_caller(req, deed) if self._settings.is_entra else None
        if refusal is None and req.method not in _CHANGES_NOTHING:
            refusal = query.refusal(req, reads)
        if refusal is None and starts and self._settings.problems:
            return _settings_wrong(self._settings.problems)
        return refusal

    def _of_caller(self, req: func.HttpRequest, deed: Deed) -> func.HttpResponse | None:
        if not self._settings.website_auth_enabled:
            return _authentication_off()
        if not callers.is_signed_in(req):
            return _not_signed_in()
        if deed not in callers.roles(req):
            return _role_missing(deed)
        return None if req.method in _CHANGES_NOTHING else self._of_page(req)

    def _of_page(self, req: func.HttpRequest) -> func.HttpResponse | None:
        """Refuse what another site's page can make a browser send: a form, or a script's request
        that the browser has not asked us about (CORS) before."""
        kind = req.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            return _not_json()
        origin, site = req.headers.get("origin"), req.headers.get("sec-fetch-site", "none")
        if site not in _FROM_OURSELVES or (origin and origin.lower() not in self._origins(req)):
            return _cross_site()
        return None

    def _origins(self, req: func.HttpRequest) -> set[str]:
        """Return what browsers call us. A page that came without TLS is not ours, unless the app
        itself was asked so; whatever ends TLS in front of it may hide that."""
        asked, public = urlsplit(req.url.lower()), urlsplit(self._settings.address.lower())
        own = {f"{each.scheme}://{each.netloc}" for each in (asked, public) if each.netloc}
        return own | {f"https://{asked.netloc}"}


def refusal_of(settings: Settings) -> func.HttpResponse | None:
    """Return what is answered while a setting is wrong; None: none is."""
    return _settings_wrong(settings.problems) if settings.problems else None


def _authentication_off() -> func.HttpResponse:
    detail = (
        "RESTORE_AUTHENTICATION is entra-id, but App Service authentication is not on. The app "
        "serves nobody until it is."
    )
    return problems.problem(503, "AuthenticationOff", "Nobody can be known", detail)


def _not_signed_in() -> func.HttpResponse:
    detail = "Sign in with Microsoft Entra ID: bring an access token for this app."
    return problems.problem(401, "NotSignedIn", "Who are you?", detail)


def _role_missing(deed: Deed) -> func.HttpResponse:
    detail = f"This takes the app role {deed.value}. Have somebody assign it to you."
    return problems.problem(403, "RoleMissing", "You may not do this", detail)


def _not_json() -> func.HttpResponse:
    detail = "Send Content-Type: application/json, also where there is no body."
    return problems.problem(415, "NotJson", "The content type is not JSON", detail)


def _cross_site() -> func.HttpResponse:
    detail = "A page of another site made this browser send the request. The app does not serve it."
    return problems.problem(403, "CrossSite", "The request comes from another site", detail)


def _settings_wrong(wrong: tuple[str, ...]) -> func.HttpResponse:
    listed = [Problem(path="settings", message=each) for each in wrong]
    detail = (
        "The app starts nothing while a setting of it is wrong. Correct the settings. Then send "
        "the request again."
    )
    return problems.problem(503, "SettingsWrong", "The app's settings are wrong", detail, listed)
