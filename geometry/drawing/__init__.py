"""Drawings of a massing: site plan and section as sheets or SVG, a small picture as PNG. Pure: a massing in, bytes out."""

from geometry.drawing.picture import thumbnail_png
from geometry.drawing.section import section, section_svg
from geometry.drawing.sheet import Sheet
from geometry.drawing.site_plan import site_plan, site_plan_svg

__all__ = ["Sheet", "section", "section_svg", "site_plan", "site_plan_svg", "thumbnail_png"]
