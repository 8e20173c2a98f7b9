#!/bin/sh
# The real engine, a test tool: unpacks ENGINE_ARCHIVE (default ../shared/engine/durable-engine.tar.xz)
# into .cache/durable-engine. A stamp beside it holds the archive's checksum, so that a second run
# unpacks nothing. `path` prints the executable if it is there, and nothing if not; `needed` fails
# when there is none. Without the archive nothing else is missing: its tests are skipped.
set -eu
cd "$(dirname "$0")/.."

archive=${ENGINE_ARCHIVE:-../shared/engine/durable-engine.tar.xz}
folder=.cache/durable-engine
program=$folder/durable-engine
stamp=.cache/durable-engine.stamp

say() { printf '%s\n' "engine: $*" >&2; }
fail() {
    say "$*"
    exit 2
}

unpack() {
    wanted=$(cksum < "$archive")
    if [ -x "$program" ] && [ "$(cat "$stamp" 2> /dev/null)" = "$wanted" ]; then return; fi
    say "unpacking $archive into $folder"
    rm -rf "$folder.new"
    mkdir -p "$folder.new"
    # tar may lack xz, and Python may lack lzma; hardly ever both.
    tar -xJf "$archive" -C "$folder.new" 2> /dev/null ||
        "${VENV:-.venv}/bin/python" -m tarfile -e "$archive" "$folder.new" > /dev/null 2>&1 || {
        rm -rf "$folder.new"
        fail "$archive cannot be unpacked: is it whole, and a .tar.xz?"
    }
    [ -x "$folder.new/durable-engine" ] || {
        rm -rf "$folder.new"
        fail "$archive holds no executable called durable-engine"
    }
    rm -rf "$folder"
    mv "$folder.new" "$folder"
    printf '%s\n' "$wanted" > "$stamp"
}

has_archive() {
    [ -f "$archive" ] || {
        [ -z "${ENGINE_ARCHIVE:-}" ] || fail "there is no archive at $archive"
        return 1
    }
}

case "${1:-}" in
    "")
        if has_archive; then
            unpack
        elif [ ! -x "$program" ]; then
            say "there is no archive at $archive, so what needs it is left out" \
                "(ENGINE_ARCHIVE=path names another)"
        fi
        ;;
    path) [ ! -x "$program" ] || printf '%s\n' "$PWD/$program" ;;
    needed)
        if has_archive; then unpack; fi
        [ -x "$program" ] || fail "there is no real engine here: ENGINE=real needs the archive" \
            "$archive (ENGINE_ARCHIVE=path names another, ENGINE=/path an unpacked executable)"
        ;;
    *) fail "what is '$1'? Say path, needed or nothing" ;;
esac
