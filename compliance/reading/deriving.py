"""Values that follow from stated ones by an exact identity; the formula stands in the note."""

from __future__ import annotations

from compliance.reading.result import Question, Reading
from compliance.specs import Spec, round_number
from compliance.vocabulary import BUILDING_TYPES, FIELDS, zones_of

SAME_AREA = 0.05
"""How much a stated plot area may differ from width times depth before it is asked about: plots are seldom true rectangles."""


def contradictions(spec: Spec) -> list[Question]:
    """Return a question for every pair of values that cannot both hold; the values stay, since either may be the right one.

    >>> [question.field for question in contradictions({"plot_area_sq_m": 500.0, "plot_width_m": 30.0, "plot_depth_m": 40.0})]
    ['plot_area_sq_m']
    """
    area, net, width, depth = (spec.get(name) for name in ("plot_area_sq_m", "net_plot_area_sq_m", "plot_width_m", "plot_depth_m"))
    questions = []
    if isinstance(area, float) and isinstance(width, float) and isinstance(depth, float) and abs(area - width * depth) > SAME_AREA * width * depth:
        sentence = f"The plot area is stated as {area:g} m², and its sides of {width:g} m and {depth:g} m make {width * depth:g} m²; which holds?"
        questions.append(Question("plot_area_sq_m", sentence, None))
    whole, built = spec.get("fsi_with_ancillary"), spec.get("built_up_area_sq_m")
    if isinstance(whole, float) and isinstance(built, float) and isinstance(net or area, float):
        most = whole * (net or area)  # type: ignore[operator]
        if built > most * (1 + SAME_AREA) or (net is not None and built < most * (1 - SAME_AREA)):
            sentence = f"The built-up area is stated as {built:g} m², and an FSI of {whole:g} with fungible or ancillary area makes {most:g} m²; which holds?"
            questions.append(Question("built_up_area_sq_m", sentence, None))
    if isinstance(area, float) and isinstance(net, float) and net > area:
        questions.append(Question("net_plot_area_sq_m", f"The net plot area of {net:g} m² is larger than the plot of {area:g} m²; which holds?", None))
    return questions


def derive(spec: Spec, asked: frozenset[str]) -> list[Reading]:
    """Return the values that follow exactly from a spec and do not stand in it.

    Args:
        spec: given and stated values.
        asked: fields on which there is a question; nothing is derived for them.

    >>> [(reading.field, reading.value) for reading in derive({"plot_width_m": 25.0, "plot_depth_m": 40.0}, frozenset())]
    [('plot_area_sq_m', 1000.0)]
    """
    found: list[Reading] = []

    def add(name: str, value: float | str | int, note: str) -> None:
        if name not in spec and name not in asked and all(reading.field != name for reading in found):
            found.append(Reading(name, value, FIELDS[name].unit, "derived", note=note))

    width, depth = spec.get("plot_width_m"), spec.get("plot_depth_m")
    if isinstance(width, (int, float)) and isinstance(depth, (int, float)):
        area = round_number(width * depth)
        if 0 < area <= FIELDS["plot_area_sq_m"].high:
            add("plot_area_sq_m", area, "plot_area_sq_m = plot_width_m * plot_depth_m")
    frontage = spec.get("plot_frontage_m")
    if width is None and isinstance(frontage, (int, float)) and isinstance(depth, (int, float)) and "plot_width_m" not in asked:
        add("plot_area_sq_m", round_number(frontage * depth), "plot_area_sq_m = plot_frontage_m * plot_depth_m")
    road = spec.get("abutting_road_width_m")
    if spec.get("is_road_widening_proposed") is False and isinstance(road, (int, float)):
        add("prescribed_road_width_m", road, "prescribed_road_width_m = abutting_road_width_m, since the road is not to be widened")
    kind = spec.get("building_type")
    if isinstance(kind, str) and BUILDING_TYPES[kind].use is not None:
        add("building_use", str(BUILDING_TYPES[kind].use), f"the use of the building type {kind}")
    zone, city = spec.get("land_use_zone"), spec.get("city")
    if isinstance(zone, str):
        entry = zones_of(city if isinstance(city, str) else None).get(zone)
        if entry is not None and entry.use is not None:
            add("building_use", str(entry.use), f"the use of the zone {zone}")
    mix = spec.get("dwelling_mix")
    if isinstance(mix, list):
        add("dwelling_units", int(sum(item["count"] for item in mix)), "dwelling_units = sum of the counts of dwelling_mix")
    return found
