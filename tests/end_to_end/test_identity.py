"""An app that opens its storage account by a user-assigned identity, as the deployment has it; on
each engine.

The account takes tokens over https. The host's own part, queues and task hub, is opened by its key
from another setting, which the app does not know: no published binary of the extension alone takes
settings of an identity. The names of the settings are in the case in which nobody writes them.
"""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from devhost.azurite import Azurite
from devhost.starting import BadStart
from devhost.storage_account import ACCOUNT
from devhost.testing import HostProcess
from simulated_azure.certificate import make_certificate
from tests.end_to_end.engines import EMBEDDED, REAL, on_devhost, why_not
from tests.end_to_end.harness import HostHarness, request_for
from tests.fakes.identities import IdentityEndpoint

OF_STORAGE = "11111111-0000-0000-0000-000000000001"
OF_AZURE = "22222222-0000-0000-0000-000000000002"
SERVICES = ("blob", "queue", "table")
URIS = {service: f"AZUREWEBJOBSSTORAGE__{service}serviceuri" for service in SERVICES}
CLIENT_ID = "azurewebjobsstorage__CLIENTID"
CREDENTIAL = "azureWebJobsStorage__Credential"
ANSWER_S_MAX = 5.0
NO_URIS = dict.fromkeys(URIS.values(), "")


@dataclass
class Stage:
    """A running app, the host to start again, and who gives out tokens."""

    harness: HostHarness
    host: HostProcess
    identities: IdentityEndpoint
    settings: Mapping[str, str]


@pytest.fixture(scope="module", params=[EMBEDDED, REAL])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    reason = why_not(request.param)
    if reason:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("identity")
    certificate = make_certificate(folder, datetime.now(UTC))
    trusted = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), str(certificate[0]))
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, trusted))
        try:
            account = stack.enter_context(Azurite(certificate=certificate))
        except BadStart as error:
            pytest.skip(str(error))
        identities = stack.enter_context(IdentityEndpoint(OF_STORAGE))
        settings = settings_of(account, identities)
        run = on_devhost(account, folder / "host", request.param, settings)
        harness, host = stack.enter_context(run)
        harness.make_queue()
        yield Stage(harness, host, identities, settings)


def settings_of(account: Azurite, identities: IdentityEndpoint) -> dict[str, str]:
    places = zip(URIS.values(), account.ports, strict=True)
    return {
        "AzureWebJobsStorage": "",
        "AzureWebJobsAzureWebJobsStorage": account.connection_string,  # where a host looks first
        **{name: f"https://127.0.0.1:{port}/{ACCOUNT}" for name, port in places},
        CREDENTIAL: "managedidentity",
        CLIENT_ID: OF_STORAGE,
        "AZURE_CLIENT_ID": OF_AZURE,
        **identities.variables,
    }


def health_with(stage: Stage, changed: Mapping[str, str]) -> tuple[int, list[str], dict[str, str]]:
    """Start the app again with settings beside its own, and ask for its health, which it says in
    time: the status, what is wrong, and the checks."""
    others = {name: "" for each, _ in NAMED.values() for name in each}
    stage.host.start_with({**others, **stage.settings, **changed})
    stage.identities.asked.clear()
    began = time.monotonic()
    told = stage.harness.call("GET", "health")
    assert time.monotonic() - began < ANSWER_S_MAX
    return told.status, told.body["problems"], told.body["checks"]


def test_the_account_is_opened_by_the_identity_that_its_settings_name(stage: Stage) -> None:
    told = stage.harness.call("GET", "health")
    assert (told.status, told.body["problems"]) == (200, [])
    assert set(told.body["checks"].values()) == {"ok"}
    asked = stage.identities.asked
    assert {each["client_id"] for each in asked} == {OF_STORAGE}
    assert {each["resource"] for each in asked} == {"https://storage.azure.com"}


def test_a_restore_is_taken_followed_and_told_without_a_key(stage: Stage) -> None:
    stage.harness.send(request_for("RestoreDisks", "by-queue"))
    asked = stage.harness.call("POST", "restores", request_for("RestoreDisks", "by-http"))
    assert asked.status == 202
    for request_id in ("by-queue", "by-http"):
        assert stage.harness.finished(request_id)["verdict"] == "Completed"
    assert {each["client_id"] for each in stage.identities.asked} == {OF_STORAGE}


def test_what_the_libraries_say_of_each_call_is_not_in_the_log(stage: Stage) -> None:
    """The worker's root logger is at INFO: azure.core would tell each header of each call of the
    restores before."""
    log = stage.host.log()
    assert '"event":"verdict"' in log
    assert [line for line in log.splitlines() if "Request URL" in line or "headers:" in line] == []


WITHOUT = {
    "an identity that the app does not have": {CLIENT_ID: OF_AZURE},
    "the identity for Azure alone": {CLIENT_ID: "", CREDENTIAL: ""},
}


@pytest.mark.parametrize("name", WITHOUT)
def test_an_account_without_a_token_is_told_as_that_and_nothing_is_begun(
    stage: Stage, name: str
) -> None:
    status, problems, checks = health_with(stage, WITHOUT[name])
    assert status == 503
    assert [checks[service] for service in SERVICES] == ["NoToken"] * 3
    assert all("AzureWebJobsStorage__clientId" in each for each in problems)
    assert {each["client_id"] for each in stage.identities.asked} == {OF_AZURE}
    refused = stage.harness.call("POST", "restores", request_for("RestoreDisks", "not-begun"))
    assert (refused.status, refused.body["code"]) == (503, "NoToken")
    assert "not-begun" not in str(stage.harness.posts())


def test_while_the_identity_service_is_silent_health_says_so_in_time(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"http://127.0.0.1:{silent.getsockname()[1]}/msi/token"
        status, problems, checks = health_with(stage, {"IDENTITY_ENDPOINT": where})
        assert stage.harness.call("GET", "live").status == 200
    assert (status, len(problems)) == (503, 4)
    assert [checks[service] for service in SERVICES] == ["NoAnswer"] * 3


NOWHERE = "no-such-account"
"""A name that no account can have: it leads to nobody."""
NAMED = {
    "an account that is not there": (
        {**NO_URIS, "AzureWebJobsStorage__ACCOUNTNAME": NOWHERE},
        "The storage account's ",
    ),
    "two accounts": (
        {
            **NO_URIS,
            "AzureWebJobsStorage__ACCOUNTNAME": NOWHERE,
            "AzureWebJobsStorage__accountname": f"{NOWHERE}-2",
        },
        "AzureWebJobsStorage__accountName is set more than once",
    ),
    "no account": (
        {**NO_URIS, CREDENTIAL: "", CLIENT_ID: ""},
        "AzureWebJobsStorage names no storage account",
    ),
    "two services of three": (
        {URIS["table"]: ""},
        "AzureWebJobsStorage__tableServiceUri must be set as well",
    ),
    "a credential of another kind": (
        {CREDENTIAL: "workloadidentity"},
        "AzureWebJobsStorage__credential must be managedidentity",
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_settings_that_lead_to_no_account_are_told_and_never_as_a_fault(
    stage: Stage, name: str
) -> None:
    changed, said = NAMED[name]
    status, problems, _ = health_with(stage, changed)
    assert status == 503
    assert problems
    assert [each for each in problems if not each.startswith(said)] == []
    live = stage.harness.call("GET", "live")
    refused = stage.harness.call("POST", "restores", request_for("RestoreDisks", "not-begun"))
    assert (live.status, refused.status) == (200, 503)
