"""Second implementations of what the app talks to, without network, for tests and simulation."""
