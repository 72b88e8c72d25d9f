"""The addresses of the web pages."""

from django.contrib.auth import views as log_in
from django.urls import path, register_converter

from compliance.specs import find_code
from promptrunner.pages import batches, dashboard, entering, rules, runs, workbench


class CityConverter:
    """A city as it is written in an address: in any case, or by another name of it."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the city."""
        city = find_code("city", value)
        if city is None:
            raise ValueError(value)
        return city

    def to_url(self, value: str) -> str:
        """Return the city as it is."""
        return value


register_converter(CityConverter, "city")
app_name = "pages"
urlpatterns = [
    path("reading/", workbench.reading, name="reading"),
    path("runs/", runs.history, name="history"),
    path("runs/<uuid:pk>/", runs.run_page, name="run"),
    path("runs/<uuid:pk>/remedies/", runs.run_remedies, name="run-remedies"),
    path("runs/<uuid:pk>/model/", runs.run_model, name="run-model"),
    path("runs/<uuid:pk>/verify/", runs.run_verify, name="run-verify"),
    path("runs/<uuid:pk>/feedback/", runs.run_feedback, name="run-feedback"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<uuid:pk>/", batches.batch_page, name="batch"),
    path("batches/<uuid:pk>/cancel/", batches.batch_stop, name="batch-cancel"),
    path("gallery/", runs.gallery, name="gallery"),
    path("compare/", runs.compare, name="compare"),
    path("rules/", rules.cities, name="cities"),
    path("rules/<city:city>/", rules.rules, name="rules"),
    path("rules/<city:city>/coverage/", rules.covered, name="covered"),
    path("rules/<city:city>/<str:clause_id>/", rules.rule, name="rule"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("login/", entering.LogInView.as_view(), name="login"),
    path("logout/", log_in.LogoutView.as_view(next_page="home"), name="logout"),
    path("language/", entering.language, name="language"),
]
