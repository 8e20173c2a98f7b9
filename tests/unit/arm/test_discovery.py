"""A VM's backup is found by its id alone, also of one that is gone; and nothing is guessed."""

from typing import Any

import pytest

from arm import discovery
from arm.authorized_request import AuthorizedRequest
from arm.backup import Backup
from arm.client import Client
from devhost.clock import VirtualClock
from restore.messages import errors
from restore.values import api_versions
from simulated_azure import names, seed
from simulated_azure.faults import Fault, Match
from simulated_azure.simulator import Simulator
from simulated_azure.state import Item, Vault
from simulated_azure.transport import InProcess
from tests.fakes.app_harness import START
from tests.unit.arm import fakes
from tests.unit.arm.fakes import Script, refusal, reply

GONE = seed.vm_id("deleted-01")
SUBSCRIPTION = f"/subscriptions/{seed.SUBSCRIPTION}"
OTHER_VAULT = seed.VAULT_ID.replace("vault-west", "vault-old")


class Azure:
    """A simulated Azure, and the app's client of it."""

    def __init__(self, *scopes: str) -> None:
        self.clock = VirtualClock(START)
        self.simulator = Simulator(self.clock)
        authorized = AuthorizedRequest(
            "https://arm.test", lambda: "t", InProcess(self.simulator), self.clock.now
        )
        client = Client(authorized, sleep=lambda seconds: None)
        self.backup = Backup(client, api_versions.DEFAULT, scopes)

    def refuse(self, operation: str) -> None:
        """Let every call of one kind be refused."""
        match = Match(operation=operation)
        self.simulator.faults.add([Fault(kind="status", match=match, status=403, times=None)])

    def calls(self) -> list[str]:
        """The kinds of calls so far."""
        return [str(call["operation"]) for call in self.simulator.log.select()]

    def keep_in(self, vault_id: str, vm_id: str, **more: Any) -> None:
        """Let a vault have a backup of a VM as well."""
        vault = self.simulator.state.vaults.setdefault(
            names.key(vault_id), Vault(id=vault_id, location=seed.REGION)
        )
        vault.items[names.key(vm_id)] = Item(vm_id=vm_id, **more)


@pytest.fixture
def azure() -> Azure:
    return Azure()


def test_a_vm_that_exists_is_asked_for_in_its_region(azure: Azure) -> None:
    assert azure.backup.find_vault_item(seed.vm_id("web-01")).vault_id == seed.VAULT_ID
    assert azure.calls()[:2] == ["vm", "backup_status"]


def test_a_vm_that_is_gone_is_found_by_resource_graph(azure: Azure) -> None:
    found = azure.backup.find_vault_item(GONE)
    assert found.vault_id == seed.VAULT_ID
    assert found.source_resource_id == GONE
    assert azure.calls() == ["vm", "graph", "protected_items", "vault"]


def test_without_resource_graph_the_vaults_of_the_setting_are_searched() -> None:
    for scope in (seed.VAULT_ID, SUBSCRIPTION):
        azure = Azure(scope)
        azure.refuse("graph")
        assert azure.backup.find_vault_item(GONE).vault_id == seed.VAULT_ID


def test_all_that_the_setting_names_is_searched() -> None:
    azure = Azure(OTHER_VAULT, SUBSCRIPTION)
    azure.keep_in(OTHER_VAULT, seed.vm_id("other"))
    azure.refuse("graph")
    assert azure.backup.find_vault_item(GONE).vault_id == seed.VAULT_ID


@pytest.mark.parametrize(("count", "is_searched"), [(50, True), (51, False)])
def test_so_many_vaults_are_searched(count: int, is_searched: bool) -> None:
    vaults = [fakes.VAULT.replace("vault-contoso", f"vault-{number}") for number in range(count)]
    nothing = [reply(200, {"value": []}) for _ in range(count * is_searched)]
    script = Script(refusal(404, "ResourceNotFound"), reply(200, {"data": []}), *nothing)
    look = Backup(fakes.client(script), api_versions.DEFAULT, vaults)
    with pytest.raises(errors.NotFound) as caught:
        look.find_vault_item(fakes.VM)
    assert script.steps == []
    too_many = ("ListTooLong: RESTORE_VAULTS leads to more than 50 vaults.",)
    assert caught.value.details == (() if is_searched else too_many)


def test_a_vm_that_may_not_be_read_is_looked_for_all_the_same(azure: Azure) -> None:
    azure.refuse("vm")
    assert azure.backup.find_vault_item(seed.vm_id("web-01")).vault_id == seed.VAULT_ID


