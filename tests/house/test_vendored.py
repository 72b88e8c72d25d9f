"""Programs of others that are kept in the repository are what they say they are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("vendor", [ROOT / "tests" / "vendor", ROOT / "promptrunner" / "static" / "promptrunner" / "vendor"], ids=["tests", "pages"])
def test_vendored_programs_have_the_checksums_that_their_list_names(vendor: Path) -> None:
    listed = re.findall(r"\| `([\w-]+)` \|.*`([\w-]+\.[\w.]+)` of the npm package.*`([0-9a-f]{64})`", (vendor / "README.md").read_text(encoding="utf-8"))
    assert {folder for folder, _, _ in listed} == {path.name for path in vendor.iterdir() if path.is_dir()}
    for folder, name, digest in listed:
        assert hashlib.sha256((vendor / folder / name).read_bytes()).hexdigest() == digest
        assert (vendor / folder / "LICENSE").is_file()
