"""Before a request: what an alert says, and what the rules make of it."""
