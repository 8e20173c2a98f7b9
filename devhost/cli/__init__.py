"""The commands of `python -m devhost`, one module each; arguments.py lists them."""
