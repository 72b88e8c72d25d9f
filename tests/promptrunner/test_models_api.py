"""Models and drawings of runs over HTTP."""

from __future__ import annotations

import contextlib
import json
import uuid
from io import BytesIO

import pytest
import trimesh
from django.core.management import CommandError, call_command
from PIL import Image

from compliance.models import Run
from geometry.glb import check_glb
from geometry.models import GeometryModel
from promptrunner.modelling import proposal_of
from tests.conftest import PROPOSAL
from tests.geometry.test_models import node, tree_of
from tests.geometry.test_plots import L_SHAPE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rulebooks", "files")]
TOO_CLOSE = PROPOSAL.replace("side margins 3.6 m", "side margins 3 m")
UNCERTAIN_SHAPE = "Residential building in Baner, Pune, zone R2. Plot of 1,000 sq m on a 15 m road. Height 18 m. FSI 2.3."


def made(api, prompt=PROPOSAL, **body):
    answer = api.post("/api/v1/runs/", {"prompt": prompt, **body}, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_run_has_its_model_plan_section_and_picture_at_addresses_of_its_own(api):
    run = made(api)
    assert run["model_url"] == f"/api/v1/runs/{run['id']}/model.glb"
    kinds = {}
    for name in ("model.glb", "model.gltf", "siteplan.svg", "section.svg", "thumbnail.png"):
        answer = api.get(f"/api/v1/runs/{run['id']}/{name}")
        assert answer.status_code == 200
        kinds[name] = (answer["Content-Type"], answer.content)
    assert {name: kind for name, (kind, _) in kinds.items()} == {
        "model.glb": "model/gltf-binary", "model.gltf": "model/gltf+json", "siteplan.svg": "image/svg+xml", "section.svg": "image/svg+xml", "thumbnail.png": "image/png",
    }  # fmt: skip
    check_glb(kinds["model.glb"][1])
    assert json.loads(kinds["model.gltf"][1])["asset"]["version"] == "2.0"
    assert b"<svg" in kinds["siteplan.svg"][1]
    assert Image.open(BytesIO(kinds["thumbnail.png"][1])).format == "PNG"


def test_a_native_post_builds_nothing_and_what_was_built_once_is_kept(api, files):
    run = made(api)
    assert not GeometryModel.objects.exists()
    first = api.get(run["model_url"]).content
    again = api.get(run["model_url"]).content
    record = GeometryModel.objects.get()
    assert first == again == (files / record.path).read_bytes()
    assert (record.origin, record.format, record.size, str(record.run_id)) == ("built", "glb", len(first), run["id"])
    figures = json.loads(record.figures)["figures"]
    assert figures["fsi"] == pytest.approx(2.3, rel=0.001)
    assert figures["height_m"] == 18


def test_a_caller_that_has_the_file_gets_304(api):
    run = made(api)
    first = api.get(run["model_url"])
    assert "max-age" in first["Cache-Control"]
    again = api.get(run["model_url"], HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert api.get(run["model_url"], HTTP_IF_NONE_MATCH='"other"').status_code == 200


@pytest.mark.parametrize("harm", ["removed", "damaged"])
def test_a_file_that_is_missing_or_damaged_is_built_again_to_the_same_bytes(api, files, harm):
    run = made(api)
    first = api.get(run["model_url"]).content
    path = files / GeometryModel.objects.get().path
    if harm == "removed":
        path.unlink()
    else:
        path.write_bytes(first[:-10])
    assert api.get(run["model_url"]).content == first == path.read_bytes()
    assert GeometryModel.objects.count() == 1


def test_the_model_shows_the_breach_that_the_verdict_names(api):
    run = made(api, TOO_CLOSE)
    check = next(finding["checks"]["side_setback_m"] for finding in run["findings"] if finding["outcome"] == "VIOLATED")
    tree = tree_of(api.get(run["model_url"]).content)
    breach = next(found["extras"] for found in tree["nodes"] if found["name"].startswith("overshoot-") and found["extras"]["field"] == "side_setback_m")
    assert (breach["permissible_m"], breach["provided_m"], breach["by_m"]) == (check["rule_min"], check["subject"], check["short_by"]) == (3.6, 3, 0.6)
    assert breach["clause_no"] == run["permissible"]["side_setback_m"]["clause_no"]


def test_the_envelope_of_a_building_that_is_too_high_has_the_margins_of_a_lawful_one(api):
    # Ahmedabad, R1 on a 12 m road: at most 16.5 m high (CGDCR Table 6.23), and margins that grow with the height.
    run = made(api, "Residential apartment in Ahmedabad, zone R1, plot 30 m x 40 m on a 9 m road, height 30 m, FSI 1.8, front 4.5 m, sides 3 m, rear 3 m")
    stored = Run.objects.select_related("release__rulebook").get(pk=run["id"])
    proposal = proposal_of(stored)
    limit = run["permissible"]["height_m"]["max"]
    assert limit == 16.5
    assert proposal.height_limit.metres == limit
    lawful = made(
        api, "Residential apartment in Ahmedabad, zone R1, plot 30 m x 40 m on a 9 m road, FSI 1.8, front 4.5 m, sides 3 m, rear 3 m", spec={"height_m": limit}
    )
    assert proposal.required["side"].metres == lawful["permissible"]["side_setback_m"]["min"]
    assert proposal.required["side"].metres < run["permissible"]["side_setback_m"]["min"]


def test_a_plot_of_which_only_the_area_is_known_is_drawn_and_said_to_be(api):
    tree = tree_of(api.get(made(api, UNCERTAIN_SHAPE)["model_url"]).content)
    assert node(tree, "plot")["extras"]["drawn_only"] is True
    assert any("drawn from the area alone" in note for note in tree["scenes"][0]["extras"]["notes"])


def test_values_that_cannot_all_be_true_are_said_in_the_model(api):
    run = made(api, PROPOSAL.replace("Height 18 m", "G+1, height 7 m"))
    said = tree_of(api.get(run["model_url"]).content)["scenes"][0]["extras"]["cannot_fit"]
    assert any("FSI 2.3" in sentence and "needs at least" in sentence for sentence in said)
    assert api.get(f"/api/v1/runs/{run['id']}/massing/").json()["cannot_fit"] == said


def test_a_runs_massing_is_measured_and_names_what_oversteps(api):
    answer = api.get(f"/api/v1/runs/{made(api, TOO_CLOSE)['id']}/massing/").json()
    assert answer["figures"]["fsi"] == pytest.approx(2.3, rel=0.001)
    assert answer["overshoots"] == [
        {"field": field, "clause_no": "6.2.3 (b)", "permissible_m": 3.6, "provided_m": 3.0, "by_m": 0.6} for field in ("side_setback_m", "other_side_setback_m")
    ]
    assert answer["cannot_fit"] == []
    assert api.get(f"/api/v1/runs/{made(api, 'make a building in Mumbai')['id']}/massing/").json()["code"] == "no_model"


def test_a_run_without_a_plot_has_no_model_and_says_why(api):
    run = made(api, "make a building in Mumbai")
    assert "model_url" not in run
    answer = api.get(f"/api/v1/runs/{run['id']}/model.glb")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_model")
    assert "no plot area" in answer.json()["detail"]


def test_unknown_runs_and_files_are_404(api):
    assert api.get(f"/api/v1/runs/{uuid.uuid4()}/model.glb").json()["code"] == "not_found"
    answer = api.get(f"/api/v1/runs/{made(api)['id']}/model.obj")
    assert (answer.status_code, "siteplan.svg" in answer.json()["detail"]) == (404, True)


# Plots as polygons

L_PROPOSAL = "Residential building in Baner, Pune, zone R2, on a 15 m road. Height 18 m. FSI 1.1. Front margin 3 m, side margins 3.6 m, rear margin 3.6 m."


def test_a_polygon_gives_the_area_is_drawn_and_outlives_reprocessing(api):
    run = made(api, L_PROPOSAL, plot=L_SHAPE)
    assert run["spec"]["plot_area_sq_m"] == 1400
    assert run["spec"]["plot_frontage_m"] == 40
    scene = trimesh.load(BytesIO(api.get(run["model_url"]).content), file_type="glb")
    plot = scene.geometry[scene.graph["plot"][1]]
    assert plot.volume / 0.05 == pytest.approx(1400, rel=1e-4)
    first = Run.objects.get(pk=run["id"])
    later = Run(**{field.attname: getattr(first, field.attname) for field in Run._meta.concrete_fields})
    later.pk, later.supersedes, later.root_id, later.revision = uuid.uuid4(), first, first.pk, 2
    later.save(force_insert=True)
    assert proposal_of(later).plot == proposal_of(first).plot


def test_a_polygon_that_is_none_or_contradicts_the_stated_area_is_refused_and_nothing_is_stored(api):
    for body, pointer, says in (
        ({"plot": {"type": "Point"}}, "/plot/type", "one Polygon"),
        ({"plot": {**L_SHAPE, "road_edge": 9}}, "/plot/road_edge", "0 to 5"),
        ({"plot": L_SHAPE, "spec": {"plot_area_sq_m": 1500}}, "/plot", "1,500.00 m²"),
        ({"plot": [1, 2]}, "/plot", "dictionary"),
    ):
        answer = api.post("/api/v1/runs/", {"prompt": L_PROPOSAL, **body}, format="json")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert says in answer.json()["detail"]
    assert not Run.objects.exists()


def test_the_command_takes_a_polygon_from_a_file(tmp_path, capsys):
    file = tmp_path / "plot.geojson"
    file.write_text(json.dumps(L_SHAPE))
    with contextlib.suppress(SystemExit):
        call_command("evaluate", L_PROPOSAL, "--plot", str(file), "--json")
    assert json.loads(capsys.readouterr().out)["spec"]["plot_area_sq_m"] == 1400
    file.write_text(json.dumps({**L_SHAPE, "road_edge": 7}))
    with pytest.raises(CommandError, match=r"plot\.geojson/road_edge: road_edge is the number"):
        call_command("evaluate", L_PROPOSAL, "--plot", str(file))


# Solving on demand


def test_a_runs_remedies_and_envelope_are_worked_out_on_demand(api):
    run = made(api, TOO_CLOSE)
    remedies = api.get(f"/api/v1/runs/{run['id']}/remedies/").json()
    assert remedies == api.post("/api/v1/remedies/", {"run": run["id"]}, format="json").json()
    assert any("3.6 m" in remedy["sentence"] for remedy in remedies["remedies"])
    assert "envelope" in api.get(f"/api/v1/runs/{run['id']}/envelope/").json()
    assert api.get(f"/api/v1/runs/{uuid.uuid4()}/remedies/").status_code == 404


# In the admin


def test_curators_see_the_building_and_what_would_make_it_comply(api, admin_client):
    run = made(api, TOO_CLOSE)
    page = admin_client.get(f"/admin/compliance/run/{run['id']}/change/").content.decode()
    assert f"/api/v1/runs/{run['id']}/thumbnail.png" in page
    assert "Work it out" in page
    solved = admin_client.get(f"/admin/compliance/run/{run['id']}/change/?solve=1").content.decode()
    sentence = api.get(f"/api/v1/runs/{run['id']}/remedies/").json()["remedies"][0]["sentence"]
    assert sentence in solved


def test_the_admin_lists_models_with_their_picture_and_plots(api, admin_client):
    run = made(api, L_PROPOSAL, plot=L_SHAPE)
    api.get(run["model_url"])
    assert run["id"] in admin_client.get("/admin/geometry/geometrymodel/").content.decode()
    page = admin_client.get(f"/admin/geometry/geometrymodel/{GeometryModel.objects.get().pk}/change/").content.decode()
    assert f'src="/api/v1/runs/{run["id"]}/thumbnail.png"' in page
    assert run["id"] in admin_client.get("/admin/geometry/plotoutline/").content.decode()
