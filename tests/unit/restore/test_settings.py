"""Settings have defaults, and everything wrong with them is said at once."""

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError
from datetime import timedelta
from math import inf
from pathlib import Path
from types import MappingProxyType

import pytest

from restore.alerts import restore_rules
from restore.messages.errors import SettingsWrong
from restore.messages.poll_policy import PollPolicy
from restore.notify import receivers
from restore.policy import rules
from restore.settings import Settings, variables
from restore.values import api_versions, host_json


def _parsed(
    given: Mapping[str, str] = MappingProxyType({}), read: Callable[[str], str] | None = None
) -> Settings:
    """The settings of an app that has its storage account."""
    return Settings.parse({"AzureWebJobsStorage__accountName": "strestore", **given}, read)


def _problems(**environment: str) -> tuple[str, ...]:
    return _parsed(environment).problems


def test_nothing_but_the_storage_account_has_to_be_set() -> None:
    parsed = _parsed()
    assert parsed == Settings()
    assert Settings.parse({}).problems[0].startswith("AzureWebJobsStorage names no storage account")
    assert parsed.arm_endpoint == "https://management.azure.com"
    assert parsed.poll_policy() == PollPolicy()


def test_an_empty_setting_has_its_default() -> None:
    assert _parsed({"AZURE_CLIENT_ID": "", "RESTORE_POLL_S_MIN": " "}) == Settings()


def test_other_variables_are_none_of_our_business() -> None:
    others = {
        "PATH": "/bin",
        "path": "/usr/bin",
        "AzureWebJobsStorage": "AccountName=a;AccountKey=b",
    }
    assert Settings.parse(others) == Settings()


@pytest.mark.parametrize(
    ("cloud", "endpoint"),
    [
        ("usgovernment", "https://management.usgovcloudapi.net"),
        ("china", "https://management.chinacloudapi.cn"),
    ],
)
def test_the_cloud_decides_where_arm_is(cloud: str, endpoint: str) -> None:
    assert Settings.parse({"AZURE_CLOUD": cloud}).arm_endpoint == endpoint


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:7072", "http://127.0.0.1:1", "http://localhost", "http://[::1]:7072"],
)
def test_the_simulated_vault_takes_arms_place(address: str) -> None:
    for given in (address, f"{address}/"):
        parsed = _parsed({"SIMULATED_ARM_ENDPOINT": given})
        assert (parsed.arm_endpoint, parsed.problems) == (address, ())


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:7072",
        "http://10.0.0.1:7072",
        "http://127.0.0.1.example.com",
        "http://user@127.0.0.1:7072",
        "http://127.0.0.1:7072/path",
        "http://127.0.0.1:99999",
        "127.0.0.1:7072",
        "ftp://127.0.0.1:7072",
        "http://127.0.0.1:0",
        "http://127.0.0.1:7072?x",
        "http://127.0.0.1:7072#x",
    ],
)
def test_a_token_goes_over_plain_http_to_loopback_only(address: str) -> None:
    assert "must be a plain loopback address" in _problems(SIMULATED_ARM_ENDPOINT=address)[0]


@pytest.mark.parametrize("version", api_versions.SECONDARY_REGION)
def test_versions_of_the_secondary_region_are_refused(version: str) -> None:
    assert "secondary region" in _problems(BACKUP_API_VERSION=version)[0]


@pytest.mark.parametrize("version", ["2019-05-13", "2021-10-01", "2026-10-01"])
def test_other_versions_may_be_chosen(version: str) -> None:
    assert Settings.parse({"BACKUP_API_VERSION": version}).backup_api_version == version


def test_waits_go_into_the_pace() -> None:
    given = {
        "RESTORE_POLL_S_FIRST": "5",
        "RESTORE_POLL_S_MIN": "5.5",
        "RESTORE_POLL_S_MAX": "6",
        "RESTORE_JOB_SEARCH_S": "0",
    }
    assert Settings.parse(given).poll_policy() == PollPolicy(
        poll_s_first=5, poll_s_min=5.5, poll_s_max=6, job_search_s=0
    )


