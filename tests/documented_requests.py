"""Restore requests that Microsoft shows, or that were seen on the wire; read from the spec folder.

The bodies stand in the examples of two api-versions, in a recording, and in the guide "Restore
Azure virtual machines using REST API", which is expected in the folder `seed` beside the spec's.
"""

import json
import re
from typing import Any

from tests.spec_folder import SPEC, read, read_text

_GUIDE = SPEC.parent / "seed"
_EXAMPLES = {
    "2024-04-01": (
        "ALR_IaasVMRestoreRequest",
        "ALR_IaasVMRestoreWithRehydrationRequest",
        "ResourceGuardEnabled",
        "RestoreDisks_IaasVMRestoreRequest",
        "RestoreDisks_IaasVMRestoreRequest_IdentityBasedRestoreDetails",
    ),
    "2026-10-01": (
        "ALR_IaasVMRestoreRequest",
        "ALR_IaasVMRestoreRequest_DataDiskEncryption",
        "ALR_IaasVMRestoreWithRehydrationRequest",
        "ResourceGuardEnabled",
        "RestoreDisks_IaasVMRestoreRequest",
        "RestoreDisks_IaasVMRestoreRequest_IdentityBasedRestoreDetails",
    ),
}
_OF_THE_GUIDE = ("guide RestoreDisks", "guide OriginalLocation", "guide AlternateLocation")
_OBSERVED = "observed AlternateLocation"
NAMES = (
    *(f"{version} {name}" for version, names in _EXAMPLES.items() for name in names),
    *_OF_THE_GUIDE,
    _OBSERVED,
)


def body(name: str) -> dict[str, Any]:
    """The body of one of the requests; skips the test where its folder is absent."""
    found: dict[str, Any]
    if name in _OF_THE_GUIDE:
        found = _guide_bodies()[_OF_THE_GUIDE.index(name)]
    elif name == _OBSERVED:
        found = read("observed/restore_trigger_alr_202_2026-07.json")["request"]["body"]
    else:
        version, example = name.split()
        path = f"{version}/examples/AzureIaasVm/TriggerRestore_{example}.json"
        found = read(path)["parameters"]["parameters"]
    return found


def _guide_bodies() -> list[dict[str, Any]]:
    """The guide's JSON blocks; the third wrongly wraps its body in `parameters`, twice."""
    text = read_text("restore-azure-vms-rest-api.nl.md", _GUIDE)
    blocks = map(json.loads, re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    return [_unwrapped(block) for block in blocks]


def _unwrapped(block: dict[str, Any]) -> dict[str, Any]:
    return block if "properties" in block else _unwrapped(block["parameters"])
