"""The timer of the reconciler: every so often one orchestration looks at all that is open.

Under one id, so that a tick while it runs does nothing; each version of the orchestrations has its
own, for an older build leaves a newer one's alone. The expression is made here from a setting, for
`%NAME%` in a schedule has no default: without the setting the app would not start.
"""

from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from restore.messages import names
from restore.messages.activity_io import RESTORE_VERSION
from restore.messages.reconcile_io import Reconcile
from restore.settings import Settings
from restore.values import schedules
from storage import instances
from triggers import health, log
from triggers.access import log_wrong_settings

_ID = f"{names.RECONCILE}-v{RESTORE_VERSION}"


def blueprint(settings: Settings, check_identity: health.Check) -> df.Blueprint:
    """Return the timer trigger. `check_identity` finds out whether the app gets a token for
    Azure."""
    functions, app = df.Blueprint(), health.of_app(settings, check_identity)
    schedule = schedules.ncrontab(settings.restore_reconcile_s)
    assert schedule is not None, "the settings were checked"

    @functions.timer_trigger(arg_name="timer", schedule=schedule)
    @functions.durable_client_input(client_name="client")
    @log.entered
    async def reconcile_restores(
        timer: func.TimerRequest, client: df.DurableOrchestrationClient
    ) -> None:
        """Start to look at all that is open, unless that is going on; then look at the app's own
        health, so that the log tells of it before the next restore does."""
        del timer
        log_wrong_settings(settings)
        deletes = schedules.is_first_of_day(datetime.now(UTC), settings.restore_reconcile_s)
        order = Reconcile(deletes=deletes)
        await instances.start(client, names.RECONCILE, _ID, order.as_json())
        await app.look()

    return functions
