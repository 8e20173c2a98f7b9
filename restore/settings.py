"""The app's settings, parsed from a mapping: who calls reads the environment, this room does not.

All that is wrong is reported at once, and stops nobody from reading the rest: an app that did not
start could not say why. Each field says unit, default and why beneath it. Some may name a
file, which the caller reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from restore import setting_conflicts, setting_documents, setting_lookup, storage_settings
from restore.alerts import restore_rules
from restore.alerts.restore_rules import RestoreRules
from restore.messages.errors import SettingsWrong
from restore.messages.poll_policy import PollPolicy
from restore.notify import receivers
from restore.notify.receivers import Notify
from restore.policy import rules
from restore.policy.rules import Policy
from restore.setting_documents import ReadFile
from restore.setting_values import ARM_ENDPOINTS, problem_of, value_of
from restore.values import api_versions, host_json, links


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator can set, and what of it is wrong."""

    problems: tuple[str, ...] = ()
    """Sentences, each beginning with its setting's name. What is wrong has its default, a
    document (policy, rules) none. While there are any, nothing new is started; what runs in Azure
    is followed."""

    azure_cloud: str = "public"
    """AZURE_CLOUD: public, usgovernment or china. Decides the only host that ever gets a token."""

    simulated_arm_endpoint: str | None = None
    """SIMULATED_ARM_ENDPOINT: http address on loopback. Default none. For the simulated vault only;
    anything else would send a token over plain http."""

    backup_api_version: str = api_versions.DEFAULT
    """BACKUP_API_VERSION: default 2026-07-01, the oldest that tells threats, seen in real traffic.
    Versions that route to the secondary region are refused: a restore would silently go
    elsewhere."""

    azure_client_id: str | None = None
    """AZURE_CLIENT_ID: a user-assigned managed identity. Default none: the system-assigned one."""

    restore_poll_s_first: float = 30
    """RESTORE_POLL_S_FIRST: seconds until the first poll of an operation or job. Default 30: an
    operation takes about one second, a job minutes."""

    restore_poll_s_min: float = 60
    """RESTORE_POLL_S_MIN: seconds, the shortest wait between polls of a job. Default 60: all
    restores share about 250 job reads an hour."""

    restore_poll_s_max: float = 300
    """RESTORE_POLL_S_MAX: seconds, the longest such wait. Default 300: nobody waits longer than
    five minutes for the news that it is done."""

    restore_job_search_s: float = 120
    """RESTORE_JOB_SEARCH_S: seconds that a job may take to appear in the vault's list after the
    reply to its start was lost. Default 120. Too short risks a second restore."""

    arm_timeout_s: float = 60
    """ARM_TIMEOUT_S: seconds to wait for Azure's answer to one call. Default 60. Part of the time
    that the job search after a lost reply takes."""

    restore_reconcile_s: int = 300
    """RESTORE_RECONCILE_S: seconds between two looks at all that is open (the reconciler). Default
    300: what nobody follows any more is followed again within ten minutes."""

    restore_revivals_max: int = 3
    """RESTORE_REVIVALS_MAX: how often a restore that nobody follows any more is started again.
    Default 3: what kills it each time is no accident, and a person must look."""

    restore_keep_d: int = 30
    """RESTORE_KEEP_D: days after which finished histories, plans, data of large events and
    messages that became no request are deleted. Default 30. The ledger is never deleted."""

    restore_duplicate_window_s: int = 600
    """RESTORE_DUPLICATE_WINDOW_S: seconds in which messages on the queue that name no requestId and
    are otherwise equal are one restore. Default 600. 0: each message is a restore of its own."""

    restore_authentication: str = "function-keys"
    """RESTORE_AUTHENTICATION: how callers are known. function-keys; or entra-id: no keys, App
    Service authentication in front. Default function-keys: they work on every plan."""

    restore_public_url: str | None = None
    """RESTORE_PUBLIC_URL: https address of the app's routes as people reach it, with their prefix,
    such as https://app.azurewebsites.net/api. Links in events and notifications begin with it.
    Default none: they are paths, for the app does not know how it is reached."""

    restore_policy: Policy | None = rules.DEFAULT
    """RESTORE_POLICY: JSON, or the name of a JSON file in the app's folder: what may be restored,
    for whom, how often (docs/policy.schema.json). Default: new disks and VMs inside the vault's
    subscription; replacing disks there with a person's approval."""

    restore_vaults: tuple[str, ...] = ()
    """RESTORE_VAULTS: ARM ids of vaults, or of subscriptions, in which the backup of a VM is looked
    for when neither Azure Backup nor Resource Graph knows it. Default: none."""

    restore_rules: RestoreRules | None = restore_rules.NONE
    """RESTORE_RULES: JSON, or the name of a JSON file in the app's folder: which alerts restore
    which VMs, and how many (docs/rules.schema.json). Default: none, alerts are recorded only."""

    restore_alerts_stopped: bool = False
    """RESTORE_ALERTS_STOPPED: true stops all restores that alerts ask for. Default false: a person
    can stop them over HTTP, at once."""

    restore_alert_origins: tuple[str, ...] = ("eventgrid.azure.net",)
    """RESTORE_ALERT_ORIGINS: who may ask to send alerts (handshakes of CloudEvents and Event Grid):
    host names, and ARM ids of topics or of what they lie under, separated by commas. Default:
    eventgrid.azure.net."""

    restore_notify: Notify | None = receivers.NOBODY
    """RESTORE_NOTIFY: JSON, or the name of a JSON file in the app's folder: who is told of which
    events, and how (docs/notify.schema.json). Addresses and keys that are secrets stand in settings
    that it names. Default: nobody; events go to the queue restore-events all the same."""

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
        read_file: ReadFile | None = None,
        host_text: str = "",
    ) -> "Settings":
        """Read the settings, whose names are in any case. What is absent or empty has its default.
        `problems` has all that is wrong, also with the storage account's (storage_settings.py).

        Without `read_file` a document in a file is not read: for who needs other settings only.
        `host_text` is what stands in host.json.
        """
        ours = variables()
        told, problems = setting_lookup.read(environment, ours)
        given = {ours[name]: text for name, text in told.items()}
        given.pop("function_timeout_s", None)  # it is read with the host's file
        documents, refused = setting_documents.take(given, read_file)
        wrong = dict(_problems(given))
        values = {name: value_of(name, text) for name, text in given.items() if name not in wrong}
        problems += wrong.values()
        try:
            values["function_timeout_s"] = host_json.function_timeout_s(told, host_text)
        except ValueError as error:
            problems.append(str(error))
        problems += storage_settings.parse(environment)[1] + refused
        for name in documents:
            if any(_name_in(each) == name.upper() for each in problems):
                documents[name] = None  # the default may allow what it forbids
        settings = cls(**documents, **values)
        is_simulated = settings.simulated_arm_endpoint is not None
        problems += setting_documents.beside(settings.restore_notify, environment, is_simulated)
        return replace(settings, problems=(*problems, *_conflicts(settings)))

    def require(self, *names: str) -> None:
        """Raise SettingsWrong while one of these settings is wrong; without a name, any."""
        wrong = [each for each in self.problems if not names or _name_in(each) in names]
        if wrong:
            raise SettingsWrong(" ".join(wrong))

    @property
    def is_entra(self) -> bool:
        """Whether callers are known by Entra ID, and need no key."""
        return self.restore_authentication == "entra-id"

    @property
    def address(self) -> str:
        """What links to the app begin with, where somebody else reads them."""
        return self.restore_public_url or links.PATH

    @property
    def arm_endpoint(self) -> str:
        """Where ARM is: the cloud's endpoint, or the simulated vault's."""
        return self.simulated_arm_endpoint or ARM_ENDPOINTS[self.azure_cloud]

    @property
    def activity_s(self) -> float:
        """How long an activity may go on with calls to Azure; what is left is for storage."""
        return min(self.function_timeout_s, _FUNCTION_S_MAX) - setting_conflicts.STORAGE_S

    def keep(self) -> timedelta:
        """Return how old a thing must be to be deleted. Raises SettingsWrong while that is not
        known: what the default deletes may have been meant to stay."""
        self.require("RESTORE_KEEP_D")
        return timedelta(days=self.restore_keep_d)

    @property
    def duplicate_window(self) -> timedelta:
        """How far apart two messages may be that are one restore; zero: not at all."""
        return timedelta(seconds=self.restore_duplicate_window_s)

    def poll_policy(self) -> PollPolicy:
        """Return what an orchestration needs of these settings."""
        return PollPolicy(
            poll_s_first=self.restore_poll_s_first,
            poll_s_min=self.restore_poll_s_min,
            poll_s_max=self.restore_poll_s_max,
            job_search_s=self.restore_job_search_s,
            arm_timeout_s=self.arm_timeout_s,
        )


