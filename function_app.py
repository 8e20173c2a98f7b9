"""Table of contents of the app: settings, and one line per blueprint. No logic lives here."""

import os

import azure.durable_functions as df
import azure.functions as func

from activities import (
    app_files,
    app_identity,
    authorize_restore,
    begin_verification,
    cancel_restore,
    close_restore,
    find_job,
    find_protected_item,
    find_recovery_point,
    list_open,
    list_recovery_points,
    open_restore,
    preflight_restore,
    probe_vm,
    publish_event,
    purge_documents,
    purge_histories,
    read_decision,
    read_job,
    read_operation,
    read_validation,
    read_vm,
    reconcile_restore,
    revive_plans,
    start_validation,
    tidy_storage,
    trigger_restore,
)
from orchestrators import (
    cancel_job,
    plan_restore,
    reconcile,
    restore_vm,
    retry_activity,
    show_recovery_points,
    verify_vm,
    watch_job,
)
from restore.settings import Settings
from triggers import http, queue, timers

settings = Settings.parse(os.environ, app_files.read, app_files.read("host.json"))

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)

app.register_functions(http.blueprint(settings, app_identity.check))
app.register_functions(queue.blueprint(settings))
app.register_functions(timers.blueprint(settings))

app.register_functions(restore_vm.blueprint)
app.register_functions(watch_job.blueprint)
app.register_functions(verify_vm.blueprint)
app.register_functions(retry_activity.blueprint)
app.register_functions(cancel_job.blueprint)
app.register_functions(show_recovery_points.blueprint)
app.register_functions(plan_restore.blueprint)
app.register_functions(reconcile.blueprint)

app.register_functions(open_restore.blueprint)
app.register_functions(find_protected_item.blueprint)
app.register_functions(find_recovery_point.blueprint)
app.register_functions(list_recovery_points.blueprint)
app.register_functions(authorize_restore.blueprint(settings))
app.register_functions(read_decision.blueprint)
app.register_functions(trigger_restore.blueprint(settings))
app.register_functions(read_operation.blueprint)
app.register_functions(find_job.blueprint)
app.register_functions(read_job.blueprint)
app.register_functions(cancel_restore.blueprint)
app.register_functions(begin_verification.blueprint)
app.register_functions(read_vm.blueprint)
app.register_functions(probe_vm.blueprint(settings))
app.register_functions(close_restore.blueprint)
app.register_functions(publish_event.blueprint)
app.register_functions(preflight_restore.blueprint(settings))
app.register_functions(start_validation.blueprint)
app.register_functions(read_validation.blueprint)

app.register_functions(tidy_storage.blueprint)
app.register_functions(list_open.blueprint)
app.register_functions(reconcile_restore.blueprint(settings))
app.register_functions(revive_plans.blueprint(settings))
app.register_functions(purge_histories.blueprint(settings))
app.register_functions(purge_documents.blueprint(settings))
