"""The third step: what would happen, said before anything does."""
