"""checkov looks at what would be made; each finding is mended, or infra/checkov.json says why not.

It reads what is made with all parameters put in, for of the compiled template it sees nothing: it
does not know resources with symbolic names, and reports no fault in none.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.contract.infra import rules
from tests.contract.infra.rules import INFRA, Json
from tools import bicep

CHECKOV = Path(os.environ.get("CHECKOV") or bicep.ROOT / ".cache" / "checkov" / "bin" / "checkov")
EXEMPT: list[Json] = json.loads((INFRA / "checkov.json").read_text())

needs_checkov = pytest.mark.skipif(
    not CHECKOV.exists(), reason="checkov is not installed: `make checkov` does"
)


Finding = tuple[str, str]


def findings(made: list[Json], folder: Path) -> set[Finding]:
    """Check and type of what fails; some must have passed, else nothing was looked at."""
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    flat = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": made}
    (folder / "made.json").write_text(json.dumps(flat))
    command = [
        str(CHECKOV),
        "--framework=arm",
        "--skip-download",
        "--output=json",
        "--file=made.json",
    ]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report = json.loads(run.stdout)
    assert report["summary"]["passed"] > 10
    assert report["summary"]["parsing_errors"] == 0
    failed = report["results"]["failed_checks"]
    return {(each["check_id"], each["resource"].partition(".")[0] + _rest(each)) for each in failed}


def exempt(picture: str) -> set[Finding]:
    """What is known and explained of one picture."""
    known = [each for each in EXEMPT if picture in each["in"]]
    return {(check, each["of"]) for each in known for check in each["checks"]}


@needs_checkov
@pytest.mark.slow
def test_what_it_finds_is_explained_and_nothing_is_explained_in_vain(
    picture: str, made: list[Json], tmp_path: Path
) -> None:
    assert findings(made, tmp_path) == exempt(picture)


@needs_checkov
@pytest.mark.slow
def test_a_new_weak_spot_is_found(picture: str, made: list[Json], tmp_path: Path) -> None:
    (account,) = rules.of_kind(made, "Microsoft.Storage/storageAccounts")
    account["properties"]["minimumTlsVersion"] = "TLS1_0"
    assert findings(made, tmp_path) - exempt(picture)


def test_each_exemption_says_why_and_where() -> None:
    for exemption in EXEMPT:
        assert exemption["why"].endswith(".")
        assert {*exemption["in"]} <= {*bicep.names()}
        options = re.findall(r"\b[A-Z]+_[A-Z]+\b", exemption["why"])
        assert {*options} <= bicep.inputs("everything").keys()


def _rest(failed: Json) -> str:
    """A type has a dot of its own: `Microsoft.Web/sites.NAME`."""
    _, _, rest = str(failed["resource"]).partition(".")
    return f".{rest.partition('.')[0]}"
