"""The words for what surrounds the plot and for the parts of a building: distances, internal roads, plinths, lifts. Tables only."""

from __future__ import annotations

from compliance.reading.labels import Label, make_label
from compliance.reading.units import AREA, LENGTH, PLAIN

COUNTED = "counted"
"""The name of labels of counted things ("lifts: 2"); where the number stands first ("2 lifts"), `counts` reads it."""

_WATER = "nallah|nalla|nala|nullah|nalah|river|canal|creek|lake|stream|watercourse|water course|storm water drain|water body|talav|pond|sea|rivulet"
_RAIL = "railway line|railway track|railway boundary|railway tracks|railway|rail line|rail track|railway land|railway boundary wall"
_HIGHWAY = "highway|national highway|state highway|express highway|expressway|highway boundary|eastern express highway|western express highway"
_OPEN_SPACE = "recreational open space|layout open space|los|rg|ros|common plot|recreation ground|recreational ground"
_LEADS = "from|from the|from a|from an|away from|away from the|away from a|off the|distance from|distance from the|distance to|distance to the|setback from|setback from the|set back from|set back from the"


DISTANT: dict[tuple[str, ...], str] = {
    tuple(thing.split()): field
    for things, field in ((_WATER, "distance_to_watercourse_m"), (_RAIL, "distance_to_railway_m"), (_HIGHWAY, "distance_to_highway_m"))
    for thing in things.split("|")
}
"""Things whose distance from the plot is a field."""


def _distances(things: str, more: str = "") -> str:
    """Return the phrases that lead to a thing: "from the river", "distance to river"; and those given outright."""
    phrases = [f"{lead} {thing}" for thing in things.split("|") for lead in _LEADS.split("|")]
    phrases += [f"{thing} distance" for thing in things.split("|")]
    return "|".join([*phrases, *([more] if more else [])])


def _between_buildings() -> str:
    leads = ("distance between", "gap between", "open space between", "space between", "between", "separation between", "spacing between", "clear distance between",
             "distance in between", "separation of", "marginal distance between")  # fmt: skip
    nouns = ("buildings", "towers", "wings", "blocks", "bldgs")
    return "|".join(f"{lead} {which}{noun}" for lead in leads for which in ("", "the ", "two ", "the two ", "both ", "both the ") for noun in nouns)


