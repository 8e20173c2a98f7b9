"""`devhost vault` keeps what was restored, over a kill as well, and speaks https on demand."""

import json
import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devhost.children import start_child
from devhost.readiness import wait_ready
from devhost.starting import free_port, is_listening
from simulated_azure import seed
from tests.contract.host.test_bad_starts import ROOT, start

VERSION = "api-version=2025-02-01"
ITEM = "protectedItems/VM;iaasvmcontainerv2;rg-app;web-02"
POINTS = (
    f"{seed.VAULT_ID}/backupFabrics/Azure/protectionContainers/"
    f"IaasVMContainer;iaasvmcontainerv2;rg-app;web-02/{ITEM}/recoveryPoints"
)
JOBS = f"{seed.VAULT_ID}/backupJobs"


@contextmanager
def _vault(folder: Path, port: int, tls_port: int | None = None) -> Iterator[str]:
    """The command, killed in the end as a machine would."""
    command = [sys.executable, "-m", "devhost", "vault", "--port", str(port), "--job-s", "1"]
    command += ["--state", str(folder)]
    if tls_port is not None:
        command += ["--tls-port", str(tls_port)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = start_child(command, output=subprocess.DEVNULL, environ=environ)
    try:
        ports = [port] if tls_port is None else [port, tls_port]
        assert wait_ready(child, lambda: all(is_listening(one) for one in ports)) is None
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.wait()


def _call(url: str, body: object = None, context: ssl.SSLContext | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
    asked = urllib.request.Request(url, data=content, headers=headers)
    with urllib.request.urlopen(asked, timeout=10, context=context) as reply:
        text = reply.read()
    return json.loads(text) if text else None


def _restore(url: str) -> None:
    point = _call(f"{url}{POINTS}?{VERSION}")["value"][0]["name"]
    properties = {
        "objectType": "IaasVMRestoreRequest",
        "recoveryPointId": point,
        "recoveryType": "RestoreDisks",
        "sourceResourceId": seed.vm_id("web-02"),
        "region": seed.REGION,
        "storageAccountId": seed.STAGING_ID,
        "targetResourceGroupId": seed.TARGET_GROUP,
    }
    _call(f"{url}{POINTS}/{point}/restore?{VERSION}", {"properties": properties})


def test_a_job_is_there_after_a_kill(tmp_path: Path) -> None:
    port = free_port()
    with _vault(tmp_path, port) as url:
        _restore(url)
        before = _call(f"{url}{JOBS}?{VERSION}")["value"]
    with _vault(tmp_path, port) as url:
        after = _call(f"{url}{JOBS}?{VERSION}")["value"]
    assert len(before) == 1
    assert [job["id"] for job in after] == [job["id"] for job in before]


def test_over_https_it_is_the_same_vault(tmp_path: Path) -> None:
    port, tls_port = free_port(), free_port()
    with _vault(tmp_path, port, tls_port) as url:
        _restore(url)
        context = ssl.create_default_context(cafile=str(tmp_path / "tls" / "certificate.pem"))
        place = f"https://localhost:{tls_port}{JOBS}?{VERSION}"
        assert len(_call(place, context=context)["value"]) == 1


def test_a_state_that_cannot_be_read_is_a_bad_start(tmp_path: Path) -> None:
    (tmp_path / "vault.json").write_text("{}")
    code, said = start("vault", "--port", "0", "--state", str(tmp_path))
    assert code == 2
    assert said.startswith(
        f"The simulated vault's state in {tmp_path / 'vault.json'} cannot be read"
    )
    assert "delete the folder to start afresh" in said
