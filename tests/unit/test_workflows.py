"""The workflows run what is pinned, with no more rights than they say why, and keep no secret."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.locks import PYTHONS
from tools import package

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXTS = {path.stem: path.read_text() for path in WORKFLOWS}
LOADED: dict[str, Any] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = [
    pytest.param(job, id=f"{name}/{title}")
    for name, workflow in LOADED.items()
    for title, job in workflow["jobs"].items()
]
PINNED = re.compile(r"uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", re.MULTILINE)
MAY_WRITE = {("deploy", "deploy"): {"id-token"}}


def steps() -> list[dict[str, Any]]:
    return [
        step
        for workflow in LOADED.values()
        for job in workflow["jobs"].values()
        for step in job["steps"]
    ]


def test_every_action_is_pinned_by_its_commit_and_each_by_one() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    pins = [pin for text in TEXTS.values() for pin in PINNED.findall(text)]
    assert len(pins) == len(used) > 5
    assert len({pin[0] for pin in pins}) == len({*pins}), "one action, one commit"


def test_nothing_has_a_right_that_its_job_does_not_ask_for() -> None:
    for name, workflow in LOADED.items():
        assert workflow["permissions"] == {}
        for title, job in workflow["jobs"].items():
            given = {right for right, how in job["permissions"].items() if how != "read"}
            assert given == MAY_WRITE.get((name, title), set())


def test_no_secret_is_used() -> None:
    assert not [name for name, text in TEXTS.items() if "secrets." in text]


def test_no_text_of_somebody_else_becomes_part_of_a_command() -> None:
    assert not [step["run"] for step in steps() if "${{" in step.get("run", "")]


def test_no_checkout_leaves_its_token() -> None:
    checkouts = [each for each in steps() if each.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(each["with"] == {"persist-credentials": False} for each in checkouts)


@pytest.mark.parametrize("job", JOBS)
def test_every_job_ends_in_its_time(job: dict[str, Any]) -> None:
    assert 0 < job["timeout-minutes"] <= 60


def test_the_tests_run_on_every_python_of_the_app() -> None:
    job = LOADED["ci"]["jobs"]["test"]
    assert tuple(job["strategy"]["matrix"]["python"]) == PYTHONS
    assert job["env"] == {"PYTHON": "python${{ matrix.python }}"}
    assert {"run": ".ci/run"} in job["steps"]


def test_what_is_deployed_is_built_with_the_plans_python() -> None:
    assert f"vars.APP_PYTHON_VERSION || '{package.PYTHON_DEFAULT}'" in TEXTS["deploy"]
    (chosen,) = [
        step["with"]["python-version"]
        for step in LOADED["ci"]["jobs"]["package"]["steps"]
        if "python-version" in step.get("with", {})
    ]
    assert chosen == package.PYTHON_DEFAULT


def test_a_deployment_waits_for_its_environments_rules_and_for_the_one_before() -> None:
    workflow = LOADED["deploy"]
    assert workflow["jobs"]["deploy"]["environment"] == "${{ inputs.environment }}"
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert [*workflow[True]] == ["workflow_dispatch"], "by hand only; YAML reads `on` as true"


def test_a_new_release_waits_a_week_everywhere() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    kinds = {each["package-ecosystem"] for each in updates}
    assert kinds == {"uv", "pip", "npm", "github-actions", "devcontainers"}
    assert all(each["cooldown"]["default-days"] >= 7 for each in updates)


def test_the_development_container_sets_up_and_shows_what_runs() -> None:
    lines = (ROOT / ".devcontainer" / "devcontainer.json").read_text().splitlines()
    container = json.loads("\n".join(line for line in lines if not line.startswith("//")))
    assert container["postCreateCommand"] == "make setup"
    assert container["forwardPorts"] == [7071, 7072]
    assert re.search(r":3\.1[123]-", container["image"])
