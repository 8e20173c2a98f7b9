"""The commands of `python -m devhost`, one module each; __main__.py lists them."""
