"""Every route of the product."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from promptrunner import health
from promptrunner.contract.home import home

urlpatterns = [
    # First, since it is asked most and resolving tries one route after the other.
    path("api/v1/", include("promptrunner.api.urls")),
    path("", home, name="home"),
    path("", include("promptrunner.pages.urls")),
    path("", include("promptrunner.contract.urls")),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("system/live", health.live, name="live"),
    path("system/ready", health.Ready.as_view(), name="ready"),
    path("system/health", health.Health.as_view(), name="health"),
    path("system/ping", health.ping, name="ping"),
    path("system/version", health.version, name="version"),
    path("creatorcore/health", health.Health.as_view()),
    path("health", health.Health.as_view()),
    path("admin/", admin.site.urls),
]

handler400 = "promptrunner.errors.bad_request"
handler403 = "promptrunner.errors.permission_denied"
handler404 = "promptrunner.errors.not_found"
handler500 = "promptrunner.errors.server_error"
