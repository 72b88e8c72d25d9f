"""The field's words, once: every planning field, the cities, their zones and building types.

Reading, rules, API, admin and documentation all take names, labels, units and sane ranges from here. The module is plain data
and small look-ups: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "count", "code", "flag", "items"]
Use = Literal["residential", "commercial", "mixed", "industrial", "institutional"]

USES: tuple[Use, ...] = ("residential", "commercial", "mixed", "industrial", "institutional")


@dataclass(frozen=True, slots=True)
class Field:
    """One planning field.

    Attributes:
        name: wire name; a unit ends the name (frozen: rename none).
        label: the words of a sentence ("front margin").
        kind: number (float), count (whole number), code (closed list), flag (true or false), items (list of mappings).
        unit: "m", "m2", "%", "" (a ratio, a count or a code).
        low: the least value a real proposal can have (inclusive); less is refused as absurd.
        high: the greatest such value (inclusive).
        synonyms: words that people write for it, lower case.
        codes: the closed list of a code field; empty where the list depends on the city.
        positive: whether 0 is refused too; a formula may divide by such a field.
        phrase: how a condition on it reads in a sentence; "{range}" takes "15 m to less than 18 m".
    """

    name: str
    label: str
    kind: Kind = "number"
    unit: str = ""
    low: float = 0.0
    high: float = 1e9
    synonyms: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    positive: bool = False
    phrase: str = ""


def _length(name: str, label: str, high: float, *synonyms: str, positive: bool = False, phrase: str = "") -> Field:
    return Field(name, label, "number", "m", 0.0, high, synonyms, positive=positive, phrase=phrase)


def _area(name: str, label: str, *synonyms: str, positive: bool = False, phrase: str = "") -> Field:
    return Field(name, label, "number", "m2", 0.0, 1e8, synonyms, positive=positive, phrase=phrase)


def _count(name: str, label: str, high: float, *synonyms: str) -> Field:
    return Field(name, label, "count", "", 0.0, high, synonyms)


def _code(name: str, label: str, *codes: str) -> Field:
    return Field(name, label, "code", codes=codes)


REDEVELOPMENT_CLAUSES = (
    "none", "33(5)", "33(6)", "33(7)", "33(7A)", "33(7B)", "33(9)", "33(9A)", "33(9B)", "33(10)", "33(10A)",
    "33(11)", "33(11A)", "33(15)", "33(16)", "33(20)", "33(20A)", "other",
)  # fmt: skip

SPECIAL_AREAS = (
    "none", "barc_m_ward", "akse_marve_erangal", "named_island_road", "koregaon_park", "gangapur_ambad_road",
)  # fmt: skip
"""Places with rows of their own: Mumbai (DCPR 2034 Tables 12 and 18), Pune (UDCPR 10.1.2), Nashik (UDCPR 10.5.3)."""

_FIELDS = (
    _code("city", "city", "Mumbai", "Pune", "Nashik", "Ahmedabad"),
    _code("planning_division", "planning division", "island_city", "suburbs"),
    _code("land_use_zone", "zone"),
    _code("building_use", "use", *USES),
    _code("building_type", "building type"),
    Field("is_core_area", "congested (core) area", "flag"),
    _code("redevelopment_clause", "redevelopment clause", *REDEVELOPMENT_CLAUSES),
    _area("plot_area_sq_m", "plot area", "plot area", "area of plot", "site area", "land area", positive=True, phrase="on a plot of {range}"),
    _area("net_plot_area_sq_m", "net plot area", "net plot area", "net area of plot", positive=True, phrase="on a net plot of {range}"),
    _length("plot_width_m", "plot width", 10_000, "plot width", positive=True, phrase="on a plot {range} wide"),
    _length("plot_depth_m", "plot depth", 10_000, "plot depth", "plot length", positive=True, phrase="on a plot {range} deep"),
    _length("plot_frontage_m", "plot frontage", 10_000, "frontage", positive=True, phrase="with a frontage of {range}"),
    _length("abutting_road_width_m", "abutting road width", 200, "road width", "abutting road", "access road", positive=True, phrase="on a road of {range}"),
    _length(
        "prescribed_road_width_m",
        "prescribed road width",
        200,
        "prescribed road width",
        "proposed road width",
        positive=True,
        phrase="on a prescribed road of {range}",
    ),
    _length("height_m", "height", 1_000, "height", "building height", "ht", positive=True, phrase="for a building of {range}"),
    Field("storeys", "storeys", "count", "", 1, 300, ("storeys", "floors", "stories", "levels"), positive=True, phrase="for a building of {range} storeys"),
    _count("basement_levels", "basement levels", 20, "basements"),
    _count("stilt_levels", "stilt levels", 5, "stilts"),
    _length("stilt_height_m", "stilt height", 20, "stilt height"),
    _count("podium_levels", "podium levels", 30, "podiums"),
    Field("floor_height_m", "floor height", "number", "m", 1.8, 20, ("floor height", "floor to floor height", "storey height"), positive=True),
    Field("fsi", "FSI", "number", "", 0, 25, ("fsi", "far", "floor space index", "floor area ratio")),
    Field("fsi_with_ancillary", "FSI with fungible or ancillary area", "number", "", 0, 25, ("fsi including fungible", "fsi including ancillary area")),
    _area("built_up_area_sq_m", "built-up area", "built up area", "bua", "total construction"),
    Field("ground_coverage_percent", "ground coverage", "number", "%", 0, 100, ("ground coverage", "plot coverage", "coverage")),
    _length("width_m", "building width", 5_000, "building width", positive=True),
    _length("depth_m", "building depth", 5_000, "building depth", positive=True),
    _length("setback_m", "margin on all sides", 500, "setback", "margin", "margins", "marginal open space"),
    _length("front_setback_m", "front margin", 500, "front margin", "front setback", "front open space", "road side margin"),
    _length("side_setback_m", "side margin", 500, "side margin", "side setback", "side open space"),
    _length("other_side_setback_m", "other side margin", 500, "other side margin"),
    _length("rear_setback_m", "rear margin", 500, "rear margin", "rear setback", "back margin", "rear open space"),
    _count("parking_spaces", "car parking spaces", 100_000, "car parks", "parking spaces", "car parking"),
    _count("two_wheeler_spaces", "two-wheeler spaces", 100_000, "two wheeler parking", "scooter parking"),
    _area("parking_area_sq_m", "parking area", "parking area"),
    _count("dwelling_units", "dwelling units", 100_000, "flats", "units", "tenements", "apartments"),
    Field("dwelling_mix", "dwelling mix", "items"),
    _area("recreational_open_space_sq_m", "recreational open space", "recreational open space", "layout open space", "common plot"),
    _area("amenity_space_sq_m", "amenity space", "amenity space"),
    _length("staircase_width_m", "staircase width", 20, "staircase width"),
    # Fields beyond the frozen list: facts of a proposal that the packaged rulebooks' tables turn on.
    _length("average_plot_width_m", "average width of the plot", 10_000, positive=True, phrase="on a plot {range} wide on average"),
    Field("is_road_widening_proposed", "road widening proposed", "flag"),
    Field("is_special_building", "special building", "flag"),
    Field("existing_building_age_years", "age of the existing building", "number", "", 0, 500),
    Field("is_rehab_building", "rehabilitation or composite building", "flag"),
    Field("is_high_density_area", "high-density area", "flag"),
    Field("is_tod_zone", "transit-oriented zone", "flag"),
    _area("largest_floor_area_sq_m", "largest floor area", positive=True),
    _length("distance_to_station_m", "distance to the metro station", 100_000),
    # The plot, its access and its surroundings.
    _code("special_area", "special area", *SPECIAL_AREAS),
    _code("road_class", "class of the abutting road", "street", "highway", "express_highway"),
    Field("is_corner_plot", "corner plot", "flag"),
    Field("is_away_from_road", "building away from the road", "flag"),
    Field("is_land_locked", "land-locked plot", "flag"),
    Field("is_layout", "layout or sub-division of land", "flag"),
    Field("is_unauthorised_subdivision", "unauthorised sub-division", "flag"),
    Field("is_gunthewari_plot", "gunthewari plot", "flag"),
    Field("is_outside_town_planning_scheme", "land outside a town planning scheme", "flag"),
    Field("is_converted_from_industrial", "conversion of industrial land", "flag"),
    _length("second_road_width_m", "width of the second road", 200, "second road", positive=True, phrase="with a second road of {range}"),
    _length("access_length_m", "length of the private access", 5_000, "length of access", "access length", phrase="with an access {range} long"),
    _length("internal_road_width_m", "internal road width", 100, "internal road", "layout road", "internal road width"),
    _length(
        "internal_road_length_m", "internal road length", 10_000, "length of internal road", "internal road length", phrase="with an internal road {range} long"
    ),
    _area("internal_road_served_area_sq_m", "area served by the internal road", phrase="serving {range}"),
    _length("distance_to_highway_m", "distance to the highway", 100_000),
    _length("distance_to_railway_m", "distance to the railway boundary", 100_000),
    _length("distance_to_watercourse_m", "distance to the watercourse", 100_000),
    _length("distance_to_open_space_m", "distance from the open space", 500),
    _length("building_gap_m", "distance between buildings", 500, "distance between buildings", "gap between buildings", "space between two buildings"),
    # The building.
    Field("is_dead_wall_at_side", "dead wall towards the sides and the rear", "flag"),
    Field("has_sprinklers", "sprinklers", "flag"),
    Field("is_government", "government building", "flag"),
    _count("commercial_storeys", "storeys of shops or offices", 300),
    _area("commercial_area_sq_m", "built-up area of shops and offices", "shop area", "commercial area", "office area"),
    _area("carpet_area_sq_m", "carpet area of the non-residential part", "carpet area"),
    _area("inclusive_housing_area_sq_m", "inclusive (EWS and LIG) housing area", "inclusive housing"),
    Field("slenderness", "slenderness (height over least width)", "number", "", 0, 100),
    _length("plinth_height_m", "plinth height", 10, "plinth height", "plinth"),
    _length("room_height_m", "height of habitable rooms", 20, "room height", "ceiling height"),
    _length("basement_height_m", "basement height", 20, "basement height"),
    _length("basement_setback_m", "margin of the basement", 500, "basement margin"),
    _length("podium_height_m", "podium height", 100, "podium height"),
    _length("compound_wall_height_m", "compound wall height", 20, "compound wall", "compound wall height"),
    _count("staircases", "staircases", 100, "staircases", "stairs", "staircase"),
    _count("lifts", "lifts", 200, "lifts", "elevators", "passenger lifts"),
    _count("fire_lifts", "fire or stretcher lifts", 100, "fire lifts", "stretcher lifts", "freight lifts"),
    _count("refuge_areas", "refuge areas", 200, "refuge areas", "refuge floors"),
    # What parking and open spaces are counted by.
    _count("seats", "seats", 1_000_000, "seats"),
    _count("beds", "beds", 100_000, "beds"),
    _count("guest_rooms", "guest rooms", 100_000, "rooms", "guest rooms", "keys"),
    _count("students", "students", 1_000_000, "students"),
    _count("classrooms", "classrooms", 10_000, "classrooms", "class rooms"),
    _count("loading_spaces", "loading and transport vehicle spaces", 10_000, "loading bays", "loading spaces", "truck parking"),
    _area("playground_area_sq_m", "playground area", "playground"),
    _count("other_vehicle_spaces", "spaces for other vehicles", 100_000),
    _count("ambulance_spaces", "ambulance spaces", 1_000, "ambulance parking", "ambulance spaces"),
    _area("visitor_parking_area_sq_m", "visitors' parking area", "visitor parking area"),
    _count("trees", "trees", 1_000_000, "trees"),
    _length("open_space_least_side_m", "least side of the recreational open space", 10_000),
    _length("existing_height_m", "height of the existing building", 1_000, "existing height"),
    _area("land_contribution_sq_m", "land contributed to the authority", "land contribution"),
)

FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}
ITEM_FIELDS: Mapping[str, Field] = {
    "count": _count("count", "number of dwellings", 100_000),
    "carpet_sq_m": _area("carpet_sq_m", "carpet area", positive=True),
    "plinth_sq_m": _area("plinth_sq_m", "plinth area", positive=True),
}
"""The fields of one item of `dwelling_mix`."""

SIDES = ("front_setback_m", "side_setback_m", "other_side_setback_m", "rear_setback_m")
BLOCKING = ("city", "land_use_zone", "plot_area_sq_m", "abutting_road_width_m", "building_use")


@dataclass(frozen=True, slots=True)
class Code:
    """A zone or a building type of a city's closed list: its code, label, the use it belongs to (None where several), aliases (lower case)."""

    code: str
    label: str
    use: Use | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class City:
    """A city we know: name, other names (lower case; old, local, misspelt) and its closed list of zones."""

    name: str
    aliases: tuple[str, ...]
    zones: Mapping[str, Code]


