"""Before a request: what an alert says, and what the runbook's rules make of it."""
