"""Drawings of a massing: site plan and section as SVG, a small picture as PNG. Pure: a massing in, bytes out."""

from geometry.drawing.picture import thumbnail_png
from geometry.drawing.section import section_svg
from geometry.drawing.site_plan import site_plan_svg

__all__ = ["section_svg", "site_plan_svg", "thumbnail_png"]