def _zones(*codes: Code) -> Mapping[str, Code]:
    return {zone.code: zone for zone in codes}


_OLD_RESIDENTIAL = (
    Code("R1", "Residential R1", "residential", ("r-1", "residential 1", "residential zone 1")),
    Code("R2", "Residential R2", "residential", ("r-2", "residential 2", "residential zone 2")),
)
_OLD_COMMERCIAL = (
    Code("C1", "Commercial C1", "commercial", ("c-1", "commercial 1")),
    Code("C2", "Commercial C2", "commercial", ("c-2", "commercial 2")),
)
_COMMERCIAL = Code("Commercial", "Commercial", "commercial", ("c", "commercial"))
_INDUSTRIAL = Code("Industrial", "Industrial", "industrial", ("i", "industrial", "general industrial"))
_MIXED = Code("Mixed", "Mixed use", "mixed", ("mixed", "mixed use", "mixed-use"))
_MAHARASHTRA = (
    *_OLD_RESIDENTIAL, *_OLD_COMMERCIAL, _COMMERCIAL, _INDUSTRIAL, _MIXED,
    Code("PSP", "Public / semi-public", "institutional", ("psp", "public semi-public", "public semi public")),
    Code("AG", "Agricultural / no development", None, ("ag", "agricultural", "agriculture", "no development zone", "ndz")),
    Code("GB", "Green belt", None, ("green belt",)),
)  # fmt: skip

