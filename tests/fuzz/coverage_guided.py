"""Coverage-guided inputs for each decoder, by atheris: `python -m tests.fuzz.coverage_guided`.

Each decoder gets a process of its own and an equal part of the time, and goes on from its corpus in
.cache/fuzz. What crashes one is printed with the command that gives the same input again; repeating
needs no atheris. `make fuzz` installs it; where it cannot be installed, that is said.
"""

import argparse
import faulthandler
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "fuzz"
WORDS = CACHE / "words.dict"
_GRACE_S = 120
_TRACE_S = 5
_INPUT_BYTES_MAX = 8192
_INPUT_S_MAX = 10
_SHOWN_MAX = 2000
_OURS = ["restore", "arm", "storage"]
_MISSING = (
    "atheris is not here, so the coverage-guided run was not made. It has wheels for Linux on "
    "x86-64; on macOS it must be built with a clang that has libFuzzer (brew install llvm)."
)


def main(arguments: list[str]) -> int:
    """Run what was asked for; 1 when something crashed, 3 when atheris is missing."""
    asked = _parser().parse_args(arguments)
    if asked.repeat:
        return _repeat(*asked.repeat)
    if find_spec("atheris") is None:
        print(_MISSING, file=sys.stderr)
        return 3
    if asked.one:
        return _explore(asked.one, asked.seconds)
    return _explore_all(asked.minutes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.coverage_guided")
    parser.add_argument("--minutes", type=float, default=10, help="for all decoders together")
    parser.add_argument("--repeat", nargs=2, metavar=("DECODER", "FILE"), help="give one input")
    parser.add_argument("--one", metavar="DECODER", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=60, help=argparse.SUPPRESS)
    return parser


def _repeat(name: str, file: str) -> int:
    taken = _decoders()[name].give(Path(file).read_bytes())
    print(f"{name}: {'taken' if taken else 'refused with an error that is allowed'}")
    return 0


def _explore_all(minutes: float) -> int:
    decoders = _decoders()
    _write_words()
    seconds, crashed = max(1, int(minutes * 60 / len(decoders))), []
    for number, name in enumerate(decoders, start=1):
        begun = time.monotonic()
        print(f"[{number}/{len(decoders)}] {name}: {seconds} s …", flush=True)
        if not _explored(name, seconds):
            crashed.append(name)
        print(f"    {_progress(name)} in {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{len(decoders)} decoders; crashed: {', '.join(crashed) or 'none'}")
    return 1 if crashed else 0


def _explored(name: str, seconds: int) -> bool:
    """Run one decoder in a process of its own; tell of what crashed it."""
    before = set(_crashes(name))
    log = CACHE / name / "log"
    command = [sys.executable, "-m", __spec__.name, "--one", name, "--seconds", str(seconds)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        explorer = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
        status = _status_of(explorer, seconds + _GRACE_S)
    new = set(_crashes(name)) - before
    if status == 0 and not new:
        return True
    print("\n".join(log.read_text(errors="replace").splitlines()[-40:]))
    for file in sorted(new):
        print(f"input: {file.read_bytes()[:_SHOWN_MAX]!r}")
        print(
            f"again: .venv/bin/python -m {__spec__.name} --repeat {name} {file.relative_to(ROOT)}"
        )
    return False


def _status_of(explorer: subprocess.Popen[bytes], seconds: float) -> int | None:
    """How it ended; None if it did not: then its log says where it stood."""
    try:
        return explorer.wait(seconds)
    except subprocess.TimeoutExpired:
        explorer.send_signal(signal.SIGUSR1)
        time.sleep(_TRACE_S)
        explorer.kill()
        explorer.wait()
        return None


def _crashes(name: str) -> list[Path]:
    found = (CACHE / name).glob("*-*")
    return [file for file in found if file.name.startswith(("crash-", "timeout-", "oom-"))]


def _progress(name: str) -> str:
    said = (CACHE / name / "log").read_text(errors="replace").splitlines()
    runs = next((line for line in reversed(said) if line.startswith("Done ")), "no end")
    covered = next((line for line in reversed(said) if "cov:" in line), "")
    where = re.search(r"cov: \d+ ft: \d+ corp: \d+", covered)
    return f"{runs.partition(' in ')[0]}; {where[0] if where else 'nothing covered'}"


def _explore(name: str, seconds: int) -> int:
    """Be the process of one decoder."""
    faulthandler.register(signal.SIGUSR1)
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=_OURS, enable_loader_override=False):
        decoder = _decoders()[name]
    corpus = CACHE / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(decoder.samples()):
        (corpus / f"sample-{number}").write_bytes(sample)
    flags = {
        "max_total_time": seconds,
        "max_len": _INPUT_BYTES_MAX,
        "timeout": _INPUT_S_MAX,
        "dict": WORDS,
        "artifact_prefix": f"{corpus.parent}{os.sep}",
    }
    given = [sys.argv[0], *(f"-{flag}={value}" for flag, value in flags.items()), str(corpus)]
    atheris.Setup(given, decoder.give)
    atheris.Fuzz()
    return 0


def _write_words() -> None:
    """The words of our contracts and of Azure's answers, for the fuzzer to put together."""
    from tests.fuzz import words

    CACHE.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(word) for word in words.known()]
    WORDS.write_text("\n".join(lines) + "\n")


def _decoders() -> dict[str, Any]:
    from tests.fuzz.decoders import DECODERS  # only now: atheris watches what is imported

    return dict(DECODERS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
