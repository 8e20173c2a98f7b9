"""The real engine behind the seam: the published extension's binary, started and looked after.

`RemoteEngine` (../remote_engine.py) is the `Engine` that the host holds. process.py is one run of
the executable, launch.py how it is called, supervisor.py starts it again when it dies; work.py
plays its worker, webhooks.py passes requests on; checks.py and hub.py refuse what could not work.
No orchestration logic is here: that is the binary's.
"""
