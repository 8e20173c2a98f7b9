"""What must hold of everything that a deployment makes: each rule yields what breaks it.

A picture (tests/data/infra) is what the compiler says that a deployment would make, all parameters
put in; what only Azure knows stands there as an expression.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from restore.messages import names

Json = dict[str, Any]
Rule = Callable[[list[Json]], Iterator[str]]

INFRA = Path(__file__).parents[3] / "infra"
ROLES: dict[str, str] = json.loads((INFRA / "roles.json").read_text())
DEFINITION: Json = json.loads((INFRA / "role-definition.json").read_text())

PACKAGE = "app-package"
_FOR_EVER = ("restores/", "slots/", "items/", "open/", "outbox/", "poll-urls/")
"""Folders of the ledger from which nothing may be deleted by age."""

_MUST_BE: dict[str, dict[str, Any]] = {
    "Microsoft.Storage/storageAccounts": {
        "allowSharedKeyAccess": False,
        "allowBlobPublicAccess": False,
        "allowCrossTenantReplication": False,
        "defaultToOAuthAuthentication": True,
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
    },
    "Microsoft.Storage/storageAccounts/blobServices/containers": {"publicAccess": "None"},
    "Microsoft.Web/sites": {
        "httpsOnly": True,
        "siteConfig.minTlsVersion": "1.2",
        "siteConfig.scmMinTlsVersion": "1.2",
        "siteConfig.ftpsState": "Disabled",
        "siteConfig.remoteDebuggingEnabled": False,
    },
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": {"allow": False},
    "Microsoft.Insights/components": {"DisableLocalAuth": True},
    "Microsoft.OperationalInsights/workspaces": {"features.disableLocalAuth": True},
    "Microsoft.EventGrid/topics": {"disableLocalAuth": True, "minimumTlsVersionAllowed": "1.2"},
}
_LOGS = {
    "Microsoft.EventGrid/systemTopics",
    "Microsoft.EventGrid/topics",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Storage/storageAccounts/blobServices",
    "Microsoft.Storage/storageAccounts/queueServices",
    "Microsoft.Storage/storageAccounts/tableServices",
}
_NO_LOGS = {
    "Microsoft.EventGrid/systemTopics/eventSubscriptions": "the topic has them",
    "Microsoft.Authorization/roleAssignments": "the subscription's activity log has them",
    "Microsoft.Authorization/roleDefinitions": "the subscription's activity log has them",
    "Microsoft.Insights/actionGroups": "none",
    "Microsoft.Insights/components": "it writes to the workspace",
    "Microsoft.Insights/diagnosticSettings": "they are the logs",
    "Microsoft.Insights/metricAlerts": "none",
    "Microsoft.Insights/scheduledQueryRules": "none",
    "Microsoft.Insights/workbooks": "none",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "Entra ID logs its sign-ins",
    "Microsoft.Network/networkSecurityGroups": "flow logs are the network's owner's",
    "Microsoft.Network/privateDnsZones": "none",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "none",
    "Microsoft.Network/privateEndpoints": "none",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": "none",
    "Microsoft.Network/virtualNetworks": "flow logs are the network's owner's",
    "Microsoft.Resources/resourceGroups": "the subscription's activity log has them",
    "Microsoft.Storage/storageAccounts": "its services have them",
    "Microsoft.Storage/storageAccounts/blobServices/containers": "its service has them",
    "Microsoft.Storage/storageAccounts/managementPolicies": "the blob service has them",
    "Microsoft.Storage/storageAccounts/queueServices/queues": "its service has them",
    "Microsoft.Web/serverfarms": "none",
    "Microsoft.Web/sites": "Application Insights has the host's log; LOG_HOST sends it twice",
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": "none",
    "Microsoft.Web/sites/config": "none",
}
"""Types whose instances need no diagnostic setting, and why."""


def of_kind(made: list[Json], kind: str) -> list[Json]:
    """Return all resources of one type."""
    return [resource for resource in made if resource["type"] == kind]


def doors_are_closed(made: list[Json]) -> Iterator[str]:
    """No keys, no public blobs, no old TLS, no basic login: wherever such a thing can be said."""
    for kind, wanted in _MUST_BE.items():
        for resource in of_kind(made, kind):
            for path, value in wanted.items():
                found = _at(resource["properties"], path)
                if found != value or type(found) is not type(value):
                    yield f"{kind}: {path} must be {value!r}, not {found!r}"
    logins = of_kind(made, "Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    if {each["name"].rpartition("/")[2] for each in logins} != {"ftp", "scm"}:
        yield "basic logins of ftp and scm must both be refused"


def nothing_tells_a_secret(made: list[Json]) -> Iterator[str]:
    """Nothing asks Azure for a key or SAS, and nothing holds one."""
    text = json.dumps(made)
    for found in re.findall(r"\blist[A-Z]\w*\(|AccountKey=|SharedAccessKey=|[?&]sig=", text):
        yield f"{found} has no place here"
    for site in of_kind(made, "Microsoft.Web/sites"):
        if "AzureWebJobsStorage" in _settings(site):
            yield "AzureWebJobsStorage would be a connection string: the identity is used"


def queues_and_containers_are_the_codes(made: list[Json]) -> Iterator[str]:
    """Those that the code names, the poison queues, and the deployment's own container."""
    taken = (names.RESTORE_REQUESTS, names.RESTORE_ALERTS)
    queues = {names.RESTORE_EVENTS, *taken, *(f"{each}-poison" for each in taken)}
    services = "Microsoft.Storage/storageAccounts"
    yield from _differ("queues", made, f"{services}/queueServices/queues", queues)
    containers = {names.LEDGER_CONTAINER, PACKAGE}
    yield from _differ("containers", made, f"{services}/blobServices/containers", containers)
    for site in of_kind(made, "Microsoft.Web/sites"):
        if PACKAGE not in _at(site["properties"], "functionAppConfig.deployment.storage.value"):
            yield f"the app's package must be in {PACKAGE}"


