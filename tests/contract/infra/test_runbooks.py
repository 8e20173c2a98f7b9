"""Every alert leads to its runbook, and what that says to do can be done."""

import re
import shutil
import subprocess

import pytest

from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.kql import QUERIES
from tests.contract.infra.rules import INFRA, Json
from tests.fakes.app_harness import worker

OPERATING = (INFRA.parent / "docs" / "operating.md").read_text()
_, _, RUNBOOKS = OPERATING.partition("\n## Runbooks: an alert has fired\n")
RUNBOOKS, _, _ = RUNBOOKS.partition("\n## ")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", RUNBOOKS, re.MULTILINE | re.DOTALL)
COMMANDS = "".join(BLOCKS)
KINDS = ("Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/metricAlerts")


def alerts(picture: str) -> dict[str, Json]:
    """Every alert by its own name."""
    made = kept(picture)["predictedResources"]
    found = [each for kind in KINDS for each in rules.of_kind(made, kind)]
    return {re.sub(r"^alert-[0-9a-z]{13}-", "", each["name"]): each for each in found}


NAMES = sorted(alerts("default"))


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    assert sorted(re.findall(r"^### Alert: (\S+)$", RUNBOOKS, re.MULTILINE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_runbook_says_what_it_means_what_to_look_at_and_what_to_do(name: str) -> None:
    _, _, one = RUNBOOKS.partition(f"### Alert: {name}\n")
    one, _, _ = one.partition("\n### ")
    assert one.strip().startswith("**It means**:")
    assert "```sh\n" in one
    assert "\n**Do**" in one


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_leads_to_its_runbook(name: str) -> None:
    described = alerts("default")[name]["properties"]["description"]
    assert described.endswith(f" Runbook: docs/operating.md#alert-{name}")
    elsewhere = alerts("everything")[name]["properties"]["description"]
    assert f" Runbook: https://wiki.example.com/vm-restore/operating#alert-{name}" in elsewhere


def test_an_alert_on_one_restore_names_it() -> None:
    split = {
        name: [each["name"] for each in test["dimensions"]]
        for name, alert in alerts("default").items()
        for test in alert["properties"]["criteria"]["allOf"]
        if test.get("dimensions")
    }
    for_each = ("restore-failed", "approval-waits", "stands-still", "followed-again")
    assert split == {name: ["RequestId"] for name in (*for_each, "events-held-up")} | {
        "poison-messages": ["Rejection"]
    }


@pytest.mark.parametrize("name", [name for name in NAMES if name != "storage-unwell"])
def test_what_an_alert_measures_is_a_column_of_its_query(name: str) -> None:
    (test,) = alerts("default")[name]["properties"]["criteria"]["allOf"]
    columns = [test["metricMeasureColumn"], *(each["name"] for each in test["dimensions"])]
    for column in columns:
        assert re.search(rf"\b{column}\b", test["query"]), column
    assert not re.search(r"\{\w+\}", test["query"]), "nothing is left to put in"


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_reads_the_commands(block: str) -> None:
    run = subprocess.run(["sh", "-n"], input=block, text=True, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr


def test_what_the_commands_name_exists() -> None:
    asked = set(re.findall(r"(?:^|; )ask ([a-z-]+)", COMMANDS, re.MULTILINE))
    assert asked
    assert asked <= {path.stem for path in QUERIES}
    given = re.findall(r"^output (\w+) ", (INFRA / "main.bicep").read_text(), re.MULTILINE)
    assert set(re.findall(r"azd env get-value (\w+)", COMMANDS)) <= set(given)


def test_the_routes_that_are_called_are_the_apps_and_have_the_key_of_their_function() -> None:
    calls = re.findall(r"""^call (\w+) ['"]?([^'"?\s]+)""", COMMANDS, re.MULTILINE)
    assert len(calls) > 10
    for name, path in calls:
        pattern = re.sub(r"\$[A-Z]+", "{id}", path)
        (function,) = [each for each in worker().functions if each.name == name]
        assert function.trigger["route"] == pattern


def test_no_runbook_calls_in_a_way_that_only_one_of_the_two_modes_knows() -> None:
    """Keys or tokens: `who` knows. The live probe needs neither."""
    assert set(re.findall(r"^curl .*", COMMANDS, re.MULTILINE)) == {
        'curl -si "$URL/api/live"   # does it run functions at all?'
    }
