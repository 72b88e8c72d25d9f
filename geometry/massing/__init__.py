"""From the values of a proposal to a building on its plot, beside what the law would allow. Pure: shapes in, shapes out."""

from geometry.massing.building import Massing, mass
from geometry.massing.geojson import check_area, plot_of_geojson
from geometry.massing.levels import Level, Overshoot
from geometry.massing.plot import SIDES, Plot, PlotError, of_area, polygonal, rectangular
from geometry.massing.proposal import Proposal, Requirement

__all__ = [
    "SIDES",
    "Level",
    "Massing",
    "Overshoot",
    "Plot",
    "PlotError",
    "Proposal",
    "Requirement",
    "check_area",
    "mass",
    "of_area",
    "plot_of_geojson",
    "polygonal",
    "rectangular",
]