def test_where_nobody_may_be_asked_the_rights_are_named(azure: Azure) -> None:
    azure.refuse("backup_status")
    azure.refuse("graph")
    with pytest.raises(errors.AccessDenied) as caught:
        azure.backup.find_vault_item(seed.vm_id("web-01"))
    assert "Locations/backupStatus/action" in caught.value.message
    assert "vaultId" in caught.value.message


def test_what_stood_in_the_way_is_told_and_the_first_refusal_counts() -> None:
    script = Script(
        refusal(403, "AuthorizationFailed", "Not the VM."),
        refusal(403, "SomethingElse", "Not the graph."),
    )
    with pytest.raises(errors.AccessDenied) as caught:
        fakes.backup(script).find_vault_item(fakes.VM)
    assert caught.value.code == "AuthorizationFailed"
    assert caught.value.message.startswith("Not the VM. ")
    assert [each.partition(".")[0] for each in caught.value.details] == [
        "AuthorizationFailed: Not the VM", "SomethingElse: Not the graph",
    ]  # fmt: skip


def test_a_question_that_is_refused_is_told_beside_a_vm_that_is_gone() -> None:
    script = Script(refusal(404, "ResourceNotFound"), refusal(400, "WrongQuery", "No."))
    with pytest.raises(errors.NotFound) as caught:
        fakes.backup(script).find_vault_item(fakes.VM)
    assert (caught.value.code, caught.value.details) == (
        "VirtualMachineNotFound", ("WrongQuery: No.",),
    )  # fmt: skip


def test_a_vm_that_is_gone_only_when_its_status_is_asked_for_is_gone() -> None:
    script = Script(
        reply(200, {"location": "westeurope"}),
        refusal(404, "VirtualMachineNotFound"),
        reply(200, {"data": []}),
    )
    with pytest.raises(errors.NotFound) as caught:
        fakes.backup(script).find_vault_item(fakes.VM)
    assert (caught.value.code, caught.value.details) == ("VirtualMachineNotFound", ())


def test_a_namesake_is_named_although_not_all_could_be_asked(azure: Azure) -> None:
    azure.refuse("vm")
    with pytest.raises(errors.NotFound) as caught:
        azure.backup.find_vault_item(seed.vm_id("deleted-01", f"{SUBSCRIPTION}/resourceGroups/new"))
    assert caught.value.code == "ProtectedItemNotFound"
    assert caught.value.message.startswith("No vault that the app may see has a backup of this VM.")
    assert GONE in caught.value.message


def test_a_vm_of_which_there_is_no_backup_is_told_so(azure: Azure) -> None:
    with pytest.raises(errors.NotFound) as caught:
        azure.backup.find_vault_item(seed.vm_id("nobody"))
    assert caught.value.code == "VirtualMachineNotFound"
    assert caught.value.message.startswith("The VM does not exist, and no vault")
    assert "If there is one, give the request its vaultId" in caught.value.message
    assert caught.value.details == (), "the message says it all"


def test_a_vm_that_was_moved_is_named_by_what_it_was_and_not_taken(azure: Azure) -> None:
    moved = seed.vm_id("deleted-01", f"{SUBSCRIPTION}/resourceGroups/rg-new")
    with pytest.raises(errors.NotFound) as caught:
        azure.backup.find_vault_item(moved)
    assert caught.value.code == "ProtectedItemNotFound"
    assert GONE in caught.value.message
    assert caught.value.message.startswith("The VM does not exist, and no vault")
    advice = "If the VM was moved, ask with that id. Otherwise give the request the vaultId of its"
    assert advice in caught.value.message
    assert caught.value.details == ()


def test_of_several_vaults_none_is_taken_and_all_are_listed(azure: Azure) -> None:
    azure.keep_in(OTHER_VAULT, GONE)
    with pytest.raises(errors.Conflict) as caught:
        azure.backup.find_vault_item(GONE)
    assert caught.value.code == "VaultAmbiguous"
    assert seed.VAULT_ID in caught.value.message
    assert OTHER_VAULT in caught.value.message


def test_a_deleted_backup_elsewhere_does_not_make_it_ambiguous(azure: Azure) -> None:
    azure.keep_in(OTHER_VAULT, GONE, soft_deleted=True)
    assert azure.backup.find_vault_item(GONE).vault_id == seed.VAULT_ID


