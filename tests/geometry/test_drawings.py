"""Site plan, section and picture."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree

from hypothesis import given, settings
from PIL import Image

from geometry.drawing import section_svg, site_plan_svg, thumbnail_png
from geometry.massing import Proposal, Requirement, mass, plot_of_geojson
from tests.geometry.proposals import proposal, proposals
from tests.geometry.test_plots import L_SHAPE

RED = "#c0211a"


def texts(svg: bytes) -> dict[str, str | None]:
    """Return what is written on a drawing, each text with its colour."""
    found = {}
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 - our own
        found["".join(element.itertext()).strip()] = element.get("fill")
    return found


def reds(image: Image.Image) -> int:
    """Return how many pixels are red."""
    colours = image.convert("RGB").getcolors(maxcolors=1_000_000) or []
    return sum(count for count, (red, green, blue) in colours if red > 150 and green < 90 and blue < 90)  # type: ignore[misc]


def written(svg: bytes) -> str:
    return " ".join(texts(svg))


def test_the_site_plan_shows_margins_provided_and_required_with_breaches_in_red() -> None:
    svg = site_plan_svg(mass(proposal()))
    told = written(svg)
    assert "Road, 15 m wide" in told
    assert "Side margin 3 m; at least 4.2 m by 6.2.3 (b)" in told.replace("  ", " ")
    colours = texts(svg)
    assert colours["3 m"] == RED
    assert colours["4.5 m"] != RED
    assert {"30 m", "40 m"} <= colours.keys()  # the plot's sides


def test_the_site_plan_shows_north_only_where_it_is_known() -> None:
    assert "N" not in texts(site_plan_svg(mass(proposal())))
    assert "N" in texts(site_plan_svg(mass(proposal(plot=plot_of_geojson(L_SHAPE), net_plot_area_sq_m=1400.0))))


def test_the_section_shows_levels_height_and_its_limit() -> None:
    told = texts(section_svg(mass(proposal(height_limit=Requirement(18.0, "19 (2)"), basement_levels=1))))
    assert {"storey 1, residential", "storey 8, residential", "stilt 1", "24 m"} <= told.keys()
    assert told["24 m"] == RED
    assert told["at most 18 m by 19 (2)"] == RED


def test_drawings_say_to_those_who_do_not_see_them_what_they_show() -> None:
    plan = site_plan_svg(mass(proposal()), "Site plan <of> a case").decode()
    assert "<title>Site plan &lt;of&gt; a case</title>" in plan
    assert "A plot of 1,200 square metres on a road of 15 m." in plan


def test_the_picture_is_a_png_with_the_breach_in_red() -> None:
    breaching = Image.open(BytesIO(thumbnail_png(mass(proposal()))))
    complying = Image.open(BytesIO(thumbnail_png(mass(proposal(margins=dict.fromkeys(("front", "side", "other_side", "rear"), 4.5))))))
    assert (breaching.format, breaching.size) == ("PNG", (480, 360))
    assert reds(breaching) > 500
    assert reds(complying) == 0


@settings(max_examples=40, deadline=None)
@given(proposals())
def test_anything_can_be_drawn(given: Proposal) -> None:
    massing = mass(given)
    for svg in (site_plan_svg(massing), section_svg(massing)):
        ElementTree.fromstring(svg)  # noqa: S314 - our own
        assert b"nan" not in svg.lower().replace(b"nano", b"")
    Image.open(BytesIO(thumbnail_png(massing))).verify()
