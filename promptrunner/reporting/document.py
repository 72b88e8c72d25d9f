"""The report's pages, set with ReportLab: A4, one column, tables whose heads repeat."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from promptrunner.reporting.sheets import drawing_of
from promptrunner.showing import STATUSES, finding_rows, label, tier_tables, value_row

if TYPE_CHECKING:
    from geometry.drawing import Sheet

FONT, BOLD = "Report", "Report-Bold"
INK, SOFT, LINE = "#1b2530", "#56606b", "#cfcbc0"
# Of ground and ink; the words say it too, so that nothing is lost in print without colour.
COLOURS = {
    "COMPLIANT": ("#e3f3e8", "#17653a"), "SATISFIED": ("#e3f3e8", "#17653a"), "NON_COMPLIANT": ("#fbe7e4", "#a3231a"), "VIOLATED": ("#fbe7e4", "#a3231a"),
    "INCOMPLETE": ("#fdf0d5", "#7a4b00"), "BLOCKED": ("#fdf0d5", "#7a4b00"), "UNDETERMINED": ("#fdf0d5", "#7a4b00"), "REQUIRED": ("#e7eef5", "#35506b"),
    "ERROR": ("#e7eef5", "#35506b"),
}  # fmt: skip
POINTS_A_MM = 72 / 25.4
MARGIN = 18 * POINTS_A_MM
WIDTH, HEIGHT = 210 * POINTS_A_MM, 297 * POINTS_A_MM
FOOT = 14
COLUMN, FRAME = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - FOOT
INDIC = range(0x0900, 0x0B00)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The drawings of a report, or why there are none."""

    site_plan: Sheet | None = None
    section: Sheet | None = None
    picture_png: bytes = b""
    why_not: str = ""
    cannot_fit: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def report_pdf(wire: Mapping[str, Any], prompt: str, address: str, *, title: str, unchecked: Sequence[str], pictures: Pictures) -> bytes:
    """Return the report as PDF.

    Args:
        wire: the run's native wire form.
        prompt: the proposal as it was written.
        address: where the run's page is.
        title: of the regulation.
        unchecked: what a real check covers and a proposal in words cannot decide.
        pictures: the drawings.
    """
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate  # noqa: PLC0415 - heavy imports stay out of serving

    _fonts()
    file = io.BytesIO()
    about = f"{wire.get('city', '')} {wire['status']} {wire['id']}".strip()
    document = BaseDocTemplate(
        file, pagesize=(WIDTH, HEIGHT), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN, invariant=1, lang="en",
        title=f"Check against the development control regulations: {about}", author="Prompt Runner", subject=wire["reason"][:200],
    )  # fmt: skip
    frame = Frame(MARGIN, MARGIN + FOOT, COLUMN, FRAME, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    document.afterFlowable = _outline(document)
    story = [
        *_head(wire, address, title),
        *_proposal(wire, prompt),
        *_clauses(wire),
        *_limits(wire),
        *_drawings(pictures),
        *_said(wire, unchecked),
        *_end(wire, address),
    ]
    document.build(story, canvasmaker=_numbered(f"Prompt Runner · run {wire['id']} · digest {wire['digest'][:16]}"))
    return file.getvalue()


@cache
def _fonts() -> None:
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    folder = Path(__file__).parent / "fonts"
    for name, file in ((FONT, "Report-Regular.ttf"), (BOLD, "Report-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(folder / file), shapable=True))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


@cache
def _known() -> frozenset[int]:
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415

    return frozenset(pdfmetrics.getFont(FONT).face.charToGlyph)


def _style(size: float = 9, *, bold: bool = False, colour: str = INK, shaped: bool = False, **more: Any) -> Any:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415

    return ParagraphStyle(
        f"{size}{bold}{colour}{shaped}",
        fontName=BOLD if bold else FONT,
        fontSize=size,
        leading=size * 1.35,
        textColor=HexColor(colour),
        shaping=int(shaped),
        **more,
    )


def _text(words: object, size: float = 9, **style: Any) -> Any:
    """Return a paragraph. A character that the font does not have is shown as a box, and letters of Indian scripts are joined."""
    from reportlab.platypus import Paragraph  # noqa: PLC0415

    known = _known()
    shown = "".join(letter if ord(letter) in known or letter in "\n\t" else "□" for letter in str(words))
    return Paragraph(escape(shown).replace("\n", "<br/>"), _style(size, shaped=any(ord(letter) in INDIC for letter in shown), **style))


def _heading(words: str) -> Any:
    paragraph = _text(words, 12, bold=True, spaceBefore=14, spaceAfter=5, keepWithNext=1)
    paragraph.outlined = words
    return paragraph


def _outline(document: Any) -> Any:
    def add(flowable: Any) -> None:
        words = getattr(flowable, "outlined", "")
        if words:
            key = f"h{document.page}-{words}"
            document.canv.bookmarkPage(key)
            document.canv.addOutlineEntry(words, key, 0)

    return add


def _table(rows: Sequence[Sequence[Any]], widths: Sequence[float], *, head: bool = True, grounds: Mapping[int, str] | None = None) -> Any:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.platypus import LongTable  # noqa: PLC0415

    class Rows(LongTable):  # type: ignore[misc]
        def split(self, width: float, height: float) -> list[Any]:
            # Only a row that is higher than a page is cut; any other goes whole to the next one.
            self.splitInRow = int(height > FRAME * 0.95)
            return list(super().split(width, height))

    style: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE)), ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]  # fmt: skip
    style += [("BACKGROUND", (0, row), (0, row), HexColor(ground)) for row, ground in (grounds or {}).items()]
    return Rows(list(map(list, rows)), colWidths=[COLUMN * width for width in widths], repeatRows=int(head), style=style)


