"""What to type next, as far as the job has said what is needed for it."""

from urllib.parse import unquote, urlsplit

from restore.messages.job_details import RestoreOutput

_UNNAMED = "the staging storage account"


def create_vm(output: RestoreOutput | None) -> str:
    """Say how a VM is made of restored disks.

    The template's blob is private, hence two commands (Azure's tutorial "Restore a disk").
    """
    where = _blob(output.template_uri) if output and output.template_uri else None
    if output is None or where is None:
        return f"Create a VM from them with the template that the job wrote to {_place(output)}."
    import shlex  # few restores end with a command

    account, container, blob = map(shlex.quote, where)
    file = shlex.quote(where[2].rpartition("/")[2])
    group = shlex.quote(output.resource_group) if output.resource_group else "<resource group>"
    there = f" --subscription {shlex.quote(output.subscription)}" if output.subscription else ""
    return (
        "Create a VM from them with the job's template: az storage blob download --auth-mode login "
        f"--account-name {account} --container-name {container} --name {blob} --file {file} && "
        f"az deployment group create --resource-group {group}{there} --template-file {file} "
        "(the first needs Storage Blob Data Reader; the second asks for what the template leaves "
        "open)."
    )


def _place(output: RestoreOutput | None) -> str:
    if output is None or output.storage_account is None:
        return _UNNAMED
    container = f", container {output.container}" if output.container else ""
    return f"{_UNNAMED} {output.storage_account}{container}"


def _blob(uri: str) -> tuple[str, str, str] | None:
    """Account, container and name of a blob; None if this is no blob's URL."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    container, _, name = unquote(parts.path).lstrip("/").partition("/")
    account = (parts.hostname or "").partition(".")[0]
    return (account, container, name) if account and container and name else None
