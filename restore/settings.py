"""The app's settings, parsed from a mapping: who calls reads the environment, this room does not.

All that is wrong is reported at once. Each field says unit, default and why beneath it. One of them
may name a file, which the caller reads.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from restore.policy import judging
from restore.policy.judging import Policy
from restore.progress.poll_intervals import CONNECT_S_MAX, WAIT_S_MIN, Pace
from restore.values import host_json
from restore.values.schedules import ncrontab

ARM_ENDPOINTS = {
    "public": "https://management.azure.com",
    "usgovernment": "https://management.usgovcloudapi.net",
    "china": "https://management.chinacloudapi.cn",
}
SECONDARY_REGION_VERSIONS = ("2018-12-20", "2021-11-15", "2023-01-15")

_VERSION = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")
_CLIENT_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class InvalidSettings(Exception):
    """The app cannot start: .problems says everything that is wrong with its settings."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("The settings are wrong. " + " ".join(problems))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator can set."""

    azure_cloud: str = "public"
    """AZURE_CLOUD: public, usgovernment or china. Decides the only host that ever gets a token."""

    simulated_arm_endpoint: str | None = None
    """SIMULATED_ARM_ENDPOINT: http address on loopback. Default none. For the simulated vault only;
    anything else would send a token over plain http."""

    backup_api_version: str = "2025-02-01"
    """BACKUP_API_VERSION: default the one best attested in real traffic. Versions that route to the
    secondary region are refused: a restore would silently go elsewhere."""

    azure_client_id: str | None = None
    """AZURE_CLIENT_ID: a user-assigned managed identity. Default none: the system-assigned one."""

    restore_poll_s_first: float = 30
    """RESTORE_POLL_S_FIRST: seconds until the first look at an operation or job. Default 30: an
    operation takes about one second, a job minutes."""

    restore_poll_s_min: float = 60
    """RESTORE_POLL_S_MIN: seconds, the shortest wait between looks at a job. Default 60: all
    restores share about 250 job reads an hour."""

    restore_poll_s_max: float = 300
    """RESTORE_POLL_S_MAX: seconds, the longest such wait. Default 300: nobody waits longer than
    five minutes for the news that it is done."""

    restore_settle_s: float = 120
    """RESTORE_SETTLE_S: seconds that a job may take to appear in the vault's list after the reply
    to its start was lost. Default 120. Too short risks a second restore."""

    arm_timeout_s: float = 60
    """ARM_TIMEOUT_S: seconds to wait for Azure's answer to one call. Default 60. Part of the time
    that a lost reply takes to settle."""

    restore_reconcile_s: int = 300
    """RESTORE_RECONCILE_S: seconds between two looks at all that is open (the reconciler). Default
    300: what nobody follows any more is followed again within ten minutes."""

    restore_revivals_max: int = 3
    """RESTORE_REVIVALS_MAX: how often a restore that nobody follows any more is started again.
    Default 3: what kills it each time is no accident, and a person must look."""

    restore_keep_d: int = 30
    """RESTORE_KEEP_D: days after which finished histories, plans and data of large events are
    deleted. Default 30. The ledger is never deleted."""

    restore_policy: Policy = judging.DEFAULT
    """RESTORE_POLICY: JSON, or the name of a JSON file in the app's folder: what may be restored,
    for whom, how often (docs/policy.schema.json). Default: new disks and VMs inside the vault's
    subscription; replacing disks there with a person's approval."""

    function_timeout_s: float = host_json.DEFAULT_S
    """AzureFunctionsJobHost__functionTimeout: a time such as 00:05:00. Default: functionTimeout in
    host.json. What a function of ours may take lies within it, else the host ends all of them."""

    website_auth_enabled: bool = False
    """WEBSITE_AUTH_ENABLED: set by Azure where App Service authentication is on, never by hand.
    Only then are the headers that name the caller believed: else anybody could send them."""

    @classmethod
    def parse(
        cls,
        environment: Mapping[str, str],
        read_file: Callable[[str], str] | None = None,
        host_text: str = "",
    ) -> "Settings":
        """Read the settings. What is absent or empty has its default. Raises InvalidSettings.

        Without `read_file` a policy in a file is not read: for who needs other settings only.
        `host_text` is what stands in host.json.
        """
        given = {
            name: environment[name.upper()].strip()
            for name in cls.__dataclass_fields__
            if name != "function_timeout_s" and environment.get(name.upper(), "").strip()
        }
        allowed, refused = _policy(given.pop("restore_policy", ""), read_file)
        found = {name: _problem(name, text) for name, text in given.items()}
        problems = [f"{name.upper()} {problem}." for name, problem in found.items() if problem]
        try:
            timeout_s = host_json.function_timeout_s(environment, host_text)
        except ValueError as error:
            problems.append(str(error))
        if problems or refused:
            raise InvalidSettings(problems + refused)
        values = {name: _value(name, text) for name, text in given.items()}
        settings = cls(restore_policy=allowed, function_timeout_s=timeout_s, **values)
        problems = [*_at_odds(settings)]
        if problems:
            raise InvalidSettings(problems)
        return settings

    @property
    def arm_endpoint(self) -> str:
        """Where ARM is: the cloud's endpoint, or the simulated vault's."""
        return self.simulated_arm_endpoint or ARM_ENDPOINTS[self.azure_cloud]

    @property
    def activity_s(self) -> float:
        """How long an activity may go on with calls to Azure; what is left is for storage."""
        return min(self.function_timeout_s, _FUNCTION_S_MAX) - _STORAGE_S

    def pace(self) -> Pace:
        """Return what an orchestration needs of these settings."""
        return Pace(
            poll_s_first=self.restore_poll_s_first,
            poll_s_min=self.restore_poll_s_min,
            poll_s_max=self.restore_poll_s_max,
            settle_s=self.restore_settle_s,
            arm_timeout_s=self.arm_timeout_s,
        )


