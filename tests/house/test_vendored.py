"""Programs of others that are kept in the repository are what they say they are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "vendor"


def test_vendored_programs_have_the_checksums_that_their_list_names() -> None:
    listed = re.findall(r"\| `([\w-]+)` \|.*`(\w+\.[\w.]+)` of the npm package.*`([0-9a-f]{64})`", (VENDOR / "README.md").read_text(encoding="utf-8"))
    assert {folder for folder, _, _ in listed} == {path.name for path in VENDOR.iterdir() if path.is_dir()}
    for folder, name, digest in listed:
        assert hashlib.sha256((VENDOR / folder / name).read_bytes()).hexdigest() == digest
        assert (VENDOR / folder / "LICENSE").is_file()