def _heads(*words: str) -> list[Any]:
    return [_text(word, 7.5, bold=True, colour=SOFT) for word in words]


def _head(wire: Mapping[str, Any], address: str, title: str) -> Iterator[Any]:
    from reportlab.graphics.barcode.qr import QrCodeWidget  # noqa: PLC0415
    from reportlab.graphics.shapes import Drawing  # noqa: PLC0415
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.platypus import Spacer, Table  # noqa: PLC0415

    yield _text("Check against the development control regulations", 16, bold=True, spaceAfter=6)
    ground, ink = COLOURS[wire["status"]]
    verdict = Table([[[_text(STATUSES[wire["status"]], 13, bold=True, colour=ink), _text(wire["reason"], 10.5, colour=ink)]]], colWidths=[COLUMN])
    verdict.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(ground)),
            ("TOPPADDING", (0, 0), (-1, -1), 8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ]
    )
    yield verdict
    yield Spacer(1, 8)
    book = wire.get("rulebook", {})
    facts = [
        ("City", wire.get("city", "not stated")), ("Regulation", title or "none in force"), ("Edition", book.get("edition", "–")), ("Release", book.get("release", "–")), ("Law of", wire["as_of"]),
        ("Checked", wire["created_at"].replace("T", " ").replace("Z", " UTC")), ("Run", wire["id"]), ("Digest", wire["digest"]), ("Verify at", address),
    ]  # fmt: skip
    size = 86
    drawing = Drawing(size, size)
    if address.startswith("http"):
        drawing.add(QrCodeWidget(address, barWidth=size, barHeight=size, barBorder=0))
    listed = Table([[_text(name, 8, colour=SOFT), _text(value, 8)] for name, value in facts], colWidths=[56, COLUMN - 56 - size - 14])
    listed.setStyle(
        [("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    )
    both = Table([[listed, drawing]], colWidths=[COLUMN - size - 6, size + 6])
    both.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)])
    yield both
    yield Spacer(1, 4)
    yield _text(wire["notice"], 9, bold=True)


def _proposal(wire: Mapping[str, Any], prompt: str) -> Iterator[Any]:
    yield _heading("The proposal")
    if prompt:
        yield _text(prompt, 9.5, backColor="#f6f4ee", borderPadding=6, spaceBefore=4, spaceAfter=12)
    rows = [value_row(entry) for entry in wire["readings"]]
    if rows:
        yield _table(
            [
                _heads("Field", "Value", "From"),
                *([_text(row["label"], 8.5), _text(row["shown"], 8.5, bold=True), _text(_from(row), 8, colour=SOFT)] for row in rows),
            ],
            (0.27, 0.2, 0.53),
        )


def _from(row: Mapping[str, Any]) -> str:
    return ", ".join(part for part in (str(row["origin"]), f"“{row['text']}”" if row["text"] else "", str(row["note"] or "")) if part)


def _clauses(wire: Mapping[str, Any]) -> Iterator[Any]:
    findings = finding_rows(wire)
    if not findings:
        return
    yield _heading("Clause by clause")
    rows: list[Sequence[Any]] = [_heads("Outcome", "Clause", "Permissible, provided, reason", "Source")]
    grounds = {}
    for finding in findings:
        ground, ink = COLOURS[finding["outcome"]]
        grounds[len(rows)] = ground
        rows.append((
            _text(finding["said"], 8, bold=True, colour=ink),
            [_text(finding["clause_no"], 8, bold=True), _text(finding["title"], 8)],
            [*(_text(_check(check), 8, bold=True) for check in finding["rows"]), _text(finding["sentence"], 8), *([_text(f"Our reading: {finding['interpretation']}", 7.5, colour=SOFT)] if finding.get("interpretation") else [])],
            _text(finding["source_line"], 7, colour=SOFT),
        ))  # fmt: skip
    yield _table(rows, (0.11, 0.19, 0.47, 0.23), grounds=grounds)