DETAIL_LABELS: tuple[tuple[Label, str], ...] = (
    (
        make_label("second road", "second_road_width_m", (LENGTH,), 10.6),
        "second road|second road width|width of second road|width of the second road|secondary road|narrower road|smaller road|second side road|road on the other side|road no 2|road 2|2nd road",
    ),
    (
        make_label("internal road", "internal_road_width_m", (LENGTH,), 10.0),
        "internal road|internal roads|layout road|layout roads|internal road width|width of internal road|width of the internal road|internal layout road|internal layout roads|layout road width|internal access road",
    ),
    (
        make_label("internal road length", "internal_road_length_m", (LENGTH,), 10.6),
        "internal road length|length of internal road|length of the internal road|layout road length|length of layout road|length of the layout road|internal road of length",
    ),
    (
        make_label("access length", "access_length_m", (LENGTH,), 10.6),
        "access length|length of access|length of the access|length of private access|length of means of access|access road length|length of access road|length of the access road|private access length|means of access length|length of pathway",
    ),
    (make_label("served area", "internal_road_served_area_sq_m", (AREA,), 9.5), "serving|serving an area of|serves|serves an area of|serving area|area served"),
    (make_label("highway", "distance_to_highway_m", (LENGTH,), 11.0), _distances(_HIGHWAY)),
    (make_label("railway", "distance_to_railway_m", (LENGTH,), 11.0), _distances(_RAIL)),
    (make_label("watercourse", "distance_to_watercourse_m", (LENGTH,), 11.0), _distances(_WATER)),
    (make_label("not ours", "", (LENGTH,), 11.0), _distances("railway station|bus station|bus stand|bus stop")),
    (make_label("open space distance", "distance_to_open_space_m", (LENGTH,), 11.0), _distances(_OPEN_SPACE)),
    (make_label("building gap", "building_gap_m", (LENGTH,), 11.2), _between_buildings() + "|building gap|building to building distance|inter building distance"),
    (
        make_label("commercial area", "commercial_area_sq_m", (AREA, PLAIN), 11.0),
        "commercial area|commercial built up area|commercial bua|commercial builtup area|shop area|shops area|area of shops|area of the shops|office area|retail area|area of offices|commercial component|shopping area|commercial part|commercial portion",
    ),
    (
        make_label("ground floor shops", "commercial_area_sq_m", (AREA,), 7.5),  # a comma breaks the bond: "shops on ground floor, 600 sq m"
        "shops on ground floor|shops on the ground floor|shops at ground floor|shops in ground floor|ground floor shops|commercial on ground floor|ground floor commercial",
    ),
    (make_label("largest floor", "largest_floor_area_sq_m", (AREA,), 11.0), "largest floor|largest floor area|area of the largest floor|biggest floor|largest floor plate|floor plate"),
    (
        make_label("carpet area", "carpet_area_sq_m", (AREA, PLAIN), 11.2),
        "office carpet area|offices carpet area|commercial carpet area|shop carpet area|shops carpet area|carpet area of shops|carpet area of the shops|carpet area of offices|carpet area of the offices|carpet area of office|carpet area of commercial|non residential carpet area|carpet area of hospital|carpet area of non residential part",
    ),
    (
        make_label("inclusive housing", "inclusive_housing_area_sq_m", (AREA,), 11.0),
        "inclusive housing|inclusive housing area|area for inclusive housing|ews lig area|ews and lig area|ews lig housing area|ews lig housing|area for ews and lig",
    ),
    (
        make_label("visitor parking", "visitor_parking_area_sq_m", (AREA,), 11.2),
        "visitor parking area|visitors parking area|visitor s parking area|visitors ' parking area|area for visitor parking|area for visitors parking|visitor parking|visitors parking|area of visitor parking",
    ),
    (make_label("open space", "recreational_open_space_sq_m", (AREA,), 10.0), "open space|open spaces|open space of|total open space"),
    (make_label("slenderness", "slenderness", (PLAIN,), 10.0, True), "slenderness|slenderness ratio|slenderness of building"),
    (make_label("plinth height", "plinth_height_m", (LENGTH, PLAIN), 11.0), "plinth height|plinth level|height of plinth|height of the plinth|plinth ht|high plinth"),
    (make_label("plinth height", "plinth_height_m", (LENGTH,), 11.0), "plinth|plinth of"),
    (
        make_label("room height", "room_height_m", (LENGTH, PLAIN), 11.0),
        "room height|room ht|ceiling height|height of rooms|height of the rooms|height of room|height of habitable rooms|height of habitable room|habitable room height|clear height of rooms|clear room height|height of ceiling",
    ),
    (
        make_label("basement height", "basement_height_m", (LENGTH, PLAIN), 11.0),
        "basement height|height of basement|height of the basement|basement ht|basement clear height|clear height of basement|clear height of the basement|basement floor height",
    ),
    (
        make_label("basement margin", "basement_setback_m", (LENGTH, PLAIN), 11.0),
        "basement margin|basement margins|basement setback|basement setbacks|basement set back|margin of basement|margin of the basement|setback of basement|setback of the basement|basement from the boundary|basement from boundary|basement from plot boundary|basement from the plot boundary|margin to basement|basement side margin|basement open space",
    ),
    (make_label("podium height", "podium_height_m", (LENGTH, PLAIN), 11.0), "podium height|height of podium|height of the podium|podium ht|podium total height"),
    (
        make_label("compound wall", "compound_wall_height_m", (LENGTH,), 11.0),
        "compound wall|compound wall height|height of compound wall|height of the compound wall|boundary wall|boundary wall height|height of boundary wall|compound wall of",
    ),
    (
        make_label("open space side", "open_space_least_side_m", (LENGTH,), 10.8),
        "least side|least dimension|minimum dimension|min dimension|smallest side|minimum side|least width of open space|minimum width of open space|least side of open space|minimum dimension of open space|minimum dimension of rg|least dimension of rg",
    ),
    (make_label(COUNTED, "staircases", (PLAIN,), 9.0, True), "staircases|staircase|stair cases|number of staircases|no of staircases|staircase nos|staircases nos"),
    (make_label(COUNTED, "lifts", (PLAIN,), 9.0, True), "lifts|lift|elevators|passenger lifts|number of lifts|no of lifts|lift nos|passenger lift|lifts nos"),
    (make_label(COUNTED, "fire_lifts", (PLAIN,), 9.5, True), "fire lifts|fire lift|stretcher lifts|stretcher lift|freight lifts|freight lift|number of fire lifts|no of fire lifts"),
    (make_label(COUNTED, "refuge_areas", (PLAIN,), 9.5, True), "refuge areas|refuge floors|number of refuge areas|no of refuge areas|no of refuge floors"),
    (make_label(COUNTED, "seats", (PLAIN,), 9.0, True), "seats|seating capacity|seating|number of seats|no of seats|seating for|seating capacity of|total seats"),
    (make_label(COUNTED, "beds", (PLAIN,), 9.0, True), "beds|number of beds|no of beds|bed capacity|bed strength|total beds|hospital beds"),
    (make_label(COUNTED, "guest_rooms", (PLAIN,), 9.0, True), "guest rooms|number of guest rooms|no of guest rooms|guest room|number of rooms|no of rooms|hotel rooms|keys|number of keys"),
    (make_label(COUNTED, "students", (PLAIN,), 9.0, True), "students|number of students|no of students|student strength|student capacity|total students|pupils"),
    (make_label(COUNTED, "classrooms", (PLAIN,), 9.0, True), "classrooms|class rooms|number of classrooms|no of classrooms|no of class rooms|number of class rooms"),
    (make_label(COUNTED, "loading_spaces", (PLAIN,), 9.5, True), "loading bays|loading spaces|loading bay|loading and unloading bays|loading unloading bays|loading unloading spaces|truck parking|truck parkings|number of loading bays|no of loading bays"),
    (make_label(COUNTED, "ambulance_spaces", (PLAIN,), 9.5, True), "ambulance parking|ambulance spaces|ambulance space|ambulance parkings|ambulance bays"),
    (make_label(COUNTED, "trees", (PLAIN,), 9.0, True), "number of trees|no of trees|trees|tree plantation|trees to be planted|trees planted"),
    (make_label(COUNTED, "commercial_storeys", (PLAIN,), 10.5, True), "commercial storeys|commercial floors|number of commercial floors|no of commercial floors|shop floors|office floors|commercial levels"),
)  # fmt: skip

