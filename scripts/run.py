"""`make run`: database, rulebooks, the verdict on a sample, then the server.

PORT (8000), DATABASE_URL (SQLite in DATA_DIR), DATA_DIR (data/) and HOST (127.0.0.1) override. Ctrl-C ends it with exit 0.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "G+7 residential on a 30 x 40 m plot, 18 m road, Baner, Pune, FSI 2.5, front 4.5 m, side and rear margins 4.5 m"


def main() -> int:
    """Prepare, show the sample, serve. Return the exit code."""
    own_the_terminal()
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs start with SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    host = os.environ.get("HOST", "127.0.0.1")
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        return refuse(f"PORT is '{port}'; write a number from 1 to 65535.")
    if in_use(host, int(port)):
        return refuse(f"Port {port} on {host} is in use. Stop what uses it, or choose another: make run PORT={int(port) % 65535 + 1}")
    unlimited = {f"RATE_{scope}": "0" for scope in ("RUN", "FEEDBACK", "RULES", "OPERATE")}  # a laptop's own callers are not counted
    environment = {**unlimited, **os.environ, "PROMPTRUNNER_ENV": "development", "ALLOW_ANONYMOUS": os.environ.get("ALLOW_ANONYMOUS") or "true"}
    try:
        return prepare(environment) or serve(host, port, environment)
    except KeyboardInterrupt:
        print("\nPrompt Runner has stopped.")
        return 0


def own_the_terminal() -> None:
    """Become the terminal's foreground group, so that Ctrl-C reaches this program and not make, which would call it an error."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return
    try:
        if os.tcgetpgrp(terminal) == os.getpgrp() != os.getpid():
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.setpgid(0, 0)
            os.tcsetpgrp(terminal, os.getpgrp())
    except OSError:
        pass
    finally:
        os.close(terminal)


def refuse(sentence: str) -> int:
    """Print why nothing was started. Return the exit code."""
    print(sentence, file=sys.stderr)
    return 2


def in_use(host: str, port: int) -> bool:
    """Return whether something listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def prepare(environment: dict[str, str]) -> int:
    """Migrate, load the rulebooks and print the sample's verdict. Return 0, or the exit code of what failed."""
    for words in (["migrate", "--verbosity", "0"], ["load_rulebooks", "--publish"]):
        code = manage(words, environment)
        if code:
            return code
    print(f'\n$ manage.py evaluate "{SAMPLE}"\n', flush=True)
    code = manage(["evaluate", SAMPLE], environment)
    return 0 if code in (0, 1) else code  # 1 is a verdict other than COMPLIANT, and no failure


def manage(words: list[str], environment: dict[str, str]) -> int:
    """Run a management command and return its exit code."""
    return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=False).returncode


def serve(host: str, port: str, environment: dict[str, str]) -> int:
    """Serve until Ctrl-C. Return the exit code."""
    (ROOT / "staticfiles").mkdir(exist_ok=True)  # empty here: the files come from their packages; without it the server warns
    options = ["--bind", f"{host}:{port}", "--workers", "2", "--log-level", "warning", "--no-control-socket"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "promptrunner.wsgi:application", *options], cwd=ROOT, env=environment)
    try:
        while server.poll() is None and not answers(host, int(port)):
            time.sleep(0.1)
        if server.poll() is None:
            address = f"http://{host}:{port}"
            print(f"\nPrompt Runner is at {address}/ and its API page is at {address}/docs (no token needed; only this machine can reach it).", flush=True)
            print("Ctrl-C ends it.", flush=True)
        parent = os.getppid()
        while server.poll() is None and os.getppid() == parent:
            time.sleep(0.2)
        server.terminate()  # where it has not ended by itself, make has been killed: leave no server behind
        return server.wait()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C while it stops changes nothing
        server.terminate()
        server.wait()
        print("\nPrompt Runner has stopped.", flush=True)
        return 0


def answers(host: str, port: int) -> bool:
    """Return whether the server accepts connections."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
