"""docs/security.md says what is so: its policy is one, its functions exist, its links lead on."""

import json
import re
from pathlib import Path

from arm import paging, reply_body, transport
from restore import storage_settings
from restore.policy import policy_text
from restore.request import json_text
from restore.values import redaction
from storage import reachability
from tests import role

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_policy_that_it_shows_can_be_used() -> None:
    (shown,) = (block for kind, block in BLOCK.findall(TEXT) if kind == "json")
    policy = policy_text.parse(shown)
    assert [rule.name for rule in policy.rules] == ["disks-of-web", "people-may-replace"]
    assert policy.rules[1].approval


def test_the_functions_that_it_names_have_routes() -> None:
    routes = (ROOT / "triggers" / "http.py").read_text()
    named = {
        "start_restore",
        "show_restore",
        "list_restores",
        "show_event_data",
        "decide_about_restore",
        "abandon_restore",
        "list_rejections",
        "put_back_rejection",
        "show_rejection",
    }
    assert all(name in TEXT and f"async def {name}(" in routes for name in named)


def test_the_storage_account_has_one_list_of_settings_and_one_of_roles() -> None:
    _, _, section = TEXT.partition("## 2. ")
    rows = re.findall(r"^\| (`.+?) \|", section.partition("\n## ")[0], re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    roles = {name for name in told if name.startswith("Storage ")}
    assert told - roles == {*storage_settings.NAMES, "AZURE_CLIENT_ID"}
    assert roles == set(reachability.ROLES.values())
    assert [*reachability.ROLES] == [*storage_settings.SERVICES]
    assert all(f'"{role}"' in section for role in roles)


def test_its_links_within_the_project_lead_to_files() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    assert links
    assert all((ROOT / "docs" / link).exists() for link in links)


def test_every_source_that_it_cites_is_listed_and_is_microsofts_own() -> None:
    cited = {int(number) for number in re.findall(r"\[(\d)\]", TEXT)}
    listed = dict(re.findall(r"^(\d)\. (Microsoft Learn, .+https://learn\.microsoft\.com/\S+)$",
                             TEXT, re.MULTILINE))  # fmt: skip
    assert {str(number) for number in cited} == set(listed)


def test_the_role_in_its_commands_is_the_one_of_the_definition() -> None:
    definition = json.loads((role.INFRA / "role-definition.json").read_text())
    assert f"--role {definition['Name']} " in TEXT
    assert f"s/{definition['AssignableScopes'][0].removeprefix('/subscriptions/')}/" in TEXT


def test_the_bounds_that_it_tells_are_those_of_the_code() -> None:
    assert f"{reply_body.BODY_BYTES_MAX / 1024**2:g} MiB a body" in TEXT
    assert f"{paging.PAGES_MAX} pages, {paging.ITEMS_MAX:,} entries and three minutes" in TEXT
    assert (paging.LIST_S_MAX, transport.REPLY_TIMEOUT_S) == (180, 120)
    assert f"{json_text.BYTES_MAX / 1024:g} KB, every field checked" in TEXT


def test_the_help_pages_whose_links_stay_are_named() -> None:
    (named,) = re.findall(r"Links to ([a-z., ]+ and [a-z.]+) stay", TEXT)
    assert set(re.split(", | and ", named)) == redaction.HELP_HOSTS
