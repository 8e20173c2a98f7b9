"""Microsoft's own Python worker, azure-functions-runtime, as devhost's worker process.

It is what runs functions in Azure on Python 3.13: it loads the app, binds, converts and calls. Here
is only what stands around it there, the host's side of its protobuf messages (rpc.py,
rpc_values.py) and of its life (__main__.py). It runs in an environment of its own (`make worker`),
because it needs Python 3.13; the host may run on any other.
"""
