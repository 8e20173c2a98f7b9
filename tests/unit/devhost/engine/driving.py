"""Short forms that several tests of the engine use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from devhost.engine.instance_rows import shown_row
from devhost.engine.seam import InstanceRow
from devhost.engine.virtual import VirtualDriver


def status(driver: VirtualDriver, instance_id: str) -> InstanceRow:
    return shown_row(driver.client.known(instance_id))


def run(driver: VirtualDriver, name: str, seconds: float, given: str | None = None) -> InstanceRow:
    driver.client.start_new(name, given, "x")
    driver.run_for(seconds)
    return status(driver, "x")


def later(driver: VirtualDriver, seconds: float, action: Callable[[], object]) -> None:
    driver.at(driver.clock.now() + timedelta(seconds=seconds), action)
