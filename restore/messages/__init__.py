"""What the rooms say to each other: the request, each order and answer, the ledger's entry."""
