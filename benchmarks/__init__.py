"""What the app costs, measured: `make bench`. Never deployed, imported by nothing."""
