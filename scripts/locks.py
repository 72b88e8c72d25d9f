"""Write the hash locks from requirements/*.in, or check that they are in step.

    python scripts/locks.py write [package ...]   # keeps the pins that still fit; named packages go to their newest allowed version
    python scripts/locks.py check                 # exit 1 and a sentence for each difference

The check reads the files first and needs no network for that. Then it resolves again with every pin held fast, so that a release made
since the lock was written cannot change the answer; without a registry it says that this second half was left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
LOCKS = ("base", "prod", "dev", "bulk")
# For Python 3.11 and later on every system, with markers where they differ, so that the lock does not depend on the machine that writes it
# and a newer Python or Windows installs the same versions. The hashes cover every platform's files of a version.
TARGET = ["--universal", "--python-version", "3.11"]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)


def uv_command() -> str:
    """Return the path of uv: the one beside this interpreter, else the one on the path."""
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        sys.exit("uv is not installed; run 'make setup' first.")
    return uv


def compile_lock(name: str, output: Path, *extra: str) -> subprocess.CompletedProcess[str]:
    """Return the finished `uv pip compile` of one list."""
    # Extras stay in the pins: where another package asks for one, older pips take the newest release of it and refuse that for want of a hash.
    silent = ["--quiet", "--no-config", "--no-emit-index-url", "--no-emit-find-links"]
    options = [*silent, "--no-strip-extras", "--custom-compile-command", "make lock", *TARGET, *extra]
    command = [uv_command(), "pip", "compile", *options, "--output-file", str(output), f"{name}.in"]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)


def pins(text: str) -> dict[str, str]:
    """Return name -> version of a lock's text."""
    return {canonicalize_name(found["name"]): found["version"] for found in PIN.finditer(text)}


def declared(name: str) -> dict[str, Requirement]:
    """Return the direct requirements of a list, those of the lists that it includes too."""
    found: dict[str, Requirement] = {}
    for line in (FOLDER / f"{name}.in").read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found |= declared(text.removeprefix("-r ").strip().removesuffix(".in"))
        elif text and not text.startswith("-"):
            requirement = Requirement(text)
            found[canonicalize_name(requirement.name)] = requirement
    return found


def problems_on_paper(name: str) -> list[str]:
    """Return what the files alone show: a sentence for each problem."""
    text = (FOLDER / f"{name}.txt").read_text()
    locked = pins(text)
    found = []
    for package, requirement in declared(name).items():
        if package not in locked:
            found.append(f"{name}.txt: {requirement} is declared but not locked.")
        elif Version(locked[package]) not in requirement.specifier:
            found.append(f"{name}.txt: {package} {locked[package]} is locked, {requirement} is declared.")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    found += [f"{name}.txt: {entry.split()[0]} has no hash." for entry in entries if PIN.match(entry) and "--hash=sha256:" not in entry]
    found += [f"{name}.txt: names an address or a folder ('{line.strip()}')." for line in text.splitlines() if re.search(r"://|^\s*--(index|extra|find)", line)]
    return found


def problems_between() -> list[str]:
    """Return where one lock has another version than the lock that it builds on."""
    found = []
    for small, large in (("base", "prod"), ("prod", "dev")):
        inner, outer = (pins((FOLDER / f"{name}.txt").read_text()) for name in (small, large))
        found += [
            f"{large}.txt: {package} is {outer.get(package)}, but {version} in {small}.txt."
            for package, version in inner.items()
            if outer.get(package) != version
        ]
    return found


def problems_resolved(name: str) -> list[str] | None:
    """Return where a fresh resolution with all pins held differs from the lock; None where no registry answered."""
    locked = pins((FOLDER / f"{name}.txt").read_text())
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "held.txt"
        held.write_text("".join(f"{package}=={version}\n" for package, version in locked.items()))
        output = Path(folder) / "out.txt"
        done = compile_lock(name, output, "--no-annotate", "--constraint", str(held))
        if done.returncode != 0 and "No solution found" not in done.stderr:
            return None
        if done.returncode != 0:
            return [f"{name}.txt does not satisfy {name}.in: {done.stderr.strip()}"]
        fresh = pins(output.read_text())
    return [f"{name}.txt: {package} is {'missing' if package not in locked else 'no longer needed'}." for package in sorted(fresh.keys() ^ locked.keys())]


def check() -> int:
    """Print every difference between the lists and the locks. Return the exit code."""
    found = [problem for name in LOCKS for problem in problems_on_paper(name)] + problems_between()
    left_out = []
    for name in LOCKS:
        problems = problems_resolved(name)
        if problems is None:
            left_out.append(name)
        else:
            found += problems
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        print("Run 'make lock' and commit requirements/*.txt.", file=sys.stderr)
        return 1
    print(f"Locks in step: {', '.join(LOCKS)}." + (f" Not resolved again, since no registry answered: {', '.join(left_out)}." if left_out else ""))
    return 0


def write(upgrade: list[str]) -> int:
    """Write every lock in turn, each holding the pins of the one it builds on. Return the exit code."""
    extra = [word for package in upgrade for word in ("--upgrade-package", package)]
    for name in LOCKS:
        inner = {"prod": ["--constraint", "base.txt"], "dev": ["--constraint", "prod.txt"]}.get(name, [])
        done = compile_lock(name, FOLDER / f"{name}.txt", "--generate-hashes", "--annotation-style", "line", *inner, *extra)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return done.returncode
        print(f"{name}.txt: {len(pins((FOLDER / f'{name}.txt').read_text()))} packages")
    return 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check"]:
            sys.exit(check())
        case ["write", *packages]:
            sys.exit(write(packages))
        case _:
            sys.exit(__doc__)
