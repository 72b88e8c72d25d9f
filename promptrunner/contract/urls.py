"""The frozen routes. Their addresses are the contract's and never change."""

from django.urls import path

from promptrunner.contract import core, mcp, runs
from promptrunner.contract.home import McpHomeView

urlpatterns = [
    path("orchestrate/run", runs.OrchestrateView.as_view()),
    path("core/log", runs.LogView.as_view()),
    path("core/feedback", core.FeedbackView.as_view()),
    path("core/context", core.ContextView.as_view()),
    path("core/status", core.StatusView.as_view()),
    path("api/mcp/", McpHomeView.as_view()),
    path("api/mcp/save_rule", mcp.SaveRuleView.as_view()),
    path("api/mcp/list_rules", mcp.ListRulesView.as_view()),
    path("api/mcp/delete_rule/<str:rule_id>", mcp.DeleteRuleView.as_view()),
    path("api/mcp/geometry", mcp.GeometryView.as_view()),
    path("api/mcp/geometry/<str:case_id>", mcp.GeometryFileView.as_view()),
    path("api/mcp/feedback", mcp.FeedbackView.as_view()),
    path("api/mcp/feedback/<str:case_id>", mcp.CaseFeedbackView.as_view()),
    path("api/mcp/creator_feedback", mcp.CreatorFeedbackView.as_view()),
    path("api/mcp/creator_feedback/session/<str:session_id>", mcp.SessionCreatorFeedbackView.as_view()),
    path("api/mcp/creator_feedback/city/<str:city>", mcp.CityCreatorFeedbackView.as_view()),
    path("api/mcp/upload_parsed_pdf", mcp.DocumentView.as_view()),
    path("api/mcp/output_summary", mcp.SummaryView.as_view()),
    path("api/mcp/output_summary/<str:city>", mcp.SummariesView.as_view()),
    path("api/mcp/output_explained/<str:city>", mcp.ExplainedView.as_view()),
    path("api/compliance/check", runs.CheckView.as_view()),
    path("api/rules/<str:city>", runs.RulesView.as_view()),
]
