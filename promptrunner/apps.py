"""The project itself, as an installed app: the user, the pipeline, the API and whatever chains the apps."""

from django.apps import AppConfig


class PromptRunnerConfig(AppConfig):
    """The project's app."""

    name = "promptrunner"
    verbose_name = "Prompt Runner"

    def ready(self) -> None:
        """Register the system checks."""
        from promptrunner import checks  # noqa: F401, PLC0415 - registers on import