def test_a_backup_that_is_deleted_is_to_be_undeleted_in_its_vault(azure: Azure) -> None:
    del azure.simulator.state.vms[names.key(seed.vm_id("sd-01"))]
    with pytest.raises(errors.Conflict) as caught:
        azure.backup.find_vault_item(seed.vm_id("sd-01"))
    assert caught.value.code == "ProtectedItemSoftDeleted"
    assert f"undelete it in {seed.VAULT_ID} first" in caught.value.message


def test_what_was_found_is_remembered_for_minutes_and_looked_up_again(azure: Azure) -> None:
    azure.backup.find_vault_item(GONE)
    before = len(azure.calls())
    azure.backup.find_vault_item(GONE.upper().replace("/SUBSCRIPTIONS", "/subscriptions"))
    assert azure.calls()[before:] == ["protected_items"]
    for after_s, is_remembered in ((299, True), (1, False), (301, False)):
        azure.clock.advance(after_s)
        before = len(azure.calls())
        azure.backup.find_vault_item(GONE)
        assert ("graph" not in azure.calls()[before:]) is is_remembered


def test_what_is_remembered_and_not_there_any_more_is_looked_for_anew(azure: Azure) -> None:
    azure.backup.find_vault_item(GONE)
    moved = azure.simulator.state.vaults[names.key(seed.VAULT_ID)].items.pop(names.key(GONE))
    azure.keep_in(OTHER_VAULT, GONE, points=moved.points)
    assert azure.backup.find_vault_item(GONE).vault_id == OTHER_VAULT


def test_what_resource_graph_says_is_looked_up_before_it_is_believed() -> None:
    """It may be minutes behind: here it knows an item that its vault has no more. That it says
    the VM's id in a part of its own, and its rows in pages, is known."""
    row = {"id": fakes.ITEM.id, "properties": {"dataSourceInfo": {"resourceID": fakes.VM}}}
    script = Script(
        refusal(404, "ResourceNotFound"),
        reply(200, {"data": [], "$skipToken": "more"}),
        reply(200, {"data": [row, {"id": 1}, "?"]}),
        reply(200, {"value": []}),
    )
    with pytest.raises(errors.NotFound) as caught:
        fakes.backup(script).find_vault_item(fakes.VM)
    assert caught.value.code == "ProtectedItemNotFound"
    assert b'"$skipToken":"more"' in (script.sent[2].body or b"").replace(b" ", b"")
    assert "/vault-contoso/backupProtectedItems?" in script.urls[3]


def test_resource_graph_without_an_end_is_given_up() -> None:
    endless = [reply(200, {"data": [], "$skipToken": "more"}) for _ in range(10)]
    script = Script(refusal(404, "ResourceNotFound"), *endless)
    with pytest.raises(errors.ServiceUnavailable, match="more than 10 pages") as caught:
        fakes.backup(script).find_vault_item(fakes.VM)
    assert caught.value.code == "ListTooLong"
    assert script.steps == []


@pytest.mark.parametrize("token", [None, "", 7])
def test_resource_graph_without_a_token_has_told_all(token: object) -> None:
    page = reply(200, {"data": [], "$skipToken": token})
    with pytest.raises(errors.NotFound):
        fakes.backup(Script(refusal(404, "ResourceNotFound"), page)).find_vault_item(fakes.VM)


def test_what_was_found_is_forgotten_only_where_it_is_too_much(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asks(vm_id: str) -> bool:
        before = len(azure.calls())
        azure.backup.find_vault_item(vm_id)
        return azure.calls()[before:] != ["protected_items"]

    one, other = seed.vm_id("web-01"), seed.vm_id("web-02")
    assert [asks(each) for each in (one, other, one, other)] == [True, True, False, False]
    monkeypatch.setattr(discovery, "_REMEMBERED_MAX", 2)
    assert [asks(each) for each in (GONE, one, GONE)] == [True, True, False]
    monkeypatch.setattr(discovery, "_REMEMBERED_MAX", 1)
    assert [asks(each) for each in (other, one)] == [True, True]


def test_a_thousand_vaults_are_remembered_before_all_are_forgotten(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One entry has less than a kilobyte, and a vault protects so many VMs."""
    found: list[str] = []
    known = discovery.Discovery(azure.backup._client, api_versions.DEFAULT)

    def find(vm_id: str) -> str:
        found.append(vm_id)
        return seed.VAULT_ID

    monkeypatch.setattr(known, "_find", find)

    def look_up(number: int) -> None:
        item: Any = None
        known.look_up(f"vm-{number}", lambda vault_id, vm_id: item)

    for number in range(1_000):
        look_up(number)
    look_up(0)
    assert len(found) == 1_000
    look_up(1_000)
    look_up(0)
    assert found[1_000:] == ["vm-1000", "vm-0"]
