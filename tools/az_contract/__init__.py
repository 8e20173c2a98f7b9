"""The Azure CLI, unmodified, on the simulated Azure: tools/az_contract.sh runs it."""
