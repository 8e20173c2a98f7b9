"""Take a place among the restores that may run at once, if one is free."""

import azure.durable_functions as df

from activities import clock, edge, policies
from restore import names
from restore.contracts import Outcome
from restore.ledger import LedgerState
from restore.orders import WaitForSlot, decode
from restore.settings import Settings
from storage import connection, slots


def blueprint(settings: Settings) -> df.Blueprint:
    """Return the activity; how many places there are is in these settings' policy."""
    functions = df.Blueprint()

    @functions.activity_trigger(input_name="order", activity=names.TAKE_SLOT)
    def take_slot(order: dict) -> dict:  # type: ignore[type-arg]
        """Order: WaitForSlot. Done when there is nothing to wait for any more; else later."""
        places = policies.in_force(settings).restores_at_once
        return edge.outcome(lambda: _take(decode(order, WaitForSlot), places))

    return functions


def _take(order: WaitForSlot, places: int) -> Outcome:
    ledger = connection.ledger()
    held = ledger.read(order.request_id)
    assert held is not None, "open_restore entered it"
    if held.entry.state is not LedgerState.ACCEPTED:
        return Outcome.done(None)
    slot = slots.take(ledger, order.request_id, places, clock.now())
    return Outcome.done(None) if slot.is_ours else Outcome.later(slot.wait_s)
