"""Go through the Dockerfile's steps in an empty folder where there is no container engine, and see its command serve.

    python -m scripts.rehearse_image [--keep] [--build-arg LISTS="prod bulk"]

A folder stands for the file system of each stage, and a virtual environment's Python for the one of the base image. RUN, COPY, ENV and the
rest do there what the Dockerfile says, the build context is what .dockerignore leaves, and the last stage holds only what was copied into it.
Then, as the image's user and with no more of the environment than a deployment gives: migrate, load_rulebooks, the command on a free port,
/system/live, /system/ready, the health check, and SIGTERM. Every file outside the volume must be as it was afterwards, as it will be on a
read-only file system. DATABASE_URL of the environment is used, else SQLite in the volume (with_database.py gives it another).

Not shown: the base image, an engine's isolation, and, where this is not run by root, the change to the image's user.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shlex
import shutil
import string
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from docker.utils.build import exclude_paths
from dockerfile_parse import DockerfileParser

from scripts.with_database import free_port

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
HOST = "prompt-runner.example"
SECONDS_TO_START = 60


@dataclass
class Stage:
    """What a stage sets, and what it hands on to the stages that begin from it."""

    env: dict[str, str]
    workdir: str = "/"
    user: str = ""
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    port: str = ""
    volumes: list[str] = field(default_factory=list)


class Rehearsal:
    """The steps of a Dockerfile, one after another. `root` is at every moment the file system of the stage that is being made."""

    def __init__(self, work: Path, interpreter: Path, changes_user: bool, arguments: dict[str, str] | None = None) -> None:
        """Make the folder in which the base image's Python is found; `arguments` take the place of what the Dockerfile's ARG says."""
        self.work = work
        self.arguments = arguments or {}
        self.changes_user = changes_user
        self.root = work / "root"
        self.stages: dict[str, Stage] = {}
        self.stage = Stage({})
        self.name = ""
        base = work / "base-image"
        base.mkdir()
        for name in ("python", "python3"):
            (base / name).symlink_to(interpreter)
        self.system = {"PATH": f"{base}:{SYSTEM_PATH}", "LANG": "C.UTF-8", "HOME": "/nonexistent"}

    def inside(self, path: str) -> Path:
        """Return where a path of the stage lies here."""
        return self.root / (Path(self.stage.workdir) / path).relative_to("/")

    def step(self, instruction: str, value: str) -> None:
        """Do one instruction of the Dockerfile."""
        match instruction:
            case "FROM":
                self.begin(value)
            case "ENV":
                for word in shlex.split(value):
                    name, _, text = word.partition("=")
                    self.stage.env[name] = ":".join(self.setting(part) for part in text.split(":"))
            case "ARG":
                name, _, text = value.partition("=")
                self.stage.env[name] = self.arguments.get(name, "".join(shlex.split(text)))
            case "WORKDIR":
                self.stage.workdir = str(Path(self.stage.workdir) / value)
                self.inside(".").mkdir(parents=True, exist_ok=True)
            case "COPY":
                self.copy(shlex.split(value))
            case "RUN":
                self.run(value)
            case "USER":
                self.stage.user = value
            case "VOLUME":
                self.stage.volumes.append(value)
            case "EXPOSE":
                self.stage.port = value
            case "CMD":
                self.stage.command = json.loads(value)
            case "HEALTHCHECK":
                self.stage.health = json.loads(value.partition("CMD")[2])
            case "LABEL":
                pass
            case _:
                sys.exit(f"This rehearsal does not know {instruction}; teach it in {Path(__file__).name}.")

    def setting(self, part: str) -> str:
        """Return a part of an environment variable: a path of the stage becomes its place here, a variable its value."""
        return str(self.root / part[1:]) if part.startswith("/") else string.Template(part).substitute(self.stage.env)

    def begin(self, value: str) -> None:
        """Begin a stage. The one before it moves away: what it had keeps its place only where it is copied, as in an engine."""
        if self.name:
            self.root.rename(self.work / self.name)
        words = value.split()
        parent, self.name = words[0], words[-1] if len(words) == 3 else "last"
        if parent in self.stages:
            given = self.stages[parent]
            shutil.copytree(self.work / parent, self.root, symlinks=True)
            self.stage = Stage(dict(given.env), given.workdir, given.user, given.command, given.health, given.port, list(given.volumes))
        else:
            print(f"    (stands for {parent}: {self.system['PATH'].partition(':')[0]}/python)")
            self.root.mkdir()
            self.stage = Stage(dict(self.system))
        self.root.chmod(0o755)
        self.stages[self.name] = self.stage

    def copy(self, words: list[str]) -> None:
        """Copy from the build context or from an earlier stage."""
        flags = dict(word.removeprefix("--").split("=", 1) for word in words if word.startswith("--"))
        *sources, to = (word for word in words if not word.startswith("--"))
        destination = self.inside(to)
        if "from" in flags:
            for source in sources:
                shutil.copytree(self.work / flags["from"] / source.lstrip("/"), destination, symlinks=True, dirs_exist_ok=True)
        else:
            self.copy_context(sources, destination)
        if "chown" in flags and self.changes_user:
            user, group = (int(number) for number in flags["chown"].split(":"))
            for path in [destination, *destination.rglob("*")]:
                os.chown(path, user, group, follow_symlinks=False)

    def copy_context(self, sources: list[str], destination: Path) -> None:
        """Copy what .dockerignore leaves of the sources."""
        patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        files = [Path(path) for path in sorted(exclude_paths(str(ROOT), patterns)) if (ROOT / path).is_file()]
        for source in sources:
            found = [path for path in files if path.is_relative_to(source)]
            if not found:
                sys.exit(f"COPY {source}: the build context holds no such file (.dockerignore).")
            for path in found:
                target = destination if str(path) == source else destination / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / path, target)

    def run(self, command: str) -> None:
        """Run a shell command in the stage, where it names no place outside it."""
        strays = [word for word in shlex.split(command) if word.startswith("/")]
        if strays:
            sys.exit(f"RUN names {', '.join(strays)}, which here is this machine's own; put the path into an ENV and name that.")
        # As an engine does: how to reach a package index is the machine's business, and not the image's.
        network = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")}
        done = subprocess.run(["/bin/sh", "-c", command], cwd=self.inside("."), env={**network, **self.stage.env}, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{done.stdout[-3000:]}{done.stderr[-3000:]}\nRUN ended with {done.returncode}.")

    def as_user(self, words: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a program as the image's user."""
        numbers = [int(number) for number in self.stage.user.split(":")]
        account = {"user": numbers[0], "group": numbers[-1], "extra_groups": []} if self.changes_user else {}
        program = shutil.which(words[0], path=environment["PATH"]) or words[0]
        return subprocess.Popen([program, *words[1:]], cwd=self.inside("."), env=environment, **account)  # type: ignore[call-overload, no-any-return]

    def snapshot(self) -> dict[str, int]:
        """Return each file outside the volumes with its time of change."""
        volumes = [self.inside(volume) for volume in self.stage.volumes]
        paths = (path for path in self.root.rglob("*") if not any(path.is_relative_to(volume) for volume in volumes))
        return {str(path.relative_to(self.root)): path.lstat().st_mtime_ns for path in paths}


