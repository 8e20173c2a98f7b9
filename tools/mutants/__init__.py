"""How much of what could go wrong in the shipped code do the unit tests notice? `make mutants`.

Draws small faults (cosmic-ray's operators) over the shipped rooms and runs for each the unit tests
that reach its line. Nothing on disk is changed: a process that has the libraries imported, but
nothing of the app, forks, and its child imports one module with the fault in it.
"""
