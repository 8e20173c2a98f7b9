"""The fifth step: how far it is, how long to wait, and what is told meanwhile."""
