"""Which program judges: two runs by the same engine, under the same release and of the same reading, have the same digest."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("assessing.py", "canonical.py", "specs.py", "vocabulary.py", "rules/*.py")
"""All that stands between a stored reading and its digest. Columns, soundness and solving judge nothing that is stored."""


@cache
def engine() -> str:
    """Return the SHA-256 over the sources that judge: it changes with each of them, also where no outcome does."""
    found = hashlib.sha256()
    for path in sorted(path for part in PARTS for path in HERE.glob(part)):
        found.update(f"{path.relative_to(HERE).as_posix()}\n".encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()
