"""What may be built on a plot for a use: heights, margins, FSI and coverage that are feasible together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compliance.rules.evaluating import wire_number
from compliance.rules.expressions import is_number
from compliance.rules.judging import Check, Judged
from compliance.rules.rulebook import Requirement
from compliance.rules.solving.breakpoints import breakpoints
from compliance.rules.solving.trials import Trials
from compliance.rules.values import TOLERANCE
from compliance.specs import Spec, Value, round_number
from compliance.vocabulary import SIDES

DESIGN = (
    "height_m", "storeys", "fsi", "fsi_with_ancillary", "built_up_area_sq_m", "ground_coverage_percent", "width_m", "depth_m", "setback_m", *SIDES,
    "largest_floor_area_sq_m", "dwelling_mix", "dwelling_units", "slenderness",
)  # fmt: skip
"""What the envelope finds; what a proposal says of it is left aside."""
HIGHEST = 1000.0
MOST_STOREYS = 100
_STEP = 0.01
_LEAST_FSI = 0.01
_ROUNDS = 8
_HALVINGS = 14
ACROSS, ALONG = ("side_setback_m", "other_side_setback_m"), ("front_setback_m", "rear_setback_m")
Binding = tuple[float, str]
"""A limit and the number of the clause that gives it."""


@dataclass(frozen=True, slots=True)
class Point:
    """The least margins and the most area at one height; what is proposed within them complies.

    Attributes:
        height_m: the height.
        storeys: whole floors that fit into it.
        margins: the least margin of each side, with its clause.
        fsi: the greatest FSI; None where the law sets none.
        built_up_area_sq_m: the greatest built-up area with fungible or ancillary area; None where the law sets none.
        coverage: the greatest ground coverage in per cent by law; None where it sets none.
        tiers: the steps of the FSI (or of the built-up area), in their order.
        footprint_sq_m: the ground inside the margins, where the plot's sides are known, within the coverage.
        against: the checks that no margin mends; none where the height is feasible.
        pending: clauses that are not determined here.
    """

    height_m: float
    storeys: int
    margins: Mapping[str, Binding]
    fsi: Binding | None = None
    built_up_area_sq_m: Binding | None = None
    coverage: Binding | None = None
    tiers: tuple[Mapping[str, Any], ...] = ()
    footprint_sq_m: float | None = None
    against: tuple[Check, ...] = ()
    pending: tuple[str, ...] = ()

    @property
    def feasible(self) -> bool:
        """Whether something may be built at this height."""
        return not self.against and (self.footprint_sq_m is None or self.footprint_sq_m > 0)

    def spec(self) -> Spec:
        """Return the design at this height: least margins, most FSI."""
        spec: Spec = {"height_m": self.height_m, "storeys": self.storeys, **{name: limit for name, (limit, _) in self.margins.items()}}
        if self.fsi is not None:
            spec["fsi"] = self.fsi[0]
        return spec

    def area(self, plot_sq_m: float | None) -> float | None:
        """Return the greatest built-up area at this height, in square metres: by law, and by what fits on its floors."""
        by_law = self.built_up_area_sq_m[0] if self.built_up_area_sq_m else self.fsi[0] * plot_sq_m if self.fsi and plot_sq_m else None
        fits = self.footprint_sq_m * self.storeys if self.footprint_sq_m is not None else None
        known = [area for area in (by_law, fits) if area is not None]
        return min(known) if known else None

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        wire: dict[str, Any] = {"height_m": wire_number(self.height_m), "storeys": self.storeys}
        wire["margins"] = {name: _bound("min", limit) for name, limit in self.margins.items()}
        for name, limit in (("fsi", self.fsi), ("built_up_area_sq_m", self.built_up_area_sq_m), ("ground_coverage_percent", self.coverage)):
            if limit is not None:
                wire[name] = _bound("max", limit)
        if self.footprint_sq_m is not None:
            wire["footprint_sq_m"] = wire_number(round(self.footprint_sq_m, 2))
        return wire


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is feasible together.

    Attributes:
        intervals: feasible heights as (least, greatest or None for no limit, the clause that ends it), in order.
        points: by height, from low to high: where the law changes.
        largest: the point with the largest built-up area, None where nothing may be built.
        against: what stands against building at any height.
        plot_sq_m: the net plot area, None where it is not known.
        trials: the site, without any design.
        solving: what was worked out for it.
    """

    intervals: tuple[tuple[float, float | None, str], ...]
    points: tuple[Point, ...]
    largest: Point | None
    against: tuple[Check, ...]
    plot_sq_m: float | None
    trials: Trials
    solving: Solving

    def at(self, height_m: float) -> Point:
        """Return what is feasible at a height."""
        return self.solving.point(height_m)

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        wire: dict[str, Any] = {"feasible": self.largest is not None, "fields": self._fields(), "by_height": [point.as_dict() for point in self.points]}
        if self.largest is not None:
            area = self.largest.area(self.plot_sq_m)
            wire["largest"] = {
                **self.largest.as_dict(),
                **({"built_up_area_sq_m": wire_number(round(area, 2))} if area is not None else {}),
                "tiers": list(self.largest.tiers),
            }
        wire["against"] = [{"clause_no": number, "field": name, "title": title} for (number, name), title in _named(self.against).items()]
        wire["pending"] = sorted({name for point in self.points for name in point.pending})
        return wire

    def _fields(self) -> dict[str, Any]:
        if not self.points:
            return {}
        heights = []
        for low, high, clause in self.intervals:
            heights.append({"min": wire_number(low), **({"max": wire_number(high), "clause_no": clause} if high is not None else {"unlimited": True})})
        fields: dict[str, Any] = {"height_m": {"intervals": heights}}
        for side in SIDES:
            least = min((point.margins[side] for point in self.points if side in point.margins), default=None)
            most = max((point.margins[side] for point in self.points if side in point.margins), default=None)
            if least and most:
                fields[side] = {"min": wire_number(least[0]), "clause_no": least[1], "at_most_required": wire_number(most[0]), "clause_no_at_most": most[1]}
        for name in ("fsi", "built_up_area_sq_m", "coverage"):
            limits = [limit for point in self.points if (limit := getattr(point, name)) is not None]
            if limits:
                most = max(limits)
                fields["ground_coverage_percent" if name == "coverage" else name] = {"min": 0, "max": wire_number(most[0]), "clause_no": most[1]}
        tiers = max((point.tiers for point in self.points), key=lambda tiers: sum(float(tier["adds"]) for tier in tiers), default=())
        if tiers and "fsi" in fields:
            fields["fsi"]["tiers"] = list(tiers)
        return fields


