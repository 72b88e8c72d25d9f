"""Run a command with DATABASE_URL pointing to a database server of its own: with_database.py postgres|mongodb command ...

The server listens on a free loopback port, keeps its files in a temporary folder and is stopped at the end. The exit code is the
command's. `mongodb` is secantusdb, a MongoDB-wire server (docs/databases.md says how it differs from MongoDB).
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS_TO_START = 60


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once our own server accepts connections.

    Raises:
        SystemExit: it ended, or it does not answer in time.
    """
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"The database server did not start:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def running(command: list[str], folder: Path, port: int, user: str | None = None) -> Iterator[None]:
    """Run a server while the block runs, as another user where one is named."""
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, user=user, cwd=folder)
        try:
            wait_for(port, server, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def postgres_program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs; Debian keeps them off the path."""
    found = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    program = shutil.which(name) or max(found, default=None)
    if program is None:
        sys.exit("PostgreSQL is not installed; run scripts/ensure_system.sh postgresql.")
    return program


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Yield the URL of a PostgreSQL server; as root it runs as the user postgres, since it refuses to run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        account = pwd.getpwnam(user)
        folder.chmod(0o711)
        files = folder / "files"
        files.mkdir(mode=0o700)
        os.chown(files, account.pw_uid, account.pw_gid)
    else:
        files = folder / "files"
    port = free_port()
    initdb = [postgres_program("initdb"), "-D", str(files), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")
    # Nothing here outlives the tests, so nothing waits for the disk.
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [postgres_program("postgres"), "-D", str(files), "-p", str(port), *(word for key, value in options.items() for word in ("-c", f"{key}={value}"))]
    with running(command, folder, port, user):
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def mongodb(folder: Path) -> Iterator[str]:
    """Yield the URL of a MongoDB-wire server."""
    program = Path(sys.executable).parent / "secantusd-py"
    if not program.exists():
        sys.exit("The MongoDB-wire server is not installed; run 'make setup'.")
    port = free_port()
    command = [str(program), "--host", "127.0.0.1", "--port", str(port), "--storage-path", str(folder / "files"), "--log-level", "ERROR"]
    with running(command, folder, port):
        yield f"mongodb://127.0.0.1:{port}/promptrunner?directConnection=true"


ENGINES = {"postgres": postgres, "mongodb": mongodb}


def main(arguments: list[str]) -> int:
    """Start the server, run the command, stop the server. Return the command's exit code."""
    if len(arguments) < 2 or arguments[0] not in ENGINES:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="promptrunner-") as name, ENGINES[arguments[0]](Path(name)) as url:
        return subprocess.run(arguments[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
