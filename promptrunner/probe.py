"""`python -m promptrunner.probe [http://host:port]`: is the server that runs beside this process alive? The health check of the image.

Exit 0 where GET /system/live answers 200, else 1 with the reason. It starts no Django, so that asking every half a minute costs little.
"""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit

SECONDS = 4
DEFAULT = "http://127.0.0.1:8000"


def asked_host(allowed_hosts: str, fallback: str) -> str:
    """Return a name that the service answers to: the first plain one of ALLOWED_HOSTS, for it refuses a caller who names another."""
    names = (name.strip().lstrip(".") for name in allowed_hosts.split(","))
    return next((name for name in names if name and name != "*"), fallback)


def ailment(address: str, allowed_hosts: str) -> str | None:
    """Return what is wrong with the server at an address, or None where it is alive."""
    server = urlsplit(address)
    host = server.hostname or "127.0.0.1"
    connection = http.client.HTTPConnection(host, server.port or 80, timeout=SECONDS)
    try:
        connection.request("GET", "/system/live", headers={"Host": asked_host(allowed_hosts, host)})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"{address} does not answer: {type(error).__name__}."
    finally:
        connection.close()
    return None if status == 200 else f"{address}/system/live answers {status}."


def main(arguments: list[str]) -> int:
    """Ask once and say what is wrong. Return the exit code."""
    wrong = ailment(arguments[0] if arguments else DEFAULT, os.environ.get("ALLOWED_HOSTS", ""))
    if wrong:
        sys.stderr.write(wrong + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
