"""Routes of the native API under /api/v1/."""

from django.urls import path

from promptrunner.api import batches, events, feedback, models, reports, solving, suggestions, views

urlpatterns = [
    path("runs/", views.RunsView.as_view(), name="runs"),
    path("runs/<uuid:pk>/", views.RunView.as_view(), name="run"),
    path("runs/<uuid:pk>/disputes/", views.DisputesView.as_view(), name="disputes"),
    path("runs/<uuid:pk>/remedies/", solving.RunRemediesView.as_view(), name="run_remedies"),
    path("runs/<uuid:pk>/envelope/", solving.RunEnvelopeView.as_view(), name="run_envelope"),
    path("runs/<uuid:pk>/massing/", models.RunMassingView.as_view(), name="run_massing"),
    path("runs/<uuid:pk>/report.pdf", reports.RunReportView.as_view(), name="run_report"),
    path("runs/<uuid:pk>/<str:file>", models.RunFileView.as_view(), name="run_file"),
    path("batches/", batches.BatchesView.as_view(), name="batches"),
    path("batches/<uuid:pk>/", batches.BatchView.as_view(), name="batch"),
    path("batches/<uuid:pk>/results/", batches.BatchResultsView.as_view(), name="batch_results"),
    path("feedback/", feedback.FeedbackView.as_view(), name="feedback"),
    path("feedback/<uuid:pk>/", feedback.OneFeedbackView.as_view(), name="one_feedback"),
    path("suggestions/", suggestions.SuggestionsView.as_view(), name="suggestions"),
    path("policy/stats", suggestions.PolicyStatsView.as_view(), name="policy_stats"),
    path("envelope/", solving.EnvelopeView.as_view(), name="envelope"),
    path("remedies/", solving.RemediesView.as_view(), name="remedies"),
    path("compare/", solving.CompareProposalsView.as_view(), name="compare_proposals"),
    path("events/", events.EventsView.as_view(), name="events"),
    path("events/<uuid:pk>/", events.EventView.as_view(), name="event"),
    path("read/", views.ReadView.as_view(), name="read"),
    path("cities/", views.CitiesView.as_view(), name="cities"),
    path("cities/<str:city>/coverage/", views.CoverageView.as_view(), name="coverage"),
    path("rulebooks/", views.RulebooksView.as_view(), name="rulebooks"),
    path("rulebooks/compare/", views.CompareView.as_view(), name="compare"),
    path("rules/", views.RulesView.as_view(), name="rules"),
]