_FUNCTION_S_MAX = 1_800.0
_STORAGE_S = 90.0
"""One call to the app's storage account with all its tries: 3 times 25 s, and pauses."""

_SECONDS: dict[str, tuple[float, float]] = {
    "restore_poll_s_first": (WAIT_S_MIN, 3_600),
    "restore_poll_s_min": (WAIT_S_MIN, 3_600),
    "restore_poll_s_max": (WAIT_S_MIN, 3_600),
    "restore_settle_s": (0, 3_600),
    "arm_timeout_s": (1, 600),
}
_COUNTS = {
    "restore_reconcile_s": (5, 3_600),
    "restore_revivals_max": (1, 20),
    "restore_keep_d": (1, 3_650),
}


def _at_odds(settings: Settings) -> Iterator[str]:
    """Say what of the settings cannot work together."""
    if settings.restore_poll_s_min > settings.restore_poll_s_max:
        yield "RESTORE_POLL_S_MIN is greater than RESTORE_POLL_S_MAX."
    timeout_s = settings.arm_timeout_s
    calls_s = 2 * (CONNECT_S_MAX + timeout_s)  # one that reads and one that writes, to their ends
    if calls_s > settings.activity_s:
        yield (
            f"ARM_TIMEOUT_S ({timeout_s:g}) does not fit into functionTimeout "
            f"({settings.function_timeout_s:g} s): it needs {calls_s + _STORAGE_S:g} s. Lower the "
            f"one, or raise the other ({host_json.OVERRIDE}, or host.json)."
        )


def _policy(text: str, read_file: Callable[[str], str] | None) -> tuple[Policy, list[str]]:
    """Return the policy and what is wrong with it."""
    is_file = bool(text) and not text.startswith("{")
    if not text or (is_file and read_file is None):
        return judging.DEFAULT, []
    if is_file:
        assert read_file is not None, "asked above"
        try:
            text = read_file(text)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            return judging.DEFAULT, [f"RESTORE_POLICY names a file that cannot be read: {why}."]
    from restore.policy import policy_text  # most apps have no policy of their own

    try:
        return policy_text.parse(text), []
    except policy_text.InvalidPolicy as error:
        return judging.DEFAULT, [
            f"RESTORE_POLICY {each.path} {each.message}." for each in error.problems
        ]


def _value(name: str, text: str) -> Any:
    if name == "website_auth_enabled":
        return text.lower() == "true"
    if name in _SECONDS:
        return float(text)
    if name in _COUNTS:
        return int(text)
    return text.rstrip("/") if name == "simulated_arm_endpoint" else text


def _problem(name: str, text: str) -> str | None:
    if name in _SECONDS:
        return _number_problem(text, *_SECONDS[name])
    if name in _COUNTS:
        problem = _number_problem(text, *_COUNTS[name], int)
        if problem is None and name == "restore_reconcile_s" and ncrontab(int(text)) is None:
            return "must divide a minute or an hour evenly, such as 60, 300 or 900"
        return problem
    if name == "website_auth_enabled":
        return None  # Azure's own variable: whatever else it may say is no "true"
    return {
        "azure_cloud": _cloud_problem,
        "simulated_arm_endpoint": _endpoint_problem,
        "backup_api_version": _version_problem,
        "azure_client_id": _client_id_problem,
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
        is_good = url.scheme == "http" and url.hostname in _LOOPBACK and url.port != 0
        is_bare = url.path in ("", "/") and not (url.query or url.fragment or url.username)
    except ValueError:
        is_good = is_bare = False
    if is_good and is_bare:
        return None
    return "must be a plain loopback address such as http://127.0.0.1:7072"


def _version_problem(text: str) -> str | None:
    if text in SECONDARY_REGION_VERSIONS:
        return "names a version that restores in the secondary region: choose another"
    return None if _VERSION.fullmatch(text) else "must look like 2025-02-01"


def _client_id_problem(text: str) -> str | None:
    return None if _CLIENT_ID.fullmatch(text) else "must be a client id (a GUID)"