# Parts of a building and roads inside the plot, which have measures of their own beside those in `words.MEASURED`.
DETAIL_SUBJECTS: dict[str, str] = {
    **dict.fromkeys(["internal road", "internal roads", "layout road", "layout roads", "internal layout road"], "internal road"),
    **dict.fromkeys(
        ["access", "private access", "means of access", "access road", "approach road", "approach", "pathway", "access way", "access pathway"], "access"
    ),
    **dict.fromkeys(["plinth"], "plinth"),
    **dict.fromkeys(["podium", "podiums"], "podium"),
    **dict.fromkeys(["basement", "basements", "basement floor"], "basement"),
    **dict.fromkeys(["compound wall", "boundary wall"], "compound wall"),
    **dict.fromkeys(["room", "rooms", "habitable rooms", "habitable room", "ceiling"], "room"),
}
_HEIGHTS = {"plinth": "plinth height", "podium": "podium height", "basement": "basement height", "compound wall": "compound wall", "room": "room height"}
DETAIL_MEASURES: dict[tuple[str, str], str] = {
    ("internal road", "width"): "internal road", ("internal road", "depth"): "internal road length", ("internal road", "height"): "height",
    ("access", "width"): "road", ("access", "depth"): "access length", ("access", "height"): "height",
    **{(subject, "height"): label for subject, label in _HEIGHTS.items()},
    **{(subject, dimension): "not ours" for subject in _HEIGHTS for dimension in ("width", "depth")},
}  # fmt: skip
