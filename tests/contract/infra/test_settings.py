"""Every setting of the app can be set by a parameter of its name, with its default, or is excepted
in infra/README.md."""

import inspect
import json
import re

import pytest

from restore import settings
from restore.settings import Settings, variables
from tests.contract.infra import rules
from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import INFRA, Json
from tools import bicep

_FIELD = re.compile(r'^    """([A-Z]\w+): ', re.MULTILINE)
_README = (INFRA / "README.md").read_text()
_, _, _EXCEPTED = _README.partition("## Settings that are no parameters")
_EXCEPTIONS, _, _HOSTS = _EXCEPTED.partition("What the template sets beside")
_HOSTS, _, _ = _HOSTS.partition("\n# ")

STORAGE = {"AzureWebJobsStorage__accountName": "strestore"}


def known() -> set[str]:
    """The app's settings, as their docstrings name them."""
    found = set(_FIELD.findall(inspect.getsource(settings.Settings)))
    assert found == {*variables()}, "each field names its setting first"
    return found


def excepted() -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \| ", _EXCEPTIONS, re.MULTILINE))


def the_hosts() -> set[str]:
    rows = re.findall(r"^\| (`\w+`.*?) \| ", _HOSTS, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def given(name: str) -> dict[str, str]:
    """What the Function App of a picture has as its settings."""
    (site,) = rules.of_kind(kept(name)["predictedResources"], "Microsoft.Web/sites")
    return {each["name"]: each["value"] for each in site["properties"]["siteConfig"]["appSettings"]}


def test_every_setting_can_be_set_or_is_excepted() -> None:
    wanted = known() - excepted()
    inputs = bicep.inputs("everything")
    assert {name: given("everything").get(name) for name in wanted} == {
        name: inputs[name] for name in wanted
    }


def test_the_app_takes_what_it_is_given() -> None:
    files: list[str] = []

    def read(name: str) -> str:
        files.append(name)
        return '{"receivers": []}' if name == "notify.json" else '{"rules": []}'

    said = {name: given("everything")[name] for name in known() - excepted()}
    of_azure = {"WEBSITE_AUTH_ENABLED": "True"}  # authentication is on in this picture
    taken = Settings.parse(STORAGE | of_azure | said, read)
    assert taken.problems == ()
    assert taken != Settings()
    inputs = bicep.inputs("everything")
    assert files == [inputs[f"RESTORE_{name}"] for name in ("POLICY", "RULES", "NOTIFY")]


def test_the_defaults_are_the_apps_own() -> None:
    wanted = known() - excepted()
    said = {name: value for name, value in given("default").items() if name in wanted}
    assert said
    assert Settings.parse(STORAGE | said) == Settings()


def test_nothing_is_set_that_nobody_knows(picture: str) -> None:
    told = json.loads(bicep.inputs(picture).get("NOTIFY_SECRETS", "[]"))
    secrets = {each["setting"] for each in told}
    assert given(picture).keys() - the_hosts() - secrets <= known()
    assert the_hosts() <= given(picture).keys()


def test_a_secret_of_a_receiver_is_a_reference_and_no_value() -> None:
    value = given("everything")["RESTORE_NOTIFY_TEAMS_URL"]
    assert value == "@Microsoft.KeyVault(VaultName=kv-oncall;SecretName=teams)"


def test_an_exception_is_a_setting_that_is_no_parameter() -> None:
    assert excepted() <= known()
    assert not excepted() & bicep.inputs("everything").keys()


def test_the_template_refuses_what_the_app_would_refuse(template: Json) -> None:
    """A value outside is told at deployment, not when the app does not start."""
    bounded = {
        name: parameter
        for name, parameter in template["parameters"].items()
        if name in known() and "minValue" in parameter
    }
    assert len(bounded) >= 8
    for name, parameter in bounded.items():
        for value, is_good in (
            (parameter["minValue"], True),
            (parameter["minValue"] - 1, False),
            (parameter["maxValue"], True),
            (parameter["maxValue"] + 1, False),
        ):
            assert _is_alone_good(name, value) is is_good, f"{name} = {value}"


def test_a_setting_that_the_template_does_not_know_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.contract.infra.test_settings.known", lambda: {"RESTORE_NEW", "X"})
    with pytest.raises(KeyError):
        test_every_setting_can_be_set_or_is_excepted()
    with pytest.raises(AssertionError):
        test_nothing_is_set_that_nobody_knows("default")


def _is_alone_good(name: str, value: int) -> bool:
    """Whether the app has nothing against this value by itself: two that do not go together are
    another matter."""
    problems = Settings.parse({name: str(value)}).problems
    return not any(each.startswith(f"{name} must be") for each in problems)