def test_everything_wrong_is_said_at_once() -> None:
    problems = _problems(
        AZURE_CLOUD="mars",
        BACKUP_API_VERSION="latest",
        AZURE_CLIENT_ID="me",
        RESTORE_POLL_S_FIRST="4",
        RESTORE_JOB_SEARCH_S="nan",
        RESTORE_RECONCILE_S="420",
        RESTORE_REVIVALS_MAX="0",
        RESTORE_KEEP_D="half",
    )
    assert problems == (
        "AZURE_CLOUD must be one of public, usgovernment, china.",
        "BACKUP_API_VERSION must look like 2026-07-01.",
        "AZURE_CLIENT_ID must be a client id (a GUID).",
        "RESTORE_POLL_S_FIRST must be a number from 5 to 3600.",
        "RESTORE_JOB_SEARCH_S must be a number from 0 to 3600.",
        "RESTORE_RECONCILE_S must divide a minute or an hour evenly, such as 60, 300 or 900.",
        "RESTORE_REVIVALS_MAX must be a whole number from 1 to 20.",
        "RESTORE_KEEP_D must be a whole number from 1 to 3650.",
    )


_WIDE = {
    "RESTORE_POLL_S_MIN": "5",
    "RESTORE_POLL_S_MAX": "3600",
    host_json.OVERRIDE: "00:30:00",
}
"""Beside these each number may be as small and as large as by itself."""


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("RESTORE_POLL_S_FIRST", 5, 3600), ("RESTORE_POLL_S_MAX", 5, 3600),
        ("RESTORE_POLL_S_MIN", 5, 3600), ("RESTORE_JOB_SEARCH_S", 0, 3600),
        ("ARM_TIMEOUT_S", 1, 600), ("RESTORE_RECONCILE_S", 5, 3600),
        ("RESTORE_REVIVALS_MAX", 1, 20), ("RESTORE_KEEP_D", 1, 3650),
        ("RESTORE_DUPLICATE_WINDOW_S", 0, 86_400),
    ],
)  # fmt: skip
def test_each_number_may_be_as_small_and_as_large_as_is_said_and_no_more(
    name: str, least: int, most: int
) -> None:
    for value in (least, most):
        parsed = _parsed({**_WIDE, name: str(value)})
        assert (getattr(parsed, name.lower()), parsed.problems) == (value, ())
    for value in (least - 1, most + 1):
        (problem,) = _problems(**{**_WIDE, name: str(value)})
        assert problem.startswith(f"{name} must be a ")
        assert problem.endswith(f"number from {least} to {most}.")


def test_only_the_reconcilers_period_must_divide_evenly() -> None:
    sevens = ("RESTORE_REVIVALS_MAX", "RESTORE_KEEP_D", "RESTORE_DUPLICATE_WINDOW_S")
    assert _problems(**dict.fromkeys(sevens, "7")) == ()


def test_the_defaults_are_those_that_are_said() -> None:
    default = Settings()
    policy = default.poll_policy()
    assert (policy.poll_s_first, policy.poll_s_min, policy.poll_s_max) == (30, 60, 300)
    assert (policy.job_search_s, policy.arm_timeout_s) == (120, 60)
    assert (default.restore_reconcile_s, default.restore_revivals_max) == (300, 3)
    assert (default.keep(), default.duplicate_window.total_seconds()) == (timedelta(days=30), 600)
    assert (default.function_timeout_s, default.activity_s) == (300, 210)
    assert not default.restore_alerts_stopped
    assert not default.website_auth_enabled


def test_an_activity_ends_in_half_an_hour_where_a_function_need_not_end() -> None:
    assert Settings(function_timeout_s=inf).activity_s == 1800 - 90


