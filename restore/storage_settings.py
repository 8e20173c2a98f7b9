"""How the app reaches its own storage account: by what the Functions host accepts for it.

`AzureWebJobsStorage` is a connection string. Without one, an identity is used, and the account is
named by `AzureWebJobsStorage__accountName`, or by the URIs of its three services in clouds other
than the public one. `__credential`, `__clientId` and `__managedIdentityResourceId` say which
identity (Microsoft Learn, "Azure Functions developer guide", common properties of identity-based
connections).
"""

from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from restore import setting_lookup
from restore.setting_values import client_id_problem
from restore.values import arm_ids

SETTING = "AzureWebJobsStorage"
SERVICES = ("blob", "queue", "table")
"""The app uses the first two, Durable Functions all three."""

_ACCOUNT = f"{SETTING}__accountName"
_CREDENTIAL, _CLIENT_ID = f"{SETTING}__credential", f"{SETTING}__clientId"
_RESOURCE_ID = f"{SETTING}__managedIdentityResourceId"
_URIS = {service: f"{SETTING}__{service}ServiceUri" for service in SERVICES}
NAMES = (SETTING, _ACCOUNT, *_URIS.values(), _CREDENTIAL, _CLIENT_ID, _RESOURCE_ID)
_MANAGED = "managedidentity"
_ENDPOINTS = {f"{service}endpoint" for service in SERVICES}
_NAMES_NONE = (
    f"{SETTING} names no storage account: set a connection string, {_ACCOUNT}, or "
    f"{', '.join(_URIS.values())}."
)


class Identity(NamedTuple):
    """A managed identity; without either id the system-assigned one."""

    client_id: str | None = None
    resource_id: str | None = None


class StorageSettings(NamedTuple):
    """The account, and what opens it."""

    connection_string: str | None = None
    is_emulator: bool = False
    """The local emulator on its default ports."""
    urls: Mapping[str, str] | None = None
    """By service; without a connection string."""
    identity: Identity | None = None
    """None: the app's own (AZURE_CLIENT_ID)."""


def parse(variables: Mapping[str, str]) -> tuple[StorageSettings | None, list[str]]:
    """Return the settings, or None and all that is wrong with them."""
    given, problems = setting_lookup.read(variables, NAMES)
    unread = {name for name in NAMES if any(each.startswith(f"{name} ") for each in problems)}
    problems += _problems(given, unread)
    if problems:
        return None, problems
    connection = given.get(SETTING)
    if connection is not None:
        is_emulator = parts(connection).get("usedevelopmentstorage", "").lower() == "true"
        return StorageSettings(connection_string=connection, is_emulator=is_emulator), []
    account = given.get(_ACCOUNT)
    urls = {
        service: given.get(name, f"https://{account}.{service}.core.windows.net").rstrip("/")
        for service, name in _URIS.items()
    }
    return StorageSettings(urls=urls, identity=_identity(given)), []


def _identity(given: Mapping[str, str]) -> Identity | None:
    if not any(name in given for name in (_CREDENTIAL, _CLIENT_ID, _RESOURCE_ID)):
        return None
    return Identity(client_id=given.get(_CLIENT_ID), resource_id=given.get(_RESOURCE_ID))


def _problems(given: Mapping[str, str], unread: Set[str]) -> Iterator[str]:
    """Say what is wrong with texts; of what could not be read it is known that it was set."""
    said = given.keys() | unread
    if SETTING in given:
        yield from _connection_problems(parts(given[SETTING]))
    elif said.isdisjoint((SETTING, _ACCOUNT)):
        missing = [name for name in _URIS.values() if name not in said]
        if said.isdisjoint(_URIS.values()):
            yield _NAMES_NONE
        elif missing:
            yield f"{', '.join(missing)} must be set as well: Durable Functions needs all three."
    yield from (
        f"{name} must be an https URL."
        for name in _URIS.values()
        if not given.get(name, "https://").startswith("https://")
    )
    if given.get(_CREDENTIAL, _MANAGED).lower() != _MANAGED:
        yield f"{_CREDENTIAL} must be {_MANAGED}; it is the only one that this app knows."
    if _CLIENT_ID in given and _RESOURCE_ID in given:
        yield f"{_CLIENT_ID} and {_RESOURCE_ID} both name an identity: leave one of them out."
    if _CLIENT_ID in given and (problem := client_id_problem(given[_CLIENT_ID])):
        yield f"{_CLIENT_ID} {problem}."
    kind = "user-assigned identity"
    if _RESOURCE_ID in given and (problem := arm_ids.kind_problem(given[_RESOURCE_ID], kind)):
        yield f"{_RESOURCE_ID} {problem}."


def _connection_problems(said: Mapping[str, str]) -> Iterator[str]:
    """Say what a connection string lacks; what it says is not repeated, for it holds a key."""
    if "usedevelopmentstorage" in said:
        return
    has_account = "accountname" in said or said.keys() >= _ENDPOINTS
    has_secret = "accountkey" in said or "sharedaccesssignature" in said
    if not (has_account and has_secret and all(said.values())):
        yield (
            f"{SETTING} must be a connection string with an account and its key; to use an "
            f"identity, delete it and set {_ACCOUNT}."
        )


def parts(connection: str) -> dict[str, str]:
    """Return what a connection string says, by names in lower case."""
    pairs = (part.partition("=") for part in connection.split(";") if part)
    return {name.strip().lower(): text.strip() for name, _, text in pairs}
