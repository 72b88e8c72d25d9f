"""The addresses of the web pages."""

from django.contrib.auth import views as log_in
from django.urls import path

from promptrunner.pages import batches, dashboard, entering, rules, runs, workbench

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
    path("rules/<str:city>/", rules.rules, name="rules"),
    path("rules/<str:city>/coverage/", rules.covered, name="covered"),
    path("rules/<str:city>/<str:clause_id>/", rules.rule, name="rule"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("login/", entering.LogInView.as_view(), name="login"),
    path("logout/", log_in.LogoutView.as_view(next_page="home"), name="logout"),
    path("language/", entering.language, name="language"),
]
