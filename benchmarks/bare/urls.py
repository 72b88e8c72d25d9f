"""The product's routes and the bare one."""

from django.urls import include, path

from benchmarks.bare.views import insert, nothing

urlpatterns = [path("bare/", insert), path("bare/nothing", nothing), path("", include("promptrunner.urls"))]
