"""What a browser may load for our pages: only what we serve ourselves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "; ".join([
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "style-src 'self' 'unsafe-inline'",  # the API page sets styles from its own script
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
])  # fmt: skip

_VIEWER_STYLE = "sha256-PXtZZkJMMyc18o/DN1ZEFOJ2qEGq95IQbVaJFMOXOb0="

PAGE_POLICY = "; ".join([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self' blob:",  # the 3D view takes textures out of a model as blobs
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
])  # fmt: skip
"""Of our pages: no script or style but from our own files."""

MODEL_POLICY = PAGE_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'").replace(
    "style-src 'self'", f"style-src 'self' '{_VIEWER_STYLE}'"
)
"""Of a page with the 3D view: its decoders are WebAssembly in its own file, and it sets the one style whose hash is named."""

ADMIN_POLICY = f"{POLICY}; script-src 'self' 'unsafe-eval'"
"""The admin's theme evaluates the small expressions of its own templates; only staff reach it, and it shows texts escaped."""


class ContentSecurityPolicy:
    """Adds the policy to every response that does not bring its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the policy."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY if request.path.startswith("/admin/") else POLICY)
        return response
