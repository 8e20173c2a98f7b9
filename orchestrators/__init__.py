"""When, and in which order: pure generators, one orchestration per file."""
