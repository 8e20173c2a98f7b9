"""RESTORE_POLICY among the settings: JSON or a file of it; what is wrong with either is said."""

import base64
import json
from collections.abc import Callable, Mapping

import pytest

from restore.policy import rules
from restore.settings import Settings


def _parsed(given: Mapping[str, str], read: Callable[[str], str] | None = None) -> Settings:
    """The settings of an app that has its storage account."""
    return Settings.parse({"AzureWebJobsStorage__accountName": "strestore", **given}, read)


_ONE = (
    '{"rules": [{"name": "a", "recoveryTypes": ["RestoreDisks"], "sources": ["*"], "targets": []}]}'
)


def test_a_policy_is_given_as_json_or_by_its_files_name() -> None:
    given = Settings.parse({"RESTORE_POLICY": _ONE})
    read = Settings.parse({"RESTORE_POLICY": "policy.json"}, {"policy.json": _ONE}.__getitem__)
    assert given.restore_policy is not None
    assert given.restore_policy == read.restore_policy
    assert [rule.name for rule in given.restore_policy.rules] == ["a"]


def test_without_a_policy_the_defaults_hold() -> None:
    assert Settings.parse({"RESTORE_POLICY": ""}).restore_policy == rules.DEFAULT


@pytest.mark.parametrize("text", ["{rules:[]}", "nowhere.json", "@Microsoft.KeyVault(SecretUri=x)"])
def test_a_policy_that_cannot_be_read_is_none_and_never_the_default(text: str) -> None:
    def read(name: str) -> str:
        raise FileNotFoundError(2, "No such file or directory", name)

    wrong = _parsed({"RESTORE_POLICY": text}, read)
    assert wrong.problems
    assert wrong.restore_policy is None
    assert _parsed({"RESTORE_POLICY": text}).restore_policy is None


def test_the_faults_of_a_policy_are_said_beside_all_others() -> None:
    wrong = '{"rules": [{"name": "a"}], "maxConcurrentRestores": "many"}'
    assert _parsed({"AZURE_CLOUD": "mars", "RESTORE_POLICY": wrong}).problems == (
        "AZURE_CLOUD must be one of public, usgovernment, china.",
        "RESTORE_POLICY $.rules[0].recoveryTypes is required.",
        "RESTORE_POLICY $.rules[0].sources is required.",
        "RESTORE_POLICY $.rules[0].targets is required.",
        "RESTORE_POLICY $.maxConcurrentRestores must be a whole number from 1 to 1000.",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{rules:[{name:a}]}", "RESTORE_POLICY $ has lost its quotes, as a shell takes them"),
        (f"'{_ONE}'", "RESTORE_POLICY is JSON in quotes: leave the quotes around it out."),
        (json.dumps(_ONE), "RESTORE_POLICY is JSON in a JSON text"),
        (_ONE.replace('"', "'"), "RESTORE_POLICY $ is JSON with single quotes"),
        (_ONE.replace('"', '\\"'), "RESTORE_POLICY $ is JSON with backslashes before its quotes"),
        (_ONE.replace('"', "“"), "RESTORE_POLICY $ is JSON with typographic quotes"),
        (base64.b64encode(_ONE.encode()).decode(), "RESTORE_POLICY is JSON in Base64"),
        (
            "@policy.json",
            "RESTORE_POLICY is the name of a file: what sent it has not read the file",
        ),
        (
            "policy.json",
            "RESTORE_POLICY names a file that the app cannot read: No such file or directory",
        ),
    ],
)
def test_a_policy_that_a_shell_or_a_portal_has_changed_is_called_what_it_is(
    text: str, said: str
) -> None:
    def read(name: str) -> str:
        raise FileNotFoundError(2, "No such file or directory", name)

    (problem,) = _parsed({"RESTORE_POLICY": text}, read).problems
    assert problem.startswith(said)


def test_a_policys_file_that_cannot_be_read_is_a_fault() -> None:
    def read(name: str) -> str:
        raise FileNotFoundError(2, "No such file or directory", name)

    assert _parsed({"RESTORE_POLICY": "nowhere.json"}, read).problems == (
        "RESTORE_POLICY names a file that the app cannot read: No such file or directory.",
    )


def test_a_policys_file_that_is_no_text_is_called_one() -> None:
    def read(name: str) -> str:
        return b"\xff".decode()

    assert _parsed({"RESTORE_POLICY": "policy.json"}, read).problems == (
        "RESTORE_POLICY names a file that the app cannot read: it is not UTF-8 text.",
    )
