"""What the orchestrators may do to the outside: one effect per file, thin, safe to run twice."""
