"""The simulated vault: Azure Backup's and ARM's REST behaviour, in process or on loopback."""