CITIES: Mapping[str, City] = {
    city.name: city
    for city in (
        City("Mumbai", ("mumbai", "bombay", "mumbay", "bambai", "mumabi", "greater mumbai", "bmc", "mcgm", "मुंबई", "मुम्बई", "મુંબઈ"), _zones(
            Code("R", "Residential", "residential", ("residential",)), *_OLD_RESIDENTIAL, *_OLD_COMMERCIAL, _COMMERCIAL, _INDUSTRIAL, _MIXED,
            Code("SDZ", "Special development zone", None, ("special development zone",)),
            Code("NA", "Natural area", None, ("natural area",)), Code("GZ", "Green zone", None, ("green zone",)),
        )),
        City("Pune", ("pune", "poona", "puna", "pmc", "punè", "पुणे", "पुना", "પુણે"), _zones(*_MAHARASHTRA)),
        City("Nashik", ("nashik", "nasik", "naasik", "nashick", "nmc", "नाशिक", "नासिक", "નાશિક"), _zones(*_MAHARASHTRA)),
        City("Ahmedabad", ("ahmedabad", "ahmadabad", "ahemdabad", "ahmdabad", "amdavad", "ahmedbad", "ahemedabad", "amc", "auda",
                           "अहमदाबाद", "अहमदावाद", "અમદાવાદ"), _zones(
            Code("CW", "Core walled city", None, ("walled city", "core walled city", "core walled city zone")),
            Code("GM", "Gamtal", None, ("gamtal",)), Code("GME", "Gamtal extension", None, ("gamtal extension",)),
            Code("R1", "Residential R1", "residential", ("r-1", "residential 1", "residential zone 1", "residential zone i")),
            Code("R2", "Residential R2", "residential", ("r-2", "residential 2", "residential zone 2", "residential zone ii")),
            Code("R3", "Residential R3", "residential", ("r-3", "residential 3", "residential zone 3")),
            Code("RAH", "Residential affordable housing", "residential", ("affordable housing zone",)),
            Code("C1", "Commercial C1", "commercial", ("c-1", "commercial 1")),
            Code("C2", "Commercial C2", "commercial", ("c-2", "commercial 2", "commercial")),
            Code("C5", "Central business district", "commercial", ("c-5", "cbd", "central business district")),
            Code("LZ", "Logistics", "industrial", ("logistics", "logistic")),
            Code("IZ1", "General industrial", "industrial", ("iz-1", "industrial", "general industrial", "industrial general")),
            Code("IZ5", "Special industrial", "industrial", ("iz-5", "special industrial", "industrial special")),
            Code("KZ1", "Knowledge and institutional", "institutional", ("kz-1", "knowledge", "institutional", "knowledge zone")),
            Code("P", "Recreation", None, ("recreation", "recreational")),
            Code("SPD3", "Science park", None, ("spd-3", "science park")),
            Code("TOZ", "Transit-oriented zone", None, ("toz", "transit oriented zone", "transit-oriented zone", "spd4", "spd-4")),
            Code("AG1", "Agriculture 1", None, ("ag-1", "agriculture", "agricultural")), Code("AG2", "Agriculture 2", None, ("ag-2",)),
            Code("AG3", "Agriculture 3", None, ("ag-3",)), _MIXED,
        )),
    )
}  # fmt: skip

