"""The first step: what is asked, read from JSON, with everything that is wrong with it said."""
