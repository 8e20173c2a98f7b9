"""docs/deploy.md and the README's deployment: all that they name exists."""

import re
import shutil
import subprocess

import pytest

from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import INFRA
from tools import bicep, package
from tools.tidy.source import project_files

ROOT = INFRA.parent
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
README = (ROOT / "README.md").read_text()
_, _, SHORT = README.partition("## Deployment")
SHORT, _, _ = SHORT.partition("\n## ")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", DEPLOY + SHORT, re.MULTILINE | re.DOTALL)
COMMANDS = "".join(BLOCKS)
CODE = [source for source in project_files(ROOT) if source.is_shipped and source.is_python]
PARAMETERS = (INFRA / "main.bicepparam").read_text()
TEMPLATE = (INFRA / "main.bicep").read_text()
VARIABLES = set(re.findall(r"readEnvironmentVariable\('(\w+)'", PARAMETERS.replace("\n", "")))


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_reads_the_commands(block: str) -> None:
    run = subprocess.run(["sh", "-n"], input=block, text=True, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr


def test_every_variable_that_is_set_is_read_by_the_parameters() -> None:
    set_here = set(re.findall(r"azd env set (\w+)", DEPLOY + SHORT)) - {"NAME"}
    assert len(set_here) > 5
    assert set_here <= VARIABLES


def test_the_options_are_exactly_those_of_the_parameters() -> None:
    """The app's own settings are in the README; azd itself asks for the first two."""
    _, _, table = DEPLOY.partition("\n## Options\n")
    table, _, _ = table.partition("\n## ")
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}
    settings = set(re.findall(r"^param (\w*[A-Z]_\w+|\w+__\w+) ", TEMPLATE, re.MULTILINE))
    asked = {"AZURE_ENV_NAME", "AZURE_LOCATION"}
    assert told - settings == VARIABLES - settings - asked


def test_every_default_is_the_parameters_own() -> None:
    """Empty is none, all, or the same as another."""
    _, _, table = DEPLOY.partition("\n## Options\n")
    table, _, _ = table.partition("\n## ")
    given = dict(re.findall(r"readEnvironmentVariable\('(\w+)', '([^']*)'\)", PARAMETERS))
    written = {"none": ("", "-1"), "all": ("",), "the same": ("",)}
    rows = re.findall(r"^\| (`[A-Z_`, ]+) \| ([^|]+) \| ", table, re.MULTILINE)
    assert len(rows) > 15
    for names, told in rows:
        variables, values = (
            re.findall(r"\w+", names),
            [each.strip("`") for each in told.split(", ")],
        )
        if variables == ["RESOURCE_GROUP"]:  # in words
            continue
        for index, variable in enumerate(variables):
            value = values[min(index, len(values) - 1)]
            assert given[variable] in written.get(value, (value,)), variable


def test_every_setting_that_may_name_a_file_is_told() -> None:
    *first, last = (f"`{name}`" for name in package.NAMING)
    assert f"For {', '.join(first)} and {last} put a JSON file" in DEPLOY


def test_every_value_that_is_asked_for_is_given_out() -> None:
    asked = set(re.findall(r"azd env get-value (\w+)", DEPLOY))
    assert asked
    assert asked <= set(re.findall(r"^output (\w+) ", TEMPLATE, re.MULTILINE))


def test_every_function_whose_key_is_asked_for_exists() -> None:
    functions = set(re.findall(r"\$\(key (\w+)\)", COMMANDS))
    assert "start_restore" in functions
    for name in functions:
        assert any(f"def {name}(" in source.text for source in CODE), name


def test_every_path_that_is_named_exists() -> None:
    local = re.findall(r"(?:examples|tests|infra|docs)/[\w./-]+\w", COMMANDS + DEPLOY)
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", DEPLOY)
    assert local
    assert links
    assert [path for path in local if not (ROOT / path).exists()] == []
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_every_place_within_a_page_that_is_linked_to_exists() -> None:
    for path, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", DEPLOY):
        page = (ROOT / "docs" / (path or "deploy.md")).resolve().read_text()
        titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
        assert anchor in {_anchor(title) for title in titles}, anchor


def test_every_alert_is_explained() -> None:
    told = dict(re.findall(r"^\| \[`([a-z-]+)`\]\(\S+\) \| (\d) \|", DEPLOY, re.MULTILINE))
    made = kept("default")["predictedResources"]
    kinds = ("Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/metricAlerts")
    prefix = re.compile(r"alert-[0-9a-z]{13}-")
    assert told == {
        prefix.sub("", each["name"]): str(each["properties"]["severity"])
        for kind in kinds
        for each in rules.of_kind(made, kind)
    }


def test_the_older_azd_that_deletes_too_much_is_named() -> None:
    assert "**1.24.1 or later**" in DEPLOY
    assert ">= 1.24.1" in (ROOT / "azure.yaml").read_text()


def test_the_deployment_in_the_readme_is_six_lines() -> None:
    block, *_ = re.findall(r"^```sh\n(.*?)^```", SHORT, re.MULTILINE | re.DOTALL)
    assert len(block.splitlines()) == 6


def test_the_pictures_are_drawn_by_the_command_that_is_told() -> None:
    assert "python -m tools.bicep pictures" in (INFRA / "README.md").read_text()
    assert bicep.names() == ["default", "everything"]


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