def what_counts_is_kept_for_ever(made: list[Json]) -> Iterator[str]:
    """No life-cycle rule reaches the ledger, or what is still to be done, or the package."""
    kept = [f"{names.LEDGER_CONTAINER}/{folder}" for folder in _FOR_EVER] + [f"{PACKAGE}/"]
    for policy in of_kind(made, "Microsoft.Storage/storageAccounts/managementPolicies"):
        for rule in policy["properties"]["policy"]["rules"]:
            prefixes = rule["definition"].get("filters", {}).get("prefixMatch") or [""]
            for prefix in prefixes:
                if not prefix.startswith(f"{names.LEDGER_CONTAINER}/"):
                    yield f"{rule['name']} reaches all of {prefix or 'the account'}"
                for folder in kept:
                    if folder.startswith(prefix) or prefix.startswith(folder):
                        yield f"{rule['name']} deletes {folder}"


def logs_go_to_the_workspace(made: list[Json]) -> Iterator[str]:
    """All that can log does, or is known not to need it."""
    settings = of_kind(made, "Microsoft.Insights/diagnosticSettings")
    logged = {
        each["id"].lower().partition("/providers/microsoft.insights/")[0] for each in settings
    }
    for resource in made:
        kind = resource["type"]
        if kind not in _LOGS and kind not in _NO_LOGS:
            yield f"{kind}: say whether it needs a diagnostic setting"
        if kind in _LOGS and resource["id"].lower() not in logged:
            yield f"{kind} logs nothing"
    for each in settings:
        properties = each["properties"]
        on = [log for log in properties.get("logs", []) if log["enabled"]]
        if not on or "/workspaces/" not in properties["workspaceId"]:
            yield f"{each['id']} sends no log to the workspace"


def one_group_is_made(made: list[Json]) -> Iterator[str]:
    """azd deletes the groups that the template makes: its own, never one of a vault or target."""
    groups = of_kind(made, "Microsoft.Resources/resourceGroups")
    if len(groups) != 1:
        yield f"one resource group is the deployment's own, not {[each['name'] for each in groups]}"


def the_custom_role_is_the_definition(made: list[Json]) -> Iterator[str]:
    """Its actions are those that the app's calls need, and its name is the environment's own."""
    (group,) = of_kind(made, "Microsoft.Resources/resourceGroups")
    for role in of_kind(made, "Microsoft.Authorization/roleDefinitions"):
        properties = role["properties"]
        (granted,) = properties["permissions"]
        if granted["actions"] != DEFINITION["Actions"]:
            yield "the actions must be those of role-definition.json"
        if granted["notActions"] or granted["dataActions"] or granted["notDataActions"]:
            yield "there must be actions and nothing else"
        if group["tags"]["azd-env-name"] not in properties["roleName"]:
            yield "two environments would have roles of one name"
        scopes = properties["assignableScopes"]
        if not all(re.fullmatch(r"/subscriptions/[^/]+", scope) for scope in scopes):
            yield "it must be assignable in subscriptions that are named"


