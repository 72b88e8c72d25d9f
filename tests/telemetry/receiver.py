"""A real HTTP server on the loopback address that keeps what it is sent and answers what it is told to."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What was received (path, headers, body), in order, and how the next requests are answered."""

    url: str = ""
    received: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    answer: Callable[[Any], int] = lambda body: 200

    @property
    def taken(self) -> list[Any]:
        """The bodies that were answered with 200."""
        return [body for _, headers, body in self.received if headers["answered"] == "200"]


@contextlib.contextmanager
def receiving(reply: Any = None) -> Iterator[Receiver]:
    """Yield a receiver that listens on a free port until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._keep(json.loads(raw))

        def do_GET(self) -> None:
            self._keep(None)

        def _keep(self, body: Any) -> None:
            status = receiver.answers.pop(0) if receiver.answers else receiver.answer(body)
            receiver.received.append((self.path, {**{key.lower(): value for key, value in self.headers.items()}, "answered": str(status)}, body))
            content = json.dumps(reply if reply is not None else {}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(content)

        def log_message(self, *arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
