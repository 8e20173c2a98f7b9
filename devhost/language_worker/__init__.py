"""The process that the app's functions run in, as Azure's Python worker is one below its host.

functions.py and messages.py are the seam: what the host knows of a function, and what goes to and
fro as lines of JSON. keeper.py (`LanguageWorker`) and process.py are the host's side; __main__.py
is the other one, with binding.py, and the app itself in ../worker.py. A worker of another make
needs to speak messages.py only.
"""