def steps() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, each with its value."""
    parsed = DockerfileParser(path=str(ROOT / "Dockerfile"), cache_content=True)
    return [(line["instruction"], line["value"]) for line in parsed.structure if line["instruction"] != "COMMENT"]


def build(rehearsal: Rehearsal) -> None:
    """Do every step of the Dockerfile, and say each with what it took."""
    for instruction, value in steps():
        began = time.monotonic()
        print(f"  {instruction} {re.sub(r'  +', ' ', value)}"[:150], flush=True)
        rehearsal.step(instruction, value)
        if time.monotonic() - began > 1:
            print(f"    {time.monotonic() - began:.0f} s")


def finish(process: subprocess.Popen[bytes], what: str) -> None:
    """Wait for a program that has to succeed."""
    if code := process.wait():
        sys.exit(f"{what} ended with {code}.")
    print(f"  ok: {what}", flush=True)


def answer(port: int, path: str) -> tuple[int, str]:
    """Return status and body of one GET; status 0 where nothing listens."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": HOST})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def serve(rehearsal: Rehearsal) -> None:
    """Run the image: prepare the database, serve, ask, stop."""
    stage = rehearsal.stage
    deployment = {"SECRET_KEY": secrets.token_urlsafe(60), "ALLOWED_HOSTS": HOST}
    if "DATABASE_URL" in os.environ:
        deployment["DATABASE_URL"] = os.environ["DATABASE_URL"]
    environment = {**stage.env, **deployment}
    before = rehearsal.snapshot()
    finish(rehearsal.as_user(["python", "manage.py", "migrate", "--verbosity", "0"], environment), "manage.py migrate")
    finish(rehearsal.as_user(["python", "manage.py", "load_rulebooks"], environment), "manage.py load_rulebooks")

    port = free_port()

    def here(words: list[str]) -> list[str]:
        return [word.replace(f"0.0.0.0:{stage.port}", f"127.0.0.1:{port}").replace(f"127.0.0.1:{stage.port}", f"127.0.0.1:{port}") for word in words]

    server = rehearsal.as_user(here(stage.command), environment)
    try:
        until = time.monotonic() + SECONDS_TO_START
        while answer(port, "/system/live")[0] == 0 and server.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        for path in ("/system/live", "/system/ready"):
            status, body = answer(port, path)
            print(f"  {path}: {status} {body}", flush=True)
            if status != 200:
                sys.exit(f"{path} answered {status or 'nothing'}.")
        finish(rehearsal.as_user(here(stage.health), environment), f"health check: {' '.join(here(stage.health))}")
    finally:
        server.terminate()
        code = server.wait(timeout=40)
    print(f"  SIGTERM: exit {code}")
    if code:
        sys.exit(f"The server ended with {code}.")
    if rehearsal.as_user(here(stage.health), environment).wait() == 0:
        sys.exit("The health check finds a server that has ended healthy.")
    changed = sorted(path for path, when in rehearsal.snapshot().items() if before.get(path) != when)
    if changed:
        sys.exit(f"Written outside {', '.join(stage.volumes)}: {', '.join(changed[:5])}; a read-only file system would refuse that.")
    print(f"  ok: nothing written outside {', '.join(stage.volumes)}")


