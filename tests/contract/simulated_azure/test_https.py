"""The simulated Azure over https, for clients that take nothing else."""

import json
import ssl
import stat
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.identity import ClientSecretCredential

from simulated_azure import seed, sign_in
from simulated_azure.certificate import make_certificate, server_context
from simulated_azure.resource_bodies import TENANT
from simulated_azure.server import ThreadedVaultServer
from simulated_azure.simulator import Simulator


def _get(url: str, context: ssl.SSLContext) -> dict[str, Any]:
    asked = urllib.request.Request(url, headers={"Authorization": "Bearer any"})
    with urllib.request.urlopen(asked, timeout=10, context=context) as reply:
        found: dict[str, Any] = json.load(reply)
        return found


def test_a_client_that_trusts_the_certificate_is_served_and_led_on_by_https(
    simulator: Simulator, tmp_path: Path
) -> None:
    paths = make_certificate(tmp_path / "tls", datetime.now(UTC))
    simulator.state.service.page_size = 2
    with ThreadedVaultServer(simulator, tls=server_context(*paths)) as url:
        local = url.replace("127.0.0.1", "localhost")
        place = f"{local}{seed.VAULT_ID}/backupProtectedItems?api-version=2025-02-01"
        trusting = ssl.create_default_context(cafile=str(paths[0]))
        trusting.verify_flags |= ssl.VERIFY_X509_STRICT
        page = _get(place, trusting)
        assert page["nextLink"].startswith(f"{local}/")
        assert len(_get(page["nextLink"], trusting)["value"]) == 2
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            _get(place, ssl.create_default_context())


def test_azure_identity_signs_in_without_asking_anybody_else(
    simulator: Simulator, tmp_path: Path
) -> None:
    paths = make_certificate(tmp_path, datetime.now(UTC))
    with ThreadedVaultServer(simulator, tls=server_context(*paths)) as url:
        local = url.replace("127.0.0.1", "localhost")
        with ClientSecretCredential(
            TENANT,
            "rehearsal",
            "any",
            authority=local,
            disable_instance_discovery=True,
            connection_verify=str(paths[0]),
        ) as credential:
            assert credential.get_token(f"{local}/.default").token == sign_in.TOKEN


def test_only_its_owner_can_read_the_key_and_each_start_makes_a_new_one(tmp_path: Path) -> None:
    first, key = make_certificate(tmp_path, datetime.now(UTC))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = first.read_bytes(), key.read_bytes()
    make_certificate(tmp_path, datetime.now(UTC))
    assert first.read_bytes() != before[0]
    assert key.read_bytes() != before[1]
