"""The machines of a scenario on a network of their own: when they answer probes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from probes.probing import Answer
from simulated_azure import names
from simulated_azure.state import Vm
from tests.simulation import cloud
from tests.simulation.scenario import Machine

if TYPE_CHECKING:
    from tests.simulation.world import World


def machines_that_answer(world: "World") -> Callable[..., Answer]:
    """Return what stands in for the network: a machine answers a while after one of its restored
    VMs has come up."""

    def probe(url: str, is_allowed: Callable[[str], bool]) -> Answer:
        address = url.split("/")[2]
        assert is_allowed(address), "the policy was asked before"
        machine = world.scenario.machines[int(address.rpartition(".")[2]) - 1]
        world.live(0.2)
        if answers_since(world, machine) <= world.simulator.clock.now():
            return Answer(f"{address} answers with HTTP 200.")
        return Answer(f"{address} does not answer.", code="ProbeFailed")

    return probe


def answers_since(world: "World", machine: Machine) -> datetime:
    """Since when, by Azure's clock, a machine answers probes."""
    vms = [vm for vm in world.simulator.state.vms.values() if _is_of(world, vm, machine)]
    since = [vm.started for vm in vms if vm.started is not None]
    late = timedelta(seconds=machine.answers_s)
    return min(since) + late if since else datetime.max.replace(tzinfo=world.clock.now().tzinfo)


def _is_of(world: "World", vm: Vm, machine: Machine) -> bool:
    record = world.job(vm.created_by_job or vm.disks_replaced_by_job)
    return record is not None and names.key(record.vm_id) == names.key(cloud.vm_id(machine))
