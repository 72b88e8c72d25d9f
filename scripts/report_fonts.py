"""Make the fonts of the PDF report from Debian's package fonts-noto-core; promptrunner/reporting/fonts/README.md says how and when.

python -m scripts.report_fonts FOLDER      # the folder of the package's .ttf files; needs fonttools, which nothing else does
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "promptrunner" / "reporting" / "fonts"
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2B0, 0x300),
    *range(0x370, 0x400),
    *range(0x2010, 0x2028),
    *range(0x2030, 0x2040),
    0x20AC,
    0x20B9,
    0x2116,
    0x2122,
]
SIGNS = [
    0x2044,
    *range(0x2070, 0x209D),
    *range(0x2150, 0x2160),
    *range(0x2190, 0x2196),
    0x2212,
    0x221A,
    0x221E,
    0x2248,
    0x2260,
    0x2264,
    0x2265,
    0x25A1,
    0x2713,
    0x2717,
]
DEVANAGARI = [*range(0x900, 0x980), 0x200C, 0x200D, 0x25CC, *range(0xA8E0, 0xA900)]
GUJARATI = [*range(0xA80, 0xB00)]


def parts(weight: str) -> list[tuple[str, list[int]]]:
    """Return the files that a font is made of and the characters that each gives; the first that has one gives it."""
    return [
        (f"NotoSans-{weight}.ttf", [*LATIN, *SIGNS]),
        ("NotoSansMath-Regular.ttf", SIGNS),
        (f"NotoSansDevanagari-{weight}.ttf", DEVANAGARI),
        (f"NotoSansGujarati-{weight}.ttf", GUJARATI),
    ]


def make(folder: Path, weight: str) -> None:
    """Write one font."""
    from fontTools.merge import Merger  # noqa: PLC0415 - a tool of this script only
    from fontTools.subset import Options, Subsetter, load_font, save_font  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    had: set[int] = set()
    with tempfile.TemporaryDirectory() as scratch:
        made = []
        for name, wanted in parts(weight):
            options = Options(hinting=False, notdef_outline=True, glyph_names=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], recalc_timestamp=False)
            # Latin letters are set without kerning: only words in Indian scripts are shaped.
            options.layout_features = ["*"] if wanted in (DEVANAGARI, GUJARATI) else []
            options.drop_tables += ["MATH", "DSIG", "gasp", "STAT", "meta"]
            font = load_font(str(folder / name), options)
            here = (set(wanted) & set(font.getBestCmap())) - had
            had |= here
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=here)
            subsetter.subset(font)
            made.append(str(Path(scratch) / name))
            save_font(font, made[-1], options)
        merged = Merger().merge(made)
    family, style = "Prompt Runner Report", weight
    for record in list(merged["name"].names):
        text = {1: family, 2: style, 3: f"{family} {style}", 4: f"{family} {style}", 6: f"PromptRunnerReport-{style}"}.get(record.nameID)
        if text:
            record.string = text
    merged["head"].created = merged["head"].modified = TTFont(folder / parts(weight)[0][0])["head"].modified
    merged.recalcTimestamp = False
    merged.save(str(FONTS / f"Report-{weight}.ttf"))
    absent = sorted({code for _, wanted in parts(weight) for code in wanted} - had)
    print(f"Report-{weight}.ttf: {len(had)} characters; {len(absent)} wanted ones are in none of the files")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for each in ("Regular", "Bold"):
        make(Path(sys.argv[1]), each)
