"""The seam through which this process reaches Azure Backup."""

import subprocess
import sys
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from arm import connection, credentials
from restore.messages.errors import SettingsWrong
from restore.settings import Settings
from restore.storage_settings import Identity
from tests.unit.arm.fakes import VAULT, Script, backup, refusal, reply


def test_another_connection_is_used_until_its_block_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMULATED_ARM_ENDPOINT", "http://127.0.0.1:7072")
    real = connection.backup()
    first, second = backup(Script()), backup(Script())
    with connection.use(first):
        assert connection.backup() is first
        with connection.use(second) as inner:
            assert connection.backup() is inner is second
        assert connection.backup() is first
    assert connection.backup() is real
    connection._real.cache_clear()


def test_settings_decide_endpoint_version_and_identity() -> None:
    script = Script(reply(200, {"value": []}))
    settings = Settings.parse(
        {"SIMULATED_ARM_ENDPOINT": "http://127.0.0.1:7072/", "BACKUP_API_VERSION": "2026-07-01"}
    )
    assert connection.connect(settings, script, in_azure=False).restore_jobs(VAULT).jobs == ()
    (sent,) = script.sent
    assert sent.url.startswith(f"http://127.0.0.1:7072{VAULT}/backupJobs?api-version=2026-07-01")
    assert sent.headers["Authorization"] == "Bearer simulated"


def test_a_token_that_was_refused_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """azure-identity keeps a token until it believes that it has expired; a new credential asks."""

    class Identity:
        def __init__(self) -> None:
            self.token = f"token-{len(made)}"
            made.append(self)

        def get_token(self, *scopes: str, **_: object) -> AccessToken:
            return AccessToken(self.token, 0)

    made: list[Identity] = []
    monkeypatch.setattr(credentials, "build", lambda settings, in_azure, named: Identity())
    connection.credential.cache_clear()
    refused = refusal(401, "ExpiredAuthenticationToken")
    script = Script(refused, reply(200, {"value": []}), reply(200, {"value": []}))
    azure = connection.connect(Settings.parse({}), script, in_azure=False)
    azure.restore_jobs(VAULT)
    azure.restore_jobs(VAULT)
    connection.credential.cache_clear()
    sent = [each.headers["Authorization"] for each in script.sent]
    assert sent == ["Bearer token-0", "Bearer token-1", "Bearer token-1"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AZURE_CLOUD", "mars"),
        ("SIMULATED_ARM_ENDPOINT", "http://10.0.0.1"),
        ("BACKUP_API_VERSION", "latest"),
        ("AZURE_CLIENT_ID", "me"),
    ],
)
def test_azure_is_not_asked_by_the_default_of_what_leads_to_it(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """Another cloud, or another identity, could say that a running job does not exist."""
    connection._real.cache_clear()
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingsWrong, match=name):
        connection.backup()


@pytest.mark.parametrize("text", ["{rules:[]}", "policy.json"])
def test_a_policy_that_cannot_be_read_keeps_nobody_from_following(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    connection._real.cache_clear()
    monkeypatch.setenv("RESTORE_POLICY", text)
    monkeypatch.setenv("RESTORE_KEEP_D", "for ever")
    assert connection.backup() is not None
    connection._real.cache_clear()


def test_an_identity_that_is_not_understood_opens_nothing_but_what_names_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(credentials, "build", lambda settings, in_azure, named: (named,))
    monkeypatch.setenv("AZURE_CLIENT_ID", "me")
    connection.credential.cache_clear()
    other = Identity(client_id="00000000-0000-0000-0000-00000000000a")
    opened: Any = connection.credential(other)
    assert opened == (other,)
    with pytest.raises(SettingsWrong, match="AZURE_CLIENT_ID"):
        connection.credential()
    connection.credential.cache_clear()


def test_importing_the_room_imports_nothing_heavy() -> None:
    probe = (
        "import sys, arm.connection; print([name for name in sys.modules "
        "if name.split('.')[0] in ('requests', 'urllib3', 'azure')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
