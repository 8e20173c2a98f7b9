"""Looks whether a restored machine answers: the one room that calls what is no service of Azure."""
