"""The product's settings plus the bare view that POST /api/v1/runs/ is measured against."""

from promptrunner.settings import *  # noqa: F403
from promptrunner.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.bare"]
ROOT_URLCONF = "benchmarks.bare.urls"
