"""Inputs that nobody would think of, drawn: a verdict or a rejection, never an unhandled fault."""
