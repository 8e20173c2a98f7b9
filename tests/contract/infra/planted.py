"""Faults to plant in a picture, one or more for each rule: the rule must see each of them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.contract.infra import rules
from tests.contract.infra.rules import Json, Rule

_STORAGE = "Microsoft.Storage/storageAccounts"
_SITE = "Microsoft.Web/sites"
_CONFIG = f"{_SITE}/config"
_RULE = "Microsoft.Insights/scheduledQueryRules"
_ASSIGNMENT = "Microsoft.Authorization/roleAssignments"


class Fault(NamedTuple):
    """What is done to the picture, and which rule that breaks."""

    name: str
    breaks: Rule
    plant: Callable[[list[Json]], None]


def _set(kind: str, path: str, value: Any) -> Callable[[list[Json]], None]:
    """In the first resource of a type put a value at a dotted path; numbers are indices."""

    def plant(made: list[Json]) -> None:
        place: Any = rules.of_kind(made, kind)[0]
        *before, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in before:
            place = place[part]
        place[last] = value

    return plant


def _remove(kind: str, named: str = "") -> Callable[[list[Json]], None]:
    """Remove the first resource of a type whose id ends like that."""

    def plant(made: list[Json]) -> None:
        fits = [each for each in rules.of_kind(made, kind) if each["id"].endswith(named)]
        made.remove(fits[0])

    return plant


def _setting(name: str, value: str) -> Callable[[list[Json]], None]:
    def plant(made: list[Json]) -> None:
        (site,) = rules.of_kind(made, _SITE)
        site["properties"]["siteConfig"]["appSettings"].append({"name": name, "value": value})

    return plant


def _deletes(*prefixes: str) -> Callable[[list[Json]], None]:
    path = "properties.policy.rules.0.definition.filters.prefixMatch"
    return _set(f"{_STORAGE}/managementPolicies", path, [*prefixes])


def _add(resource: Json) -> Callable[[list[Json]], None]:
    return lambda made: made.append(resource)


def _without_keys(validation: Json | None) -> Callable[[list[Json]], None]:
    """Callers need no key, and App Service lets them through like this, or is not asked."""

    def plant(made: list[Json]) -> None:
        (site,) = rules.of_kind(made, _SITE)
        for setting in site["properties"]["siteConfig"]["appSettings"]:
            if setting["name"] == "RESTORE_AUTHENTICATION":
                setting["value"] = "entra-id"
        for config in rules.of_kind(made, _CONFIG):
            made.remove(config)
        if validation is not None:
            properties = {
                "platform": {"enabled": True},
                "globalValidation": validation,
                "httpSettings": {"requireHttps": True},
                "identityProviders": {"azureActiveDirectory": {"enabled": True}},
            }
            name = "app/authsettingsV2"
            made.append({"type": _CONFIG, "id": name, "name": name, "properties": properties})

    return plant


_CLOSED = rules.doors_are_closed
_SECRET = rules.nothing_tells_a_secret
_NAMES = rules.queues_and_containers_are_the_codes
_KEPT = rules.what_counts_is_kept_for_ever
_LOGS = rules.logs_go_to_the_workspace
_ROLE = rules.the_custom_role_is_the_definition
_HOLDERS = rules.roles_are_known_and_given_to_their_holders
_TELLS = rules.alerts_reach_somebody
_SILENCE = rules.silence_is_counted
_KNOWN = rules.who_needs_no_key_has_been_known_by_the_platform

FAULTS = (
    Fault("shared keys", _CLOSED, _set(_STORAGE, "properties.allowSharedKeyAccess", True)),
    Fault("public blobs", _CLOSED, _set(_STORAGE, "properties.allowBlobPublicAccess", True)),
    Fault("TLS 1.0", _CLOSED, _set(_STORAGE, "properties.minimumTlsVersion", "TLS1_0")),
    Fault("http storage", _CLOSED, _set(_STORAGE, "properties.supportsHttpsTrafficOnly", False)),
    Fault(
        "a public container",
        _CLOSED,
        _set(f"{_STORAGE}/blobServices/containers", "properties.publicAccess", "Blob"),
    ),
    Fault("http", _CLOSED, _set(_SITE, "properties.httpsOnly", False)),
    Fault("the app's TLS", _CLOSED, _set(_SITE, "properties.siteConfig.minTlsVersion", "1.0")),
    Fault("ftp", _CLOSED, _set(_SITE, "properties.siteConfig.ftpsState", "AllAllowed")),
    Fault("basic login", _CLOSED, _remove(f"{_SITE}/basicPublishingCredentialsPolicies", "scm")),
    Fault(
        "keys of Application Insights",
        _CLOSED,
        _set("Microsoft.Insights/components", "properties.DisableLocalAuth", False),
    ),
    Fault("a key", _SECRET, _setting("X", "[listKeys('st', '2024-01-01').keys[0].value]")),
    Fault("a SAS", _SECRET, _setting("X", "https://st.blob.core.windows.net/c?sv=2&sig=abc")),
    Fault(
        "a connection string",
        _SECRET,
        _setting("AzureWebJobsStorage", "DefaultEndpointsProtocol=https;AccountName=st"),
    ),
    Fault("a queue less", _NAMES, _remove(f"{_STORAGE}/queueServices/queues", "-poison")),
    Fault(
        "another container",
        _NAMES,
        _set(f"{_STORAGE}/blobServices/containers", "name", "st/default/ledger"),
    ),
    Fault(
        "the package elsewhere",
        _NAMES,
        _set(_SITE, "properties.functionAppConfig.deployment.storage.value", "https://other/x"),
    ),
    *(
        Fault(f"deleting {prefix or 'all'}", _KEPT, _deletes(prefix))
        for prefix in (
            "",
            "restore-ledger",
            "restore-ledger/",
            "restore-ledger/restores/",
            "restore-ledger/restores/a",
            "restore-ledger/slots/",
            "restore-ledger/items/",
            "restore-ledger/open/",
            "restore-ledger/o",
            "app-package/",
        )
    ),
    Fault("no filter", _KEPT, _deletes()),
    Fault("a log less", _LOGS, _remove("Microsoft.Insights/diagnosticSettings")),
    Fault(
        "a log that is off",
        _LOGS,
        _set("Microsoft.Insights/diagnosticSettings", "properties.logs.0.enabled", False),
    ),
    Fault(
        "an unknown kind",
        _LOGS,
        _add({"type": "Microsoft.KeyVault/vaults", "id": "/x", "name": "kv", "properties": {}}),
    ),
    Fault(
        "a vault's group",
        rules.one_group_is_made,
        _add({"type": "Microsoft.Resources/resourceGroups", "id": "/y", "name": "rg-vault"}),
    ),
    Fault(
        "one action more",
        _ROLE,
        _set(
            "Microsoft.Authorization/roleDefinitions",
            "properties.permissions.0.actions",
            [*rules.DEFINITION["Actions"], "*/read"],
        ),
    ),
    Fault(
        "one name for all",
        _ROLE,
        _set("Microsoft.Authorization/roleDefinitions", "properties.roleName", "azure-vm-restore"),
    ),
    Fault(
        "everywhere",
        _ROLE,
        _set("Microsoft.Authorization/roleDefinitions", "properties.assignableScopes", ["/"]),
    ),
    Fault(
        "Owner",
        _HOLDERS,
        _set(
            _ASSIGNMENT,
            "properties.roleDefinitionId",
            "/providers/Microsoft.Authorization/roleDefinitions/"
            "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        ),
    ),
    Fault(
        "somebody else",
        _HOLDERS,
        _set(_ASSIGNMENT, "properties.principalId", "00000000-0000-0000-0000-0000000000ff"),
    ),
    Fault("an alert that is off", _TELLS, _set(_RULE, "properties.enabled", False)),
    Fault("nobody is told", _TELLS, _set(_RULE, "properties.actions", {})),
    Fault("a checked query", _TELLS, _set(_RULE, "properties.skipQueryValidation", False)),
    Fault("a short window", _SILENCE, _set(_RULE, "properties.windowSize", "PT10M")),
    Fault("too many ticks", _SILENCE, _set(_RULE, "properties.criteria.allOf.0.threshold", 0)),
    Fault(
        "no row",
        _SILENCE,
        _set(_RULE, "properties.criteria.allOf.0.query", "requests | where name == 'x'"),
    ),
    Fault("no keys and no authentication", _KNOWN, _without_keys(None)),
    Fault(
        "unknown callers let through",
        _KNOWN,
        _without_keys({"requireAuthentication": False, "excludedPaths": ["/api/live"]}),
    ),
    Fault(
        "another path without a token",
        _KNOWN,
        _without_keys({"requireAuthentication": True, "excludedPaths": ["/api/restores"]}),
    ),
)
