"""When, and in which order: pure generators, one story per file."""
