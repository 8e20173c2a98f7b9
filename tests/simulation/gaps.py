"""What can be drawn already, but breaks promises that the app does not keep yet: one switch each.

Each names a gap that docs/reliability.md lists as known. Whoever closes one switches it on, here.
"""

OUTLIVES_HOURS_WITHOUT_AZURE = False
"""A restore is put off twelve times, then given up: half an hour without Azure ends it as Failed.
Without this, an absence of hours is drawn, and that verdict allowed."""
