"""The embedded Durable Task engine; seam.py says what a host may use of it."""
