"""The only room that talks to Azure Resource Manager: HTTP, credentials, ids and readings."""
