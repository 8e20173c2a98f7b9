"""The local development host and the simulated vault; never deployed."""
