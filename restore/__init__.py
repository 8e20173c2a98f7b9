"""What a restore is: pure data and decisions. No I/O, no clock, no environment; see DESIGN 3."""
