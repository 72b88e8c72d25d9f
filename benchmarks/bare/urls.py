"""The product's routes and the bare one."""

from django.urls import include, path

from benchmarks.bare.views import insert

urlpatterns = [path("bare/", insert), path("", include("promptrunner.urls"))]
