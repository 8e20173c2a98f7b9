"""The fourth step: started exactly once; which point, which body, and whose job it is."""