def test_settings_are_given_by_name_and_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().azure_cloud = "china"  # type: ignore[misc]
    with pytest.raises(TypeError, match="positional"):
        Settings(())  # type: ignore[call-arg]


def test_the_least_wait_may_not_exceed_the_most() -> None:
    assert _problems(RESTORE_POLL_S_MIN="400") == (
        "RESTORE_POLL_S_MIN is greater than RESTORE_POLL_S_MAX.",
    )


def test_every_field_says_its_variable_beneath_it() -> None:
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    texts = [
        node.value.value
        for node in body.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    said = [str(text).partition(":")[0] for text in texts[2:]]
    assert said == [*variables()]


HOST = (Path(__file__).parents[3] / "host.json").read_text(encoding="utf-8")


def test_the_default_is_what_the_apps_own_host_file_says() -> None:
    assert Settings.parse({}, host_text=HOST).function_timeout_s == Settings().function_timeout_s
    assert host_json.function_timeout_s({}, "{}") == 300


@pytest.mark.parametrize(
    ("value", "seconds"), [("00:10:00", 600), ("1.00:00:00", 86_400), ("-1", inf)]
)
def test_the_time_of_a_function_is_the_hosts_file_or_the_setting_that_overrides_it(
    value: str, seconds: float
) -> None:
    in_file = HOST.replace('"00:05:00"', f'"{value}"')
    assert host_json.function_timeout_s({}, in_file) == seconds
    for name in (host_json.OVERRIDE, host_json.OVERRIDE.upper()):
        assert host_json.function_timeout_s({name: value}, HOST) == seconds
    assert host_json.function_timeout_s({host_json.OVERRIDE: " "}, HOST) == 300


@pytest.mark.parametrize("text", ["five minutes", "-0", "-2"])
def test_a_time_of_a_function_that_is_none_is_a_fault_beside_all_others(text: str) -> None:
    wrong = {host_json.OVERRIDE: text, "AZURE_CLOUD": "mars"}
    assert _problems(**wrong) == (
        "AZURE_CLOUD must be one of public, usgovernment, china.",
        "AzureFunctionsJobHost__functionTimeout must be a time such as 00:05:00, or -1.",
    )


@pytest.mark.parametrize("timeout_s", ["95", "600"])
def test_a_call_must_fit_into_the_time_of_a_function(timeout_s: str) -> None:
    longer = {"ARM_TIMEOUT_S": timeout_s, host_json.OVERRIDE: "00:30:00"}
    parsed = _parsed(longer)
    assert (parsed.arm_timeout_s, parsed.problems) == (float(timeout_s), ())
    just_short_enough = {"ARM_TIMEOUT_S": "95", host_json.OVERRIDE: "00:05:00"}
    assert _problems(**just_short_enough) == ()
    shorter = {"ARM_TIMEOUT_S": "96", host_json.OVERRIDE: "00:05:00"}
    (problem,) = _problems(**shorter)
    assert "ARM_TIMEOUT_S (96) does not fit into functionTimeout (300 s)" in problem
    assert "it needs 302 s" in problem


def test_a_time_of_a_function_too_short_for_any_call_is_a_fault() -> None:
    assert "does not fit" in _problems(AzureFunctionsJobHost__functionTimeout="00:01:00")[0]


def test_what_is_wrong_has_its_default_and_what_is_right_its_value() -> None:
    parsed = _parsed({"RESTORE_POLL_S_MIN": "soon", "RESTORE_POLL_S_MAX": "600"})
    assert (parsed.restore_poll_s_min, parsed.restore_poll_s_max) == (60, 600)
    assert len(parsed.problems) == 1


def test_a_setting_that_is_wrong_is_refused_to_who_requires_it_and_to_who_requires_all() -> None:
    wrong = _parsed({"RESTORE_KEEP_D": "half", "AZURE_CLOUD": "mars"})
    wrong.require("RESTORE_POLICY")
    for names in (("RESTORE_KEEP_D",), ("AZURE_CLOUD", "RESTORE_KEEP_D"), ()):
        with pytest.raises(SettingsWrong, match="RESTORE_KEEP_D must be a whole number"):
            wrong.require(*names)
    with pytest.raises(SettingsWrong):
        wrong.keep()
    assert _parsed({"AZURE_CLOUD": "mars"}).keep() == timedelta(days=30)
    _parsed().require()


@pytest.mark.parametrize("case", [str.upper, str.lower, str.title])
def test_a_setting_is_known_in_any_case(case: Callable[[str], str]) -> None:
    given = {case("AZURE_CLOUD"): "china", case(host_json.OVERRIDE): "00:10:00"}
    parsed = Settings.parse(given)
    assert (parsed.azure_cloud, parsed.function_timeout_s) == ("china", 600)


def test_two_cases_of_a_setting_may_say_the_same_only() -> None:
    assert Settings.parse({"AZURE_CLOUD": "china", "azure_cloud": "china"}).azure_cloud == "china"
    assert Settings.parse({"AZURE_CLOUD": "china", "azure_cloud": " "}).azure_cloud == "china"
    assert _problems(AZURE_CLOUD="china", azure_cloud="public") == (
        "AZURE_CLOUD is set more than once, with names that differ in case, to different values.",
    )


VAULT_REFERENCE = "@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/s3cret/)"
SETTINGS = [
    *variables(),
    "AzureWebJobsStorage",
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__clientId",
]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("reference", [VAULT_REFERENCE, VAULT_REFERENCE.lower()])
def test_a_reference_to_a_secret_that_was_not_resolved_is_called_one(
    name: str, reference: str
) -> None:
    (problem,) = _problems(**{name: reference})
    assert problem.startswith(f"{name} is a Key Vault reference that was not resolved: give the")
    assert "s3cret" not in problem
    other = "@Microsoft.AppConfiguration(Endpoint=https://x.azconfig.io; Key=k)"
    assert "App Configuration reference" in _problems(**{name: other})[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'00000000-0000-0000-0000-000000000001'", "; it stands in quotes: leave them out."),
        ("00000000-0000-0000-0000-000000000001\u200b", "; it holds U+200B (zero width space)"),
        ("${CLIENT_ID}", "; it holds a placeholder that nothing has filled in."),
    ],
)
def test_what_has_become_of_a_setting_is_said(text: str, said: str) -> None:
    assert said in _problems(AZURE_CLIENT_ID=text)[0]


