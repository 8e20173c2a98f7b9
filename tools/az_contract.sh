#!/usr/bin/env bash
# Runs the Azure CLI, unmodified, against the simulated Azure and says what passed; exits 1 when
# something did not. Not part of `make test`: the first run installs azure-cli (about 750 MB) into
# an environment of its own. Run it after a change of simulated_azure/ and before a release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
pins=tools/requirements-azcli.txt
home=.cache/azure-cli
if ! cmp -s "$pins" "$home/installed.txt"; then
    rm -rf "$home"
    "${PYTHON:-.venv/bin/python}" -m venv "$home"
    "$home/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check -r "$pins"
    cp "$pins" "$home/installed.txt"
fi
exec .venv/bin/python -m tools.az_contract "$home/bin/az"