def roles_are_known_and_given_to_their_holders(made: list[Json]) -> Iterator[str]:
    """Every role is in roles.json or the custom one. The app's are given to its own identity."""
    custom = {role["name"] for role in of_kind(made, "Microsoft.Authorization/roleDefinitions")}
    callers = {ROLES[f"Storage Queue Data Message {does}"] for does in ("Sender", "Processor")}
    for given in of_kind(made, "Microsoft.Authorization/roleAssignments"):
        properties = given["properties"]
        role = role_of(given)
        if role not in {*ROLES.values(), *custom}:
            yield f"role {role} is not in roles.json"
        is_the_apps = "userAssignedIdentities" in properties["principalId"]
        if is_the_apps == (role in callers):
            yield f"role {role} is given to {properties['principalId']}"


def role_of(given: Json) -> str:
    """Return the GUID of the role that an assignment gives."""
    found: str = given["properties"]["roleDefinitionId"].rpartition("/")[2].rstrip("')]")
    return found


def alerts_reach_somebody(made: list[Json]) -> Iterator[str]:
    """Every rule is on, names an action group, and says what to do."""
    kinds = ("Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/metricAlerts")
    for kind in kinds:
        for rule in of_kind(made, kind):
            properties = rule["properties"]
            if not all(properties[name] for name in ("enabled", "actions", "description")):
                yield f"{rule['name']} tells nobody, or nothing"
    for rule in of_kind(made, kinds[0]):
        if not rule["properties"]["skipQueryValidation"]:
            yield f"{rule['name']}: a table without a log yet would stop the first deployment"


def silence_is_counted(made: list[Json]) -> Iterator[str]:
    """The dead man's switch has three ticks of the reconciler within its window, and a row even
    when there were none."""
    (site,) = of_kind(made, "Microsoft.Web/sites")
    period_s = int(_settings(site)["RESTORE_RECONCILE_S"])
    rules = of_kind(made, "Microsoft.Insights/scheduledQueryRules")
    (rule,) = [each for each in rules if each["name"].endswith("no-reconciler-tick")]
    window, (test,) = rule["properties"]["windowSize"], rule["properties"]["criteria"]["allOf"]
    minutes = int(window[2:-1]) * (60 if window.endswith("H") else 1)
    if minutes * 60 < 3 * period_s:
        yield f"in {window} there are fewer than three ticks of {period_s} s"
    counted = (test["metricMeasureColumn"], test["operator"], test["threshold"])
    if counted != ("Ticks", "LessThan", 1):
        yield "it must fire when there is no tick"
    if not re.search(r"summarize Ticks = count\(\)\s*$", test["query"]):
        yield "without a tick its query must still have a row"


def who_needs_no_key_has_been_known_by_the_platform(made: list[Json]) -> Iterator[str]:
    """Where the app's functions are anonymous, App Service authentication stands in front of all
    but the live probe, and lets nobody through unknown."""
    (site,) = of_kind(made, "Microsoft.Web/sites")
    if _settings(site)["RESTORE_AUTHENTICATION"] != "entra-id":
        return
    configs = of_kind(made, "Microsoft.Web/sites/config")
    found = [each["properties"] for each in configs if each["name"].endswith("/authsettingsV2")]
    if len(found) != 1:
        yield "nobody would be known: App Service authentication is missing"
    wanted = {
        "platform.enabled": True,
        "globalValidation.requireAuthentication": True,
        "globalValidation.excludedPaths": ["/api/live"],
        "httpSettings.requireHttps": True,
        "identityProviders.azureActiveDirectory.enabled": True,
    }
    for properties in found:
        for path, value in wanted.items():
            if _at(properties, path) != value:
                yield f"authsettingsV2: {path} must be {value!r}"


ALL: tuple[Rule, ...] = (
    doors_are_closed,
    nothing_tells_a_secret,
    queues_and_containers_are_the_codes,
    what_counts_is_kept_for_ever,
    logs_go_to_the_workspace,
    one_group_is_made,
    the_custom_role_is_the_definition,
    roles_are_known_and_given_to_their_holders,
    alerts_reach_somebody,
    silence_is_counted,
    who_needs_no_key_has_been_known_by_the_platform,
)


def _settings(site: Json) -> dict[str, str]:
    return {each["name"]: each["value"] for each in site["properties"]["siteConfig"]["appSettings"]}


def _differ(what: str, made: list[Json], kind: str, wanted: set[str]) -> Iterator[str]:
    found = {resource["name"].rpartition("/")[2] for resource in of_kind(made, kind)}
    if found != wanted:
        yield f"{what} must be {sorted(wanted)}, not {sorted(found)}"


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