@pytest.mark.parametrize("text", ["True", "true", "False", "1", "yes", ""])
def test_only_azures_own_word_says_that_callers_are_known(text: str) -> None:
    is_on = Settings.parse({"WEBSITE_AUTH_ENABLED": text}).website_auth_enabled
    assert is_on is (text in {"True", "true"})


def test_what_is_wrong_elsewhere_leaves_the_documents_as_they_are() -> None:
    parsed = _parsed({"AZURE_CLOUD": "mars", "RESTORE_VAULTS": "x"})
    assert len(parsed.problems) == 2
    assert parsed.restore_policy == rules.DEFAULT
    assert parsed.restore_rules == restore_rules.NONE
    assert parsed.restore_notify == receivers.NOBODY


_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
_VAULT = f"{_SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v"


def test_a_vm_is_looked_for_in_vaults_and_subscriptions() -> None:
    parsed = _parsed({"RESTORE_VAULTS": f" {_SUBSCRIPTION}, {_VAULT},"})
    assert (parsed.restore_vaults, parsed.problems) == ((_SUBSCRIPTION, _VAULT), ())


@pytest.mark.parametrize("text", ["v", f"{_SUBSCRIPTION}/resourceGroups/rg", f"{_VAULT}, v"])
def test_a_vault_that_is_none_is_a_fault(text: str) -> None:
    (problem,) = _problems(RESTORE_VAULTS=text)
    assert problem.startswith("RESTORE_VAULTS must be ARM ids of vaults and subscriptions,")
