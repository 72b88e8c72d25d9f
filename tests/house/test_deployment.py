"""The deployment files say what is true of the program: routes, settings, commands, users; and hold no secret."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.http.request import validate_host
from django.urls import resolve
from dockerfile_parse import DockerfileParser

from scripts import rehearse_image

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
MANIFEST = [entry for path in sorted((ROOT / "k8s").glob("*.yaml")) for entry in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
WORKFLOW = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "promptrunner/settings.py").read_text(encoding="utf-8")

OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"].startswith("prompt-runner:")}
PODS = {
    f"{entry['kind']}/{entry['metadata']['name']}": entry["spec"]["template"]["spec"] for entry in MANIFEST if "template" in (entry.get("spec") or {})
}  # fmt: skip
CONTAINERS = {
    f"{pod}/{container['name']}": (spec, container) for pod, spec in PODS.items() for container in spec.get("initContainers", []) + spec["containers"]
}  # fmt: skip
CONFIGURATION = next(entry["data"] for entry in MANIFEST if entry["kind"] == "ConfigMap")
SECRETS = {"SECRET_KEY", "DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL"}


def dockerfile() -> list[tuple[str, str]]:
    parsed = DockerfileParser(path=str(ROOT / "Dockerfile"), cache_content=True)
    return [(line["instruction"], line["value"]) for line in parsed.structure]


def settings_read() -> set[str]:
    """Every variable that settings.py asks the environment for: the first argument of its readers."""
    return set(re.findall(r"\b(?:required|flag|whole_number|env\.\w+|env)\(\s*\"([A-Z][A-Z0-9_]+)\"", SETTINGS))


def probes(container: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {kind: container[kind]["httpGet"] for kind in ("startupProbe", "livenessProbe", "readinessProbe") if kind in container}


def commands() -> dict[str, list[str]]:
    """Every management command that a deployment runs, with its options."""
    lines = [" ".join(service["command"]) for service in OURS.values() if "command" in service]
    lines += [" ".join(container["command"]) for _, container in CONTAINERS.values() if "command" in container]
    return {name + options: [name, *options.split()] for line in lines for name, options in re.findall(r"manage\.py (\w+)((?: --\w[\w-]*)*)", line)}


def test_the_web_is_probed_on_the_routes_that_the_service_has():
    asked = {kind: probe["path"] for kind, probe in probes(CONTAINERS["Deployment/prompt-runner/web"][1]).items()}
    assert asked == {"startupProbe": "/system/live", "livenessProbe": "/system/live", "readinessProbe": "/system/ready"}
    assert [resolve(path).url_name for path in asked.values()] == ["live", "live", "ready"]


@pytest.mark.django_db(transaction=True)
def test_probes_name_a_host_that_the_service_answers_to_over_plain_http(client, settings):
    settings.ALLOWED_HOSTS = CONFIGURATION["ALLOWED_HOSTS"].split(",")
    settings.SECURE_SSL_REDIRECT = True
    for probe in probes(CONTAINERS["Deployment/prompt-runner/web"][1]).values():
        (header,) = probe["httpHeaders"]
        answer = client.get(probe["path"], headers={"host": header["value"]})
        assert answer.status_code == (200 if probe["path"] == "/system/live" else 503)  # no rulebook is in force in this test


def test_callers_inside_the_cluster_reach_the_service_by_its_name():
    service = next(entry for entry in MANIFEST if entry["kind"] == "Service")
    assert validate_host(service["metadata"]["name"], CONFIGURATION["ALLOWED_HOSTS"].split(","))
    web = next(entry for entry in MANIFEST if entry["metadata"]["name"] == "prompt-runner" and entry["kind"] == "Deployment")
    assert service["spec"]["selector"].items() <= web["spec"]["template"]["metadata"]["labels"].items()
    (port,) = CONTAINERS["Deployment/prompt-runner/web"][1]["ports"]
    assert (service["spec"]["ports"][0]["targetPort"], str(port["containerPort"])) == (port["name"], dict(dockerfile())["EXPOSE"])


@pytest.mark.parametrize("name", sorted({name for service in OURS.values() for name in service["environment"]} | CONFIGURATION.keys() | SECRETS))
def test_every_variable_of_a_deployment_is_one_that_the_settings_read(name):
    assert name in settings_read()


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_the_guide_explains_every_variable_that_the_settings_read(name):
    assert re.search(rf"^\| `{name}` \|", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_of_a_deployment_exists_with_its_options(command):
    name, *options = commands()[command]
    assert name in get_commands()
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert set(options) <= set(parser._option_string_actions)


def test_a_deployment_migrates_loads_the_rulebooks_and_has_one_worker():
    assert {line[0] for line in commands().values()} == {"migrate", "load_rulebooks", "deliver_events"}
    worker = next(entry for entry in MANIFEST if entry["metadata"]["name"] == "prompt-runner-worker")
    assert (worker["spec"]["replicas"], worker["spec"]["strategy"]["type"]) == (1, "Recreate")


def test_celerys_workers_find_our_app_and_the_broker(settings):
    from celery.app.utils import find_app
    from kombu.utils.url import parse_url

    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    _, container = CONTAINERS["Deployment/prompt-runner-celery/celery"]
    for command in (COMPOSE["services"]["celery"]["command"], container["command"]):
        assert command[:2] == ["celery", "-A"]
        assert find_app(command[2]).conf.include == ["promptrunner.tasks"]
    (secret,) = [entry for entry in container["env"] if entry["name"] == "CELERY_BROKER_URL"]
    assert "optional" not in secret["valueFrom"]["secretKeyRef"]
    # What the comment of compose.yaml says to set is the broker's address, and the broker throws nothing out.
    (said,) = re.findall(r"CELERY_BROKER_URL=(\S+);", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert parse_url(said)["hostname"] in COMPOSE["services"]
    assert "noeviction" in COMPOSE["services"][parse_url(said)["hostname"]]["command"]
    assert COMPOSE["services"]["celery"]["profiles"] == COMPOSE["services"]["broker"]["profiles"] == ["celery"]


def test_the_image_runs_as_a_user_who_is_not_root_and_every_pod_says_so():
    user = [value for instruction, value in dockerfile() if instruction == "USER"][-1]
    number, group = (int(part) for part in user.split(":"))
    assert number > 0
    for pod in PODS.values():
        expected = {"runAsNonRoot": True, "runAsUser": number, "runAsGroup": group, "fsGroup": group}
        assert expected.items() <= pod["securityContext"].items()


def test_what_is_deployed_can_write_in_its_data_folder_and_nowhere_else():
    data = dict(dockerfile())["VOLUME"]
    for name, (_, container) in CONTAINERS.items():
        assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
        assert data in [mount["mountPath"] for mount in container["volumeMounts"]], name
    for name, service in OURS.items():
        assert service["read_only"] is True, name
        assert f"files:{data}" in service["volumes"], name


def test_every_container_has_limits():
    for name, (_, container) in CONTAINERS.items():
        assert container["resources"]["limits"].keys() >= {"cpu", "memory"}, name


def test_no_secret_stands_in_the_files():
    for name, (_, container) in CONTAINERS.items():
        values = {entry["name"]: entry["valueFrom"]["secretKeyRef"]["key"] for entry in container["env"]}
        assert values == {secret: secret for secret in SECRETS}, name
    assert not CONFIGURATION.keys() & SECRETS
    assert "Secret" not in {entry["kind"] for entry in MANIFEST}
    # Compose asks for them and refuses to start without; what it offers in their place holds none.
    for variable in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        given = [service["environment"][variable] for service in COMPOSE["services"].values() if variable in service.get("environment", {})]
        assert given
        assert all(re.fullmatch(rf"\$\{{{variable}:\?[^}}]+\}}", value) for value in given)
    for password in re.findall(r"://[^:/\s]+:([^@\s]*)@", json.dumps(COMPOSE)):
        assert password == "${POSTGRES_PASSWORD:-}"


def test_the_image_holds_what_serving_needs_and_nothing_of_development(tmp_path):
    rehearsal = rehearse_image.Rehearsal(tmp_path, Path("/nowhere"), changes_user=False)
    rehearsal.copy_context(["."], tmp_path / "context")
    found = {path.name for path in (tmp_path / "context").iterdir()}
    assert {"manage.py", "promptrunner", "compliance", "geometry", "feedback", "telemetry", "templates", "requirements"} <= found
    assert not found & {"tests", "data", ".env", ".git", "benchmarks", "scripts", "conftest.py"}
    assert {path.name for path in (tmp_path / "context/requirements").iterdir()} == {"prod.txt", "bulk.txt"}


def test_the_engines_for_many_cases_are_in_the_image_only_where_they_are_asked_for():
    steps = dockerfile()
    assert [value for instruction, value in steps if instruction == "ARG"] == ['LISTS="prod"']


@pytest.mark.parametrize(("given", "made"), [({}, ["prod"]), ({"LISTS": "prod bulk"}, ["bulk", "prod"])])
def test_a_rehearsal_takes_the_arguments_of_a_build(tmp_path, given, made):
    rehearsal = rehearse_image.Rehearsal(tmp_path, Path("/nowhere"), changes_user=False, arguments=given)
    for instruction, value in [("FROM", "python:3.11"), ("WORKDIR", "/srv"), ("ARG", 'LISTS="prod"'), ("RUN", 'for list in $LISTS; do touch "$list"; done')]:
        rehearsal.step(instruction, value)
    assert sorted(path.name for path in rehearsal.inside(".").iterdir()) == made


def test_the_health_check_asks_the_port_that_the_command_serves():
    steps = dict(dockerfile())
    port = steps["EXPOSE"]
    assert f"0.0.0.0:{port}" in json.loads(steps["CMD"])
    assert json.loads(steps["HEALTHCHECK"].partition("CMD")[2])[-1] == f"http://127.0.0.1:{port}"


def test_the_workflow_leaves_out_what_make_test_leaves_out():
    (made,) = re.findall(r"^QUICK := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    quick = yaml.safe_load(WORKFLOW)["env"]["QUICK"]
    assert set(quick.split(" and ")) == {*made.split(" and "), "not browser_smoke"}  # no job of these has Chromium


def test_the_workflow_has_the_systems_and_pythons_that_the_project_says_it_runs_on():
    matrix = yaml.safe_load(WORKFLOW)["jobs"]["quick"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "windows"}
    (lowest, above) = re.findall(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[0]
    assert matrix["python"] == [f"3.{minor}" for minor in range(int(lowest), int(above))]


def test_a_rehearsal_refuses_a_step_that_would_touch_this_machine(tmp_path):
    rehearsal = rehearse_image.Rehearsal(tmp_path, Path("/nowhere"), changes_user=False)
    rehearsal.step("FROM", "python:3.11")
    with pytest.raises(SystemExit, match="RUN names /etc/passwd"):
        rehearsal.step("RUN", "cat /etc/passwd")


def test_a_rehearsal_gives_a_stage_only_what_was_copied_into_it(tmp_path):
    rehearsal = rehearse_image.Rehearsal(tmp_path, Path("/nowhere"), changes_user=False)
    for instruction, value in [
        ("FROM", "python:3.11 AS build"),
        ("ENV", 'HERE=/opt/made PATH="/opt/made:$PATH"'),
        ("WORKDIR", "/srv"),
        ("RUN", 'mkdir -p "$HERE" && touch "$HERE/kept" left-behind'),
        ("FROM", "python:3.11"),
        ("COPY", "--from=build /opt/made /opt/made"),
    ]:
        rehearsal.step(instruction, value)
    assert [str(path.relative_to(rehearsal.root)) for path in sorted(rehearsal.root.rglob("*"))] == ["opt", "opt/made", "opt/made/kept"]
