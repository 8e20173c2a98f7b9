"""Each alert that docs/alerts.md shows how to send is restored by the rules that `make run` has."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from restore.alerts import judging, recognising, restore_rules_text
from restore.request import parsing

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "alerts.md").read_text()
RULES = restore_rules_text.parse((ROOT / "examples" / "alerts" / "rules.json").read_text())
FIRST, STORM, STOP, RESUME, *BLOCKS = re.findall(
    r"^```sh\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL
)
SENT = [block for block in BLOCKS if "SubscriptionValidation" not in block]
PRINTED = "curl() { cat; }\n"


def typed(block: str) -> bytes:
    """Return what is sent when a block is typed after the first."""
    shown = re.sub(r"^\S+python -m devhost send --queue \S+ -", "cat", block)
    script = PRINTED + FIRST + shown
    run = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    return run.stdout


@pytest.mark.parametrize(
    ("block", "source", "vm", "recovery_type"),
    [
        (SENT[0], "azure-monitor", "rg-app web-01", "RestoreDisks"),
        (SENT[1], "event-grid", "rg-app deleted-01", "AlternateLocation"),
        (SENT[2], "alertmanager", "rg-app db-01", "RestoreDisks"),
        (SENT[3], "grafana", "rg-app web-02", "RestoreDisks"),
        (SENT[4], "pagerduty", "rg-app api-01", "RestoreDisks"),
        (SENT[5], "datadog", "rg-app-blue api-01", "RestoreDisks"),
    ],
    ids=["azure-monitor", "event-grid", "alertmanager", "grafana", "pagerduty", "datadog"],
)
def test_what_is_typed_is_restored(block: str, source: str, vm: str, recovery_type: str) -> None:
    (alert,) = recognising.alerts_of(typed(block), RULES.mappings)
    assert alert.source == source
    (target,) = alert.targets
    assert (target.split("/")[4], target.split("/")[8]) == tuple(vm.split())
    decision = judging.judge(RULES, alert, target, None, datetime.now(UTC))
    assert (decision.outcome, decision.text) == ("restore", decision.text), decision.text
    request = parsing.parse_request(decision.request or "", default_request_id="x")
    assert request.recovery_type == recovery_type


def test_every_block_is_tried() -> None:
    assert len(SENT) == 6


def test_the_rule_lets_all_of_an_hour_through() -> None:
    (save,) = (rule for rule in RULES.rules if rule.name == "save-disks")
    assert save.restores_per_hour >= sum("devhost send" not in block for block in SENT)


def test_the_handshake_is_printed_as_the_sender_of_events_shapes_it() -> None:
    (block,) = (each for each in BLOCKS if each not in SENT)
    asked = json.loads(typed(block).decode().partition("]\n")[0] + "]")
    assert asked[0]["data"]["validationCode"]


def test_the_rules_that_are_shown_are_rules() -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    subscription = "00000000-0000-0000-0000-000000000001"
    account = f"{subscription}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts"
    text = shown.replace("…/storageAccounts", account).replace("…", subscription)
    (rule,) = restore_rules_text.parse(text).rules
    assert rule.restores_per_hour == 5
