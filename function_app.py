"""Table of contents of the app: settings, and one line per blueprint. No logic lives here."""

import gc
import os

gc.disable()  # an import makes no garbage, and looking for some is a twelfth of a cold start

import azure.durable_functions as df

from activities import app_files, app_identity, open_telemetry, registration
from orchestrators import registration as orchestrations
from restore.settings import Settings
from triggers import access, alert_http, alert_queue, http, notifications, queue, timers

settings = Settings.parse(os.environ, app_files.read, app_files.read("host.json"))
settings = open_telemetry.checked(settings, os.environ)

app = df.DFApp(http_auth_level=access.level(settings))

app.register_functions(http.blueprint(settings, app_identity.check))
app.register_functions(alert_http.blueprint(settings))
app.register_functions(queue.blueprint(settings))
app.register_functions(alert_queue.blueprint(settings))
app.register_functions(notifications.blueprint(settings))
app.register_functions(timers.blueprint(settings, app_identity.check))

app.register_functions(orchestrations.blueprint())

app.register_functions(registration.blueprint(settings))

gc.freeze()  # what was imported stays: no later collection looks at it again
gc.enable()
