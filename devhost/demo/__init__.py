"""The demo: this app, Azurite and the simulated vault on one machine, and two restores to watch.

Like the simulated vault, and unlike the rest of devhost, it knows the app that it shows.
"""
