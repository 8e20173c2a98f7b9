"""What a restore is: pure data and decisions, without I/O, clock or environment.

One package for each step of a request's way, on floors: each imports from those below it only.

    settings                      what an operator can set
    plan                          what would happen
    policy    result              may it be done; how it ended
    request   start   progress    what is asked; started exactly once; how far it is
    messages                      what the rooms say to each other
    values                        times, ids, texts, documents
"""