def usable(interpreter: Path, user: int) -> bool:
    """Return whether the image's user can run an interpreter and make a virtual environment with it."""
    try:
        return subprocess.run([str(interpreter), "-c", "import ensurepip"], user=user, cwd="/", capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main() -> int:
    """Rehearse, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="leave the folder, to look at it")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE", help="as an engine takes it")
    options = parser.parse_args()
    arguments = dict(text.partition("=")[::2] for text in options.build_arg)
    own = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
    user = [value for instruction, value in steps() if instruction == "USER"][-1]
    # An interpreter in somebody's home folder is closed to the image's user; the system's is not.
    found = [path for path in (own, Path("/usr/bin/python3.11")) if os.geteuid() == 0 and usable(path, int(user.partition(":")[0]))]
    work = Path(tempfile.mkdtemp(prefix="promptrunner-image-"))
    work.chmod(0o755)
    try:
        rehearsal = Rehearsal(work, found[0] if found else own, changes_user=bool(found), arguments=arguments)
        print("The Dockerfile's steps:")
        build(rehearsal)
        print(f"The image's command, {f'as user {user}' if found else f'not as user {user}: that takes root and a Python that is open to everybody'}:")
        serve(rehearsal)
    finally:
        if options.keep:
            print(f"Kept: {work}")
        else:
            shutil.rmtree(work)
    print("The image's steps work, and its command serves.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