def _check(check: Mapping[str, Any]) -> str:
    off = f", off by {check['short']}" if check["short"] else ""
    return f"{check['label']}: {check['permissible'] or '–'}; provided {check['provided'] or '–'}{off}"


def _limits(wire: Mapping[str, Any]) -> Iterator[Any]:
    tables = tier_tables(wire)
    if tables:
        yield _heading("What the limits are made of")
    bought = [text for row in finding_rows(wire) for check in row["rows"] for text in check["buys"]]
    if bought:
        yield _text(f"To be bought: {', '.join(map(str, bought))}.", 9, bold=True, spaceAfter=4)
    for table in tables:
        proposed = f", proposed {table['proposed']}" if table["proposed"] else ""
        yield _text(f"{table['label']} ({table['clause_no']}){proposed}", 8.5, bold=True, spaceBefore=4, keepWithNext=1)
        yield _table(
            [_heads("Tier", "Adds", "Up to", "Used"), *([_text(row[name] or "–", 8.5) for name in ("name", "adds", "up_to", "used")] for row in table["rows"])],
            (0.25, 0.25, 0.25, 0.25),
        )


def _said(wire: Mapping[str, Any], unchecked: Sequence[str]) -> Iterator[Any]:
    yield from _list("Must also provide", (entry["sentence"] for entry in wire["must_also_provide"]))
    yield from _list("Open questions", (entry["question"] for entry in wire["questions"]))
    yield from _list(
        "Assumed, because the proposal does not say it",
        (f"{entry.get('says') or label(entry['field'])} ({label(entry['field'])}: {value_row(entry)['shown']})" for entry in wire["assumptions"]),
    )
    yield from _list("Not checkable from a proposal in words", unchecked)
    yield from _list("Not included in this edition of the rulebook", wire.get("rulebook", {}).get("not_included", ()))


def _list(words: str, entries: Iterable[str]) -> Iterator[Any]:
    listed = list(entries)
    if listed:
        yield _heading(words)
        for entry in listed:
            yield _text(f"•  {entry}", 8.5, leftIndent=10, firstLineIndent=-10, spaceAfter=1.5)


def _drawings(pictures: Pictures) -> Iterator[Any]:
    from reportlab.platypus import Image, KeepTogether  # noqa: PLC0415

    if pictures.why_not:
        yield _heading("Drawings")
        yield _text(pictures.why_not)
        return
    for words, sheet in (("Site plan", pictures.site_plan), ("Section", pictures.section)):
        if sheet is not None:
            mark = _text("", 1)
            mark.outlined = words  # the title that is seen is the drawing's own
            yield KeepTogether([mark, drawing_of(sheet, COLUMN, FONT, BOLD)])
    picture = Image(io.BytesIO(pictures.picture_png), width=COLUMN * 0.72, height=COLUMN * 0.54)
    yield KeepTogether([_heading("In three dimensions"), picture, _text("What oversteps the law is red.", 8, colour=SOFT)])
    yield from _list("These values cannot all be true of one building", pictures.cannot_fit)
    yield from _list("Drawn without having been stated", pictures.notes)


def _end(wire: Mapping[str, Any], address: str) -> Iterator[Any]:
    yield _heading("How to verify this report")
    yield _text(
        f"Open {address} {'(the QR code on the first page)' if address.startswith('http') else 'where this report was made'} and press Verify: the proposal is judged again under the release and on the day named on the first page, and has to come to the digest {wire['digest']}.",
        9,
    )
    yield _text(wire["notice"], 9, bold=True, spaceBefore=6)


def _numbered(words: str) -> Any:
    """Return a canvas that writes "page x of y", which is known when all pages are there."""
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            pages = len(self._kept)
            for number, state in enumerate(self._kept, start=1):
                self.__dict__.update(state)
                self.setFont(FONT, 7.5)
                self.setFillColor(HexColor(SOFT))
                self.drawString(MARGIN, MARGIN - 6, words)
                self.drawRightString(WIDTH - MARGIN, MARGIN - 6, f"Page {number} of {pages}")
                super().showPage()
            super().save()

    return Numbered
