"""What the engine leaves in the host's state folder, by name."""

LOG = "engine.log"
"""What it printed, bounded; the older half is in engine.log.1."""
PID = "engine.pid"
"""The process id of the engine that runs now; a new one after each restart of it."""
FUNCTIONS, HOST_JSON = "engine-functions.json", "engine-host.json"
"""What it was told."""