def find_envelope(trials: Trials) -> Envelope:
    """Return what may be built for the plot and the use of a proposal; what it says of its design is left aside.

    Heights are tried where the law changes and at every whole storey; ends between them are found by bisection. At each height the least margins
    are worked out together with what they allow (a height that a wider front margin allows is feasible).
    """
    site = Trials(trials.rulebook, {name: value for name, value in trials.spec.items() if name not in DESIGN}, trials.as_of, trials.asked - set(DESIGN))
    return Solving(site).envelope()


class Solving:
    """What is worked out for one plot, height by height; what was worked out is remembered."""

    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self.site = trials.completed({}).spec
        self.width, self.depth = self._number("plot_width_m"), self._number("plot_depth_m")
        self.plot = self._number("net_plot_area_sq_m")
        self.floor = self._number("floor_height_m") or 3.0
        self.below = sum((self._number(count) or 0) * (self._number(height) or 0) for count, height in (("stilt_levels", "stilt_height_m"),))
        self.known: dict[float, Point] = {}
        self.widths: dict[tuple[str, str], float] = {}  # by side and clause, the width that mended it last
        self.widened: dict[float, frozenset[str]] = {}  # by height, the sides that are wider than their own limit

    def _number(self, name: str) -> float | None:
        value = self.site.get(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def envelope(self) -> Envelope:
        """Return the envelope."""
        heights = self._heights()
        points = [self.point(height) for height in heights]
        if not any(point.feasible for point in points):
            standing = set.intersection(*({(check.clause.clause_no, check.field) for check in point.against} for point in points))
            against = [check for check in points[0].against if (check.clause.clause_no, check.field) in standing] or list(points[0].against)
            return Envelope((), (), None, tuple(against), self.plot, self.trials, self)
        intervals = self._intervals(points)
        ends = sorted({end for low, high, _ in intervals for end in (low, high) if end is not None})
        found = [point for point in (*points, *map(self.point, ends)) if point.feasible]
        largest = self._largest(found, intervals)
        shown = sorted({point.height_m: point for point in (*found, largest)}.values(), key=lambda point: point.height_m)
        return Envelope(tuple(intervals), tuple(_where_it_changes(shown, largest)), largest, (), self.plot, self.trials, self)

    def _heights(self) -> list[float]:
        """Return the heights that are tried: one storey, and where the law changes, with a step beyond."""
        env = self.trials.judged({"height_m": self.floor + self.below, "storeys": 1}).facts
        ends = [end for end in breakpoints(self.trials.rulebook, dict(env), "height_m") if end < HIGHEST]
        limits = self._height_limits(ends)
        top = max([*ends, *limits, 30.0]) + 3 * self.floor
        tried = {
            round_number(self.floor + self.below),
            *ends,
            *(round_number(end + _STEP) for end in ends),
            *limits,
            *(round_number(limit + _STEP) for limit in limits),
            round_number(top),
        }
        return sorted(height for height in tried if height >= self.floor + self.below - TOLERANCE)

    def _height_limits(self, ends: list[float]) -> list[float]:
        """Return the greatest heights that the law names for this plot."""
        found = set()
        for height in (self.floor + self.below, *ends[-1:]):
            for check in self.point(height).against or self.trials.judged({"height_m": height, "storeys": self._storeys(height)}).active():
                if check.field == "height_m" and is_number(check.maximum):
                    found.add(round_number(float(check.maximum)))
        return [limit for limit in found if 0 < limit < HIGHEST]

    def _largest(self, points: list[Point], intervals: list[tuple[float, float | None, str]]) -> Point:
        """Return the lowest point with the largest built-up area, also among whole storeys; the law's own greatest area ends the search."""
        best = max(points, key=lambda point: self._rank(point))
        most = max((point.built_up_area_sq_m[0] for point in points if point.built_up_area_sq_m), default=None)
        top = max(point.height_m for point in points)
        for count in range(1, MOST_STOREYS + 1):
            height = round_number(self.below + self.floor * count)
            if height > top + TOLERANCE:
                break
            if not any(low <= height <= (high or HIGHEST) for low, high, _ in intervals):
                continue
            point = self.point(height)
            best = max((best, point), key=self._rank) if point.feasible else best
            if most is not None and (point.area(self.plot) or 0.0) >= most - TOLERANCE:
                break
        return best

    def _rank(self, point: Point) -> tuple[float, float]:
        return round(point.area(self.plot) or 0.0, 2), -point.height_m

    def _intervals(self, points: list[Point]) -> list[tuple[float, float | None, str]]:
        found: list[tuple[float, float | None, str]] = []
        start: float | None = None
        for before, now in zip([None, *points], points, strict=False):
            if now.feasible and start is None:
                start = now.height_m if before is None else self._edge(before.height_m, now.height_m, begins=True)
            elif not now.feasible and start is not None and before is not None:
                found.append((start, self._edge(before.height_m, now.height_m, begins=False), _clause_against(now)))
                start = None
        if start is not None:
            found.append((start, None, ""))
        return found

    def _edge(self, low: float, high: float, begins: bool) -> float:
        """Return where feasible heights begin or end between two heights that differ in it, to the centimetre inside."""
        for _ in range(_HALVINGS):
            if high - low <= _STEP / 4:
                break
            middle = (low + high) / 2
            low, high = (low, middle) if self.point(middle).feasible == begins else (middle, high)
        inside = round(high + _STEP / 2, 2) if begins else round(low, 2)
        for value in (inside, round(inside + (_STEP if begins else -_STEP), 2)):
            if self.point(value).feasible:
                return value
        return high if begins else low

    # One height

    def point(self, height: float) -> Point:
        """Return the least margins and the most area at a height."""
        height = round_number(height)
        if height not in self.known:
            self.known[height] = self._point(height)
        return self.known[height]

    def _point(self, height: float) -> Point:
        """Return the point for the most FSI, or for less of it where that leaves more to build: a larger building may fall under stricter clauses."""
        first = self._with({"height_m": height, "storeys": self._storeys(height)})
        if first.fsi is None or not first.feasible:
            return first
        full = self._with({"height_m": height, "storeys": self._storeys(height), "fsi": first.fsi[0]}, first.margins)
        if full.margins == first.margins and full.feasible:
            return full
        less = self._less(first)
        return max((point for point in (full, less) if point.feasible), key=lambda point: point.area(self.plot) or 0.0, default=full)

    def _less(self, point: Point) -> Point:
        """Return a point with as much FSI as its margins allow."""
        most, clause = point.fsi or (0.0, "")
        over = self.trials.violated(point.spec())
        low, high = _LEAST_FSI, most
        if least := self.trials.violated({**point.spec(), "fsi": low}):
            return replace(point, against=tuple(least))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if self.trials.violated({**point.spec(), "fsi": middle}) else (middle, high)
        limit = next((check.clause.clause_no for check in over), clause)
        return replace(point, fsi=(max(_LEAST_FSI, math.floor(low * 100 + 1e-6) / 100), limit), tiers=(), built_up_area_sq_m=None)

    def _with(self, design: dict[str, Value], begin: Mapping[str, Binding] | None = None) -> Point:
        """Return the least margins for a design without them, found from some to begin with, and what they allow."""
        floors: dict[str, Binding] = {side: limit for side, limit in (begin or {}).items() if side in self.widened.get(float(design["height_m"]), ())}  # type: ignore[arg-type]
        margins: dict[str, Binding] = dict(begin or {})
        seen: list[dict[str, Binding]] = []
        for _ in range(_ROUNDS):
            judged = self.trials.judged({**design, **_widths(margins)})
            asked = dict(floors)
            for check in _certain(judged):
                _raise(asked, check)
            if asked == margins:
                against = [check for check in judged.active() if check.outcome == "VIOLATED"]
                mended = self._mended(design, margins, against) if against else None
                if mended is None:
                    break
                floors |= mended
                asked = {**margins, **mended}
            elif asked in seen:  # two states that ask for each other: the wider of both
                for side, limit in margins.items():
                    asked[side] = max(asked.get(side, limit), limit)
                floors = asked
            seen.append(asked)
            margins = asked
        self.widened[float(design["height_m"])] = frozenset(floors)  # type: ignore[arg-type]
        judged = self.trials.judged({**design, **_widths(margins)})
        checks = judged.active()
        against_all = tuple(check for check in checks if check.outcome == "VIOLATED")
        point = Point(float(design["height_m"]), int(design["storeys"]), margins, against=against_all)  # type: ignore[arg-type]
        maybe = {name for name, judgement in judged.judgements.items() if judgement.applies is None}
        return self._with_areas(point, _certain(judged), {check.clause.clause_no for check in checks if check.clause.id in maybe and _shapes(check)})

    def _mended(self, design: Mapping[str, Value], margins: dict[str, Binding], against: list[Check]) -> dict[str, Binding] | None:
        """Return a wider margin that end a violation (a wider front margin allows more height; a requirement asks for one of several), or None."""
        for check in against:
            clause = check.clause
            turns_on = clause.reads | clause.required | clause.allowed
            sides = [side for side in SIDES if side in turns_on and (isinstance(check.limit, Requirement) or check.field not in SIDES)]
            for side in sides:
                wider = self._least_width(design, margins, side, check)
                if wider is not None:
                    return {side: (wider, clause.clause_no)}
        return None

    def _least_width(self, design: Mapping[str, Value], margins: dict[str, Binding], side: str, check: Check) -> float | None:
        """Return the least width of a margin at which a violated check holds, or None where none does."""
        narrow = margins[side][0] if side in margins else 0.0
        wide = (self.depth if side in ALONG else self.width) or max(60.0, 2 * float(design["height_m"]))  # type: ignore[arg-type]

        def holds(width: float) -> bool:
            checks = self.trials.judged({**design, **_widths(margins), side: width}).active()
            return not any(other.outcome == "VIOLATED" and other.clause.id == check.clause.id and other.field == check.field for other in checks)

        if wide <= narrow or not holds(wide):
            return None
        key = (side, check.clause.id)
        for width in (self.widths.get(key), *self._ends_of(side)):
            if width is not None and narrow < width < wide and holds(width) and not holds(round_number(width - _STEP)):
                self.widths[key] = width
                return width
        for _ in range(_HALVINGS + 6):
            if wide - narrow <= _STEP / 8:
                break
            middle = (narrow + wide) / 2
            narrow, wide = (narrow, middle) if holds(middle) else (middle, wide)
        written = (round(wide, 2), round(wide + _STEP / 2 - 1e-6, 2))
        self.widths[key] = next((width for width in written if holds(width)), round_number(wide))
        return self.widths[key]

    def _ends_of(self, side: str) -> list[float]:
        """Return the widths of a margin at which the law changes."""
        return breakpoints(self.trials.rulebook, {}, side)

    def _storeys(self, height: float) -> int:
        return max(1, int((height - self.below) / self.floor + 1e-6))

    def _with_areas(self, point: Point, checks: list[Check], maybe: set[str]) -> Point:
        fsi, area, coverage = (_tightest(checks, name) for name in ("fsi", "built_up_area_sq_m", "ground_coverage_percent"))
        tiers: tuple[Mapping[str, Any], ...] = ()
        for check in checks:
            if check.field == "fsi" and check.tiers and fsi is not None and check.maximum == fsi[0]:
                tiers = tuple({"name": name, "adds": wire_number(value)} for name, value in check.tiers if is_number(value))
        pending = maybe | {check.clause.clause_no for check in checks if check.is_open and _shapes(check)}
        return replace(
            point,
            fsi=fsi,
            built_up_area_sq_m=area,
            coverage=coverage,
            tiers=tiers,
            footprint_sq_m=self._footprint(point, coverage),
            pending=tuple(sorted(pending)),
        )

    def _footprint(self, point: Point, coverage: Binding | None) -> float | None:
        if self.width is None or self.depth is None:
            return None
        wide = self.width - sum(point.margins[side][0] for side in ACROSS if side in point.margins)
        deep = self.depth - sum(point.margins[side][0] for side in ALONG if side in point.margins)
        ground = max(wide, 0.0) * max(deep, 0.0)
        return min(ground, coverage[0] / 100 * (self.plot or self.width * self.depth)) if coverage else ground


def _certain(judged: Judged) -> list[Check]:
    """Return the checks of the clauses that apply; those that may or may not are pending."""
    return [check for check in judged.active() if judged.judgements[check.clause.id].applies]


def _shapes(check: Check) -> bool:
    """Return whether a check is on something that the envelope says."""
    return check.field in (*SIDES, "setback_m", "height_m", "fsi", "built_up_area_sq_m", "ground_coverage_percent")


def _raise(margins: dict[str, Binding], check: Check) -> None:
    """Take over the least margin that a check asks for."""
    if not is_number(check.minimum) or isinstance(check.limit, Requirement):
        return
    for side in SIDES if check.field == "setback_m" else (check.field,) if check.field in SIDES else ():
        if side not in margins or check.minimum > margins[side][0] + TOLERANCE:
            margins[side] = (_rounded_up(float(check.minimum)), check.clause.clause_no)


def _rounded_up(limit: float) -> float:
    """Return a least value as a spec can state it, never less than it by more than the tolerance."""
    number = round_number(limit)
    return number if limit - number < TOLERANCE else round_number(number + 1e-6)


def _widths(margins: Mapping[str, Binding]) -> dict[str, Value]:
    return {side: limit for side, (limit, _) in margins.items()}


def _tightest(checks: list[Check], name: str) -> Binding | None:
    limits = [(float(check.maximum), check.clause.clause_no) for check in checks if check.field == name and is_number(check.maximum)]
    return min(limits, default=None)


def _where_it_changes(points: list[Point], largest: Point) -> Iterator[Point]:
    """Yield the points that say something new: the first, the last, and where a limit is another clause's or makes a step."""
    for place, point in enumerate(points):
        ends = place in (0, len(points) - 1) or point is largest
        before = points[place - 1]
        if ends or _says(before) != _says(point) or _says(point) != _says(points[place + 1]):
            yield point


def _says(point: Point) -> tuple[Any, ...]:
    return tuple(sorted((side, clause) for side, (_, clause) in point.margins.items())), point.fsi, point.coverage


def _clause_against(point: Point) -> str:
    return ", ".join(dict.fromkeys(check.clause.clause_no for check in point.against)) or "the margins leave nothing of the plot"


def _named(checks: tuple[Check, ...]) -> dict[tuple[str, str], str]:
    return {(check.clause.clause_no, check.field): check.clause.title for check in checks}


def _bound(end: str, limit: Binding) -> dict[str, Any]:
    return {end: wire_number(limit[0]), "clause_no": limit[1]}
