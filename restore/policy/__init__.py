"""The second step: may it be done, how often, and must a person approve it."""
