"""The storage account's settings are the Functions host's; what is wrong is said at start."""

import pytest

from restore import storage_settings
from restore.settings import Settings
from restore.storage_settings import Identity, StorageSettings
from tests.unit.restore.samples import IDENTITY

CLIENT_ID = "00000000-0000-0000-0000-00000000000a"
KEY = "s3cret=="


def parsed(**settings: str) -> StorageSettings:
    """The settings, given by the ends of their names."""
    found, problems = storage_settings.parse(_named(settings))
    assert problems == []
    assert found is not None
    return found


def _named(settings: dict[str, str]) -> dict[str, str]:
    names = {"connection": ""} | {name: f"__{name}" for name in settings if name != "connection"}
    return {f"AzureWebJobsStorage{names[name]}": text for name, text in settings.items()}


def problems(**settings: str) -> tuple[str, ...]:
    """All that is wrong, as it is said at start."""
    found = Settings.parse(_named(settings)).problems
    assert "s3cret" not in str(found)
    return found


@pytest.mark.parametrize(
    "text",
    [
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY};EndpointSuffix=x",
        f"accountname=a;accountkey={KEY};",
        "BlobEndpoint=https://b;QueueEndpoint=https://q;TableEndpoint=https://t;SharedAccessSignature=sv=1&sig=s3cret",
    ],
)
def test_a_connection_string_is_taken_as_it_is(text: str) -> None:
    assert parsed(connection=text) == StorageSettings(connection_string=text)


@pytest.mark.parametrize(
    "text",
    ["UseDevelopmentStorage=true", "usedevelopmentstorage=TRUE;", "UseDevelopmentStorage=true;X=y"],
)
def test_the_emulator_is_known(text: str) -> None:
    assert parsed(connection=text).is_emulator


@pytest.mark.parametrize("word", ["false", "yes", ""])
def test_only_its_own_word_is_the_emulator(word: str) -> None:
    text = f"UseDevelopmentStorage={word}"
    assert parsed(connection=text) == StorageSettings(connection_string=text)


@pytest.mark.parametrize("name", ["accountName", "accountname", "ACCOUNTNAME"])
def test_an_account_is_named_in_any_case(name: str) -> None:
    assert parsed(**{name: "strestore"}).urls == {
        service: f"https://strestore.{service}.core.windows.net"
        for service in ("blob", "queue", "table")
    }


def test_in_other_clouds_each_service_has_its_uri() -> None:
    uris = {f"{each}ServiceUri": f"https://a.{each}.x/" for each in storage_settings.SERVICES}
    urls = parsed(**uris).urls
    assert urls == {each: f"https://a.{each}.x" for each in storage_settings.SERVICES}


@pytest.mark.parametrize(
    ("settings", "identity"),
    [
        ({}, None),
        ({"credential": "managedidentity"}, Identity()),
        ({"credential": "managedIdentity", "clientId": CLIENT_ID}, Identity(client_id=CLIENT_ID)),
        ({"clientid": CLIENT_ID}, Identity(client_id=CLIENT_ID)),
        ({"managedIdentityResourceId": IDENTITY}, Identity(resource_id=IDENTITY)),
    ],
)
def test_the_identity_is_the_one_that_is_named(
    settings: dict[str, str], identity: Identity | None
) -> None:
    assert parsed(accountName="a", **settings).identity == identity


def test_an_app_without_any_account_is_told_what_names_one() -> None:
    found, (problem,) = storage_settings.parse({"PATH": "/bin", "AzureWebJobsStorage": " "})
    assert found is None
    assert problem.startswith("AzureWebJobsStorage names no storage account: set a connection")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"connection": KEY}, "must be a connection string with an account and its key"),
        ({"connection": f"AccountName=a;AccountKey={KEY};x"}, "must be a connection string"),
        ({"connection": "AccountName=a"}, "must be a connection string with an account and"),
        ({"connection": f"AccountKey={KEY}"}, "must be a connection string with an account and"),
        ({"connection": "https://a.blob.core.windows.net"}, "must be a connection string"),
        ({"credential": "managedidentity"}, "names no storage account: set a connection string"),
        ({"acountName": "a"}, "names no storage account: set a connection string"),
        (
            {"blobServiceUri": "https://a"},
            "AzureWebJobsStorage__queueServiceUri, AzureWebJobsStorage__tableServiceUri must be",
        ),
        ({"accountName": "a", "blobServiceUri": "a.blob.x"}, "__blobServiceUri must be an https"),
        ({"accountName": "a", "credential": "workloadidentity"}, "must be managedidentity"),
        ({"accountName": "a", "credential": "appidentity"}, "must be managedidentity"),
        ({"accountName": "a", "clientId": "me"}, "__clientId must be a client id (a GUID)."),
        (
            {"accountName": "a", "managedIdentityResourceId": "me"},
            "__managedIdentityResourceId must be the ARM id of a user-assigned identity",
        ),
        (
            {"accountName": "a", "clientId": CLIENT_ID, "managedIdentityResourceId": IDENTITY},
            "both name an identity",
        ),
        ({"accountName": "a", "accountname": "b"}, "is set more than once"),
        (
            {"accountName": "a", "accountname": "b", "credential": "managedidentity"},
            "__accountName is set more than once",
        ),
        (
            {"blobServiceUri": "https://a", "queueServiceUri": "https://b"}
            | {"tableServiceUri": "@Microsoft.KeyVault(SecretUri=x)"},
            "__tableServiceUri is a Key Vault reference that was not resolved",
        ),
        (
            {"connection": "@Microsoft.KeyVault(SecretUri=x)", "clientId": CLIENT_ID},
            "AzureWebJobsStorage is a Key Vault reference that was not resolved",
        ),
    ],
)
def test_what_is_wrong_is_said_at_start(settings: dict[str, str], said: str) -> None:
    (problem,) = problems(**settings)
    assert said in problem
