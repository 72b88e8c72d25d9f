"""What a browser may load for our pages: only what we serve ourselves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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


def _with_styles(*hashes: str) -> str:
    return PAGE_POLICY.replace("style-src 'self'", " ".join(["style-src 'self'", *(f"'sha256-{hash_}'" for hash_ in hashes)]))


MODEL_POLICY = _with_styles("PXtZZkJMMyc18o/DN1ZEFOJ2qEGq95IQbVaJFMOXOb0=").replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""Of a page with the 3D view: its decoders are WebAssembly in its own file, and it sets the one style whose hash is named."""

DOCS_POLICY = _with_styles("MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0=")
"""Of the API page, whose template has one style in itself."""

_ADMIN_STYLES = (
    "bsV5JivYxvGywDAZ22EZJKBFip65Ng9xoJVLbBg7bdo=",  # what htmx shows while it waits
    "CftXQ/6rIQ3AMOrJUsQzoK+KGLgk4scJJlfXyvE/1mQ=",  # the theme's colours
)
ADMIN_POLICY = _with_styles(*_ADMIN_STYLES).replace("script-src 'self'", "script-src 'self' 'unsafe-eval'") + "; style-src-attr 'unsafe-inline'"
"""The admin's theme evaluates the small expressions of its own templates and writes widths into its lists; only staff reach it, and it shows texts escaped."""


class ContentSecurityPolicy:
    """Adds the policy to every response that does not bring its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the policy."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy_of(request.path))
        return response


def _policy_of(path: str) -> str:
    if path.startswith("/admin/"):
        return ADMIN_POLICY
    return DOCS_POLICY if path == "/docs" else PAGE_POLICY