_TYPES = (
    Code("detached_house", "detached house (bungalow)", "residential", ("bungalow", "bunglow", "banglow", "villa", "detached house", "independent house", "twin bungalow")),
    Code("semi_detached", "semi-detached house", "residential", ("semi detached", "semi-detached", "semidetached", "duplex")),
    Code("row_house", "row house", "residential", ("row house", "rowhouse", "row houses", "row-house", "terraced house")),
    Code("ews_row_house", "row house of an EWS or LIG scheme", "residential", ("ews row house", "lig row house")),
    Code("tenement", "tenement house", "residential", ("chawl", "tenement house")),
    Code("farmhouse", "farmhouse", "residential", ("farmhouse", "farm house")),
    Code("apartment", "apartment building", "residential", ("apartment", "apartments", "flats", "flat scheme", "apartment building")),
    Code("group_housing", "group housing", "residential", ("group housing", "housing society", "gated community", "township")),
    Code("hostel", "hostel", "residential", ("hostel", "dormitory", "pg accommodation", "student housing")),
    Code("affordable_housing", "affordable housing", "residential", ("affordable housing", "ews housing", "lig housing")),
    Code("shop", "shops", "commercial", ("shop", "shops", "showroom", "retail", "convenience shops")),
    Code("mercantile", "shopping complex", "commercial", ("shopping complex", "shopping centre", "shopping center", "market", "commercial complex", "supermarket")),
    Code("mall", "mall", "commercial", ("mall", "shopping mall")),
    Code("wholesale", "wholesale", "commercial", ("wholesale", "wholesale market")),
    Code("office", "offices", "commercial", ("office", "offices", "office building", "corporate office", "business centre", "business park")),
    Code("it_park", "IT building", "commercial", ("it park", "it building", "software park", "tech park", "ites")),
    Code("data_centre", "data centre", "commercial", ("data centre", "data center")),
    Code("hotel", "hotel", "commercial", ("hotel", "lodge", "lodging", "resort", "guest house")),
    Code("restaurant", "restaurant", "commercial", ("restaurant", "cafe", "eating house", "bar")),
    Code("fuel_station", "fuel station", "commercial", ("petrol pump", "fuel station", "petrol station", "filling station", "cng station")),
    Code("cinema", "cinema", "commercial", ("cinema", "theatre", "cinema hall")),
    Code("multiplex", "multiplex", "commercial", ("multiplex", "cineplex", "multiplex theatre complex")),
    Code("hospital", "hospital", "institutional", ("hospital", "nursing home", "clinic", "maternity home", "medical centre")),
    Code("pre_school", "pre-primary school", "institutional", ("pre-school", "preschool", "nursery school", "kindergarten", "play school", "pre-primary school", "anganwadi")),
    Code("primary_school", "primary school", "institutional", ("primary school",)),
    Code("school", "school", "institutional", ("school", "secondary school", "high school", "educational")),
    Code("college", "college", "institutional", ("college", "university", "institute", "polytechnic")),
    Code("coaching", "coaching classes", "institutional", ("coaching classes", "coaching", "coaching centre", "tuition classes")),
    Code("assembly", "assembly hall", "institutional", ("assembly hall", "auditorium", "community hall", "exhibition hall", "convention centre")),
    Code("mangal_karyalaya", "mangal karyalaya (marriage hall)", "institutional", ("mangal karyalaya", "marriage hall", "wedding hall", "banquet hall", "party plot")),
    Code("religious", "religious building", "institutional", ("temple", "mosque", "church", "gurudwara", "religious building", "religious")),
    Code("stadium", "stadium", "institutional", ("stadium", "sports complex", "gymkhana")),
    Code("public_office", "public or government building", "institutional", ("government office", "police station", "fire station", "library", "museum", "post office")),
    Code("factory", "factory", "industrial", ("factory", "workshop", "industrial shed", "manufacturing unit", "industrial unit", "industrial gala", "mill", "plant")),
    Code("warehouse", "warehouse", "industrial", ("warehouse", "godown", "storage", "cold storage", "logistics park")),
    Code("mixed_use", "mixed-use building", "mixed", ("shop cum residential", "shop-cum-residential", "shops and flats", "residential cum commercial", "mixed use building")),
)  # fmt: skip

BUILDING_TYPES: Mapping[str, Code] = {kind.code: kind for kind in _TYPES}
"""The closed list of building types; the four cities share it."""


def zones_of(city: str | None) -> Mapping[str, Code]:
    """Return the closed list of zones of a city, or of all cities together where it is not known (the first city wins a code)."""
    if city is not None:
        return CITIES[city].zones
    merged: dict[str, Code] = {}
    for known in CITIES.values():
        for code, zone in known.zones.items():
            merged.setdefault(code, zone)
    return merged


def codes_of(field: str, city: str | None) -> tuple[str, ...]:
    """Return the closed list of a code field: the city's zones, the building types, else the field's own codes."""
    if field == "land_use_zone":
        return tuple(zones_of(city))
    if field == "building_type":
        return tuple(BUILDING_TYPES)
    return FIELDS[field].codes
