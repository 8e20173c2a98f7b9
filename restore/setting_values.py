"""Single settings: what each may be, and its value. What goes together is said in settings.py."""

import re
from typing import Any
from urllib.parse import urlsplit

from restore.messages.poll_policy import WAIT_S_MIN
from restore.values import api_versions, arm_ids
from restore.values.loopback import LOOPBACK_HOSTS
from restore.values.schedules import ncrontab

ARM_ENDPOINTS = {
    "public": "https://management.azure.com",
    "usgovernment": "https://management.usgovcloudapi.net",
    "china": "https://management.chinacloudapi.cn",
}
_VERSION = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")
_SUBSCRIPTION = re.compile(r"/[Ss]ubscriptions/[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_WAYS = ("function-keys", "entra-id")
_PUBLIC_URL = re.compile(
    r"https://[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~-]+)*/?"
)
_ADDRESSES = ("simulated_arm_endpoint", "restore_public_url")
_CLIENT_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


_SECONDS: dict[str, tuple[float, float]] = {
    "restore_poll_s_first": (WAIT_S_MIN, 3_600),
    "restore_poll_s_min": (WAIT_S_MIN, 3_600),
    "restore_poll_s_max": (WAIT_S_MIN, 3_600),
    "restore_job_search_s": (0, 3_600),
    "arm_timeout_s": (1, 600),
}
_COUNTS = {
    "restore_reconcile_s": (5, 3_600),
    "restore_revivals_max": (1, 20),
    "restore_keep_d": (1, 3_650),
    "restore_duplicate_window_s": (0, 86_400),
}


def value_of(name: str, text: str) -> Any:
    """Return the value of a setting whose text is right."""
    if name in ("website_auth_enabled", "restore_alerts_stopped"):
        return text.lower() == "true"
    if name in ("restore_alert_origins", "restore_vaults"):
        return tuple(parts_of(text))
    if name in _SECONDS:
        return float(text)
    if name in _COUNTS:
        return int(text)
    return text.rstrip("/") if name in _ADDRESSES else text


def problem_of(name: str, text: str) -> str | None:
    """Say what is wrong with the text of a setting; None if nothing is."""
    if name in _SECONDS:
        return _number_problem(text, *_SECONDS[name])
    if name in _COUNTS:
        problem = _number_problem(text, *_COUNTS[name], int)
        if problem is None and name == "restore_reconcile_s" and ncrontab(int(text)) is None:
            return "must divide a minute or an hour evenly, such as 60, 300 or 900"
        return problem
    return {
        "azure_cloud": _cloud_problem,
        "simulated_arm_endpoint": _endpoint_problem,
        "backup_api_version": _version_problem,
        "azure_client_id": client_id_problem,
        "restore_authentication": _authentication_problem,
        "restore_public_url": _public_url_problem,
        "restore_alerts_stopped": _word_problem,
        "restore_alert_origins": _origins_problem,
        "restore_vaults": _vaults_problem,
        "website_auth_enabled": _azures_own_problem,
    }[name](text)


def _number_problem(text: str, least: float, most: float, kind: type = float) -> str | None:
    try:
        is_good = least <= kind(text) <= most
    except ValueError:
        is_good = False
    sort = "a whole number" if kind is int else "a number"
    return None if is_good else f"must be {sort} from {least:g} to {most:g}"


def _cloud_problem(text: str) -> str | None:
    return None if text in ARM_ENDPOINTS else f"must be one of {', '.join(ARM_ENDPOINTS)}"


def _endpoint_problem(text: str) -> str | None:
    try:
        url = urlsplit(text)
        is_good = url.scheme == "http" and url.hostname in LOOPBACK_HOSTS and url.port != 0
        is_bare = url.path in ("", "/") and not (url.query or url.fragment or url.username)
    except ValueError:
        is_good = is_bare = False
    if is_good and is_bare:
        return None
    return "must be a plain loopback address such as http://127.0.0.1:7072"


def _authentication_problem(text: str) -> str | None:
    return None if text in _WAYS else f"must be one of {', '.join(_WAYS)}"


def _public_url_problem(text: str) -> str | None:
    if _PUBLIC_URL.fullmatch(text):
        return None
    return "must be an https address with the routes' prefix, such as https://host.example/api"


def _version_problem(text: str) -> str | None:
    if text in api_versions.SECONDARY_REGION:
        return "names a version that restores in the secondary region: choose another"
    return None if _VERSION.fullmatch(text) else f"must look like {api_versions.DEFAULT}"


def _word_problem(text: str) -> str | None:
    return None if text.lower() in ("true", "false") else "must be true or false"


def _azures_own_problem(_: str) -> None:
    """Azure sets this one: whatever else it may say is no "true"."""


def _origins_problem(text: str) -> str | None:
    wrong = [
        each for each in parts_of(text) if not (_HOST.fullmatch(each) or arm_ids.is_plain(each))
    ]
    if not wrong:
        return None
    return "must be host names and ARM ids, separated by commas"


def _vaults_problem(text: str) -> str | None:
    vault = "Recovery Services vault"
    wrong = [
        each
        for each in parts_of(text)
        if not (_SUBSCRIPTION.fullmatch(each) or arm_ids.kind_problem(each, vault) is None)
    ]
    if not wrong:
        return None
    return "must be ARM ids of vaults and subscriptions, separated by commas"


def parts_of(text: str) -> list[str]:
    """Return the parts of a text that are separated by commas."""
    return [part for part in (each.strip() for each in text.split(",")) if part]


def client_id_problem(text: str) -> str | None:
    """Say what is wrong with an identity's client id; None if nothing is."""
    return None if _CLIENT_ID.fullmatch(text) else "must be a client id (a GUID)"