def variables() -> dict[str, str]:
    """Return the app's settings but for the storage account's: variable to field."""
    names = [each.name for each in fields(Settings) if each.name != "problems"]
    others = {"function_timeout_s": host_json.OVERRIDE}
    return {others.get(name, name.upper()): name for name in names}


_FUNCTION_S_MAX = 1_800.0


def _name_in(problem: str) -> str:
    """Return the setting that a problem is about."""
    return problem.partition(" ")[0]


def _problems(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Say of each setting what is wrong with it by itself."""
    for name, text in given.items():
        problem = problem_of(name, text)
        if problem is not None:
            from restore.request.sender_habits import texts  # only what is wrong asks for a hint

            hint = texts.text_hint(text)
            said = f"{problem}; {hint}" if hint else problem
            yield name, f"{name.upper()} {said}."


def _conflicts(of: Settings) -> Iterator[str]:
    """Say what of the settings cannot work together."""
    yield from setting_conflicts.in_authentication(of.is_entra, of.website_auth_enabled)
    yield from setting_conflicts.in_polls(of.restore_poll_s_min, of.restore_poll_s_max)
    yield from setting_conflicts.in_quiet_periods(of.restore_rules, of.restore_keep_d)
    yield from setting_conflicts.in_keeping(of.restore_notify, of.restore_keep_d)
    yield from setting_conflicts.in_timeouts(of.arm_timeout_s, of.activity_s, of.function_timeout_s)
