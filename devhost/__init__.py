"""The local development host for any Durable Python app; never deployed."""
