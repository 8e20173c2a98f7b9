"""The simulated Azure: ARM's and Azure Backup's REST behaviour, in process or on loopback."""
