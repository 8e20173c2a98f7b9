"""Tells people: the one room that calls addresses which an operator has set (RESTORE_NOTIFY)."""
