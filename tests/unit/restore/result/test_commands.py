"""What to type next is complete, can be pasted, and shows no secret."""

import shlex

import pytest

from restore.messages.job_details import RestoreOutput
from restore.result import commands

_URI = "https://stage.blob.core.windows.net/vm1-daa19311/azuredeploy1fc2.json"


def test_a_vm_is_made_of_the_disks_by_the_jobs_own_template() -> None:
    output = RestoreOutput(template_uri=_URI, resource_group="rg-new", subscription="sub-2")
    assert commands.create_vm(output) == (
        "Create a VM from them with the job's template: az storage blob download --auth-mode login "
        "--account-name stage --container-name vm1-daa19311 --name azuredeploy1fc2.json --file "
        "azuredeploy1fc2.json && az deployment group create --resource-group rg-new --subscription "
        "sub-2 --template-file azuredeploy1fc2.json (the first needs Storage Blob Data Reader; the "
        "second asks for what the template leaves open)."
    )


def test_what_is_pasted_is_what_azure_said_and_no_command_of_its_own() -> None:
    uri = "https://stage.blob.core.windows.net/c%20d/t;reboot.json"
    text = commands.create_vm(RestoreOutput(template_uri=uri, resource_group="rg(1) $(reboot)"))
    words = shlex.split(text.partition("template: ")[2].partition(" (the first")[0])
    assert "c d" in words
    assert "t;reboot.json" in words
    assert "rg(1) $(reboot)" in words


@pytest.mark.parametrize(
    ("output", "where"),
    [
        (None, "to the staging storage account."),
        (RestoreOutput(storage_account="stage"), "to the staging storage account stage."),
        (
            RestoreOutput(storage_account="stage", container="c"),
            "to the staging storage account stage, container c.",
        ),
        (RestoreOutput(template_uri="[removed]"), "to the staging storage account."),
        (RestoreOutput(template_uri="https://[::1"), "to the staging storage account."),
    ],
)
def test_without_a_template_it_says_where_to_look(output: RestoreOutput | None, where: str) -> None:
    text = commands.create_vm(output)
    assert text.startswith("Create a VM from them with the template that the job wrote")
    assert text.endswith(where)


@pytest.mark.parametrize(
    "uri",
    [
        "https:///c/t.json",
        "https://stage.blob.core.windows.net/",
        "https://stage.blob.core.windows.net/c",
        "https://stage.blob.core.windows.net//t.json",
    ],
)
def test_what_lacks_account_container_or_name_is_no_template(uri: str) -> None:
    text = commands.create_vm(RestoreOutput(template_uri=uri, storage_account="stage"))
    assert text.endswith("to the staging storage account stage.")


def test_a_file_has_the_last_part_of_a_blobs_name_and_a_group_may_be_unknown() -> None:
    uri = "https://stage.blob.core.windows.net/c/a/b/t.json"
    text = commands.create_vm(RestoreOutput(template_uri=uri))
    assert "--account-name stage --container-name c --name a/b/t.json --file t.json " in text
    assert "--resource-group <resource group> --template-file t.json (" in text
