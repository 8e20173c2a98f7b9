"""The app's own storage account: the ledger's blobs and the event queue."""
