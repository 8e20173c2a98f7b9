"""The last step: how it ended, in words for a person at 3 a.m."""
