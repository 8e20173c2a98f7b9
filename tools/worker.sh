#!/bin/sh
# Microsoft's own worker, a test tool: makes .cache/worker, an environment of Python 3.13 with what is
# deployed and tools/requirements-worker.txt in it. PYTHON313=/path names the interpreter; without it
# python3.13 is looked for, also where pyenv keeps it. A stamp says what was installed, so that a
# second run touches neither disk nor network. `path` prints the environment's Python if it is there,
# and nothing if not; `needed` fails when there is none. Without it its tests are skipped.
set -eu
cd "$(dirname "$0")/.."
umask 022
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_TARGET PIP_PREFIX || true

folder=.cache/worker
program=$folder/bin/python
more=tools/requirements-worker.txt

say() { printf '%s\n' "worker: $*" >&2; }
fail() {
    say "$*"
    exit 2
}

wanted() { cat requirements.txt "$more" | cksum; }
is_made() { [ -x "$program" ] && [ "$(cat "$folder/.stamp" 2> /dev/null)" = "$(wanted)" ]; }
fits() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2> /dev/null; }

# Into $python. Fails where there is none, and stops where another one was named.
find_python() {
    for python in ${PYTHON313:-python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python}; do
        if fits "$python"; then return; fi
    done
    [ -z "${PYTHON313:-}" ] || fail "PYTHON313=$PYTHON313 is not Python 3.13"
    return 1
}

install() {
    "$program" -m pip install --quiet --disable-pip-version-check --no-input "$@"
}

# Fails with the reason in $why.
make_it() {
    why="there is no Python 3.13 here (PYTHON313=/path/to/python3.13 names one)"
    find_python || return 1
    say "making $folder with $("$python" --version)"
    rm -rf "$folder"
    why="$python cannot make a virtual environment (on Debian: apt install python3.13-venv)"
    "$python" -m venv "$folder" || return 1
    why="pip could not install requirements.txt and $more; its own words are above"
    install --require-hashes -r requirements.txt && install --no-deps -r "$more" || {
        rm -rf "$folder"
        return 1
    }
    wanted > "$folder/.stamp"
}

case "${1:-}" in
    "") is_made || make_it || say "$why, so what needs Microsoft's own worker is left out" ;;
    path) if is_made; then printf '%s\n' "$PWD/$program"; fi ;;
    needed) is_made || make_it || fail "WORKER=real needs Microsoft's own worker: $why" ;;
    *) fail "what is '$1'? Say path, needed or nothing" ;;
esac
