"""Models under the Khronos validator, which runs in the browser."""

from __future__ import annotations

import base64
import dataclasses
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geometry.massing import Proposal, Requirement, mass, plot_of_geojson, rectangular
from geometry.model import model_glb, model_gltf
from tests.geometry.proposals import proposal
from tests.geometry.test_plots import L_SHAPE

if TYPE_CHECKING:
    from playwright.sync_api import Page

VALIDATOR = Path(__file__).parents[1] / "vendor" / "gltf-validator" / "gltf_validator.dart.js"
SIDES = ("front", "side", "other_side", "rear")


def validated(page: Page, models: dict[str, bytes]) -> dict[str, Any]:
    """Return the validator's issues of some models by their names."""
    page.evaluate("() => { globalThis.exports = {} }")
    page.add_script_tag(content=VALIDATOR.read_text(encoding="utf-8"))
    script = """async (text) => {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        return JSON.stringify((await globalThis.exports.validateBytes(bytes, {maxIssues: 0})).issues);
    }"""
    return {name: json.loads(page.evaluate(script, base64.b64encode(model).decode())) for name, model in models.items()}


def specs(count: int) -> dict[str, Proposal]:
    """Return proposals of every kind, drawn from a fixed seed, and the extremes."""
    random_ = random.Random(6)  # noqa: S311 - no secret
    found: dict[str, Proposal] = {}
    for number in range(count):
        storeys, width, depth = random_.randint(1, 60), random_.uniform(6, 200), random_.uniform(6, 200)
        found[f"random {number}"] = proposal(
            plot=rectangular(round(width, 2), round(depth, 2)), net_plot_area_sq_m=round(width, 2) * round(depth, 2),
            margins={side: round(random_.uniform(0, 9), 2) for side in SIDES if random_.random() < 0.7},
            required={side: Requirement(round(random_.uniform(0, 9), 2), "clause") for side in SIDES},
            height_limit=random_.choice([None, Requirement(None, "h"), Requirement(round(random_.uniform(6, 120), 1), "h")]),
            storeys=storeys, height_m=round(storeys * random_.uniform(2.5, 4.5), 2), stilt_levels=random_.randint(0, 2), podium_levels=random_.randint(0, 3),
            basement_levels=random_.randint(0, 3), fsi=random_.choice([None, round(random_.uniform(0.3, 6), 2)]),
            ground_coverage_percent=random_.choice([None, round(random_.uniform(10, 90), 1)]), use=random_.choice(["residential", "commercial", "mixed"]),
        )  # fmt: skip
    plain = proposal(margins={}, required={}, fsi=1.0, ground_coverage_percent=None, stilt_levels=0)
    found["one storey on 25 m2"] = dataclasses.replace(plain, plot=rectangular(5, 5), net_plot_area_sq_m=25.0, storeys=1, height_m=3.0)
    found["80 storeys on 10 ha"] = dataclasses.replace(plain, plot=rectangular(250, 400), net_plot_area_sq_m=100_000.0, storeys=80, height_m=260.0)
    found["an L-shaped plot"] = proposal(plot=plot_of_geojson(L_SHAPE), net_plot_area_sq_m=1400.0)
    found["margins that leave nothing"] = proposal(margins=dict.fromkeys(SIDES, 25.0))
    return found


@pytest.mark.browser
def test_the_khronos_validator_has_nothing_to_say_of_any_model(page: Page) -> None:
    models = {name: model_glb(mass(given)) for name, given in specs(50).items()}
    models["glTF"] = model_gltf(mass(proposal()))
    found = validated(page, models)
    assert {name: issues for name, issues in found.items() if issues["numErrors"] + issues["numWarnings"] + issues["numInfos"] + issues["numHints"]} == {}


@pytest.mark.browser
def test_the_validator_does_find_faults(page: Page) -> None:
    glb = model_glb(mass(proposal()))
    broken = glb.replace(b'"max":[7]', b'"max":[6]', 1)  # the highest index of a mesh
    assert validated(page, {"broken": broken})["broken"]["numErrors"] > 0
