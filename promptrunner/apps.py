"""The project itself, as an installed app: the user, the pipeline, the API and whatever chains the apps."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class PromptRunnerConfig(AppConfig):
    """The project's app."""

    name = "promptrunner"
    verbose_name = "Prompt Runner"

    def ready(self) -> None:
        """Register the system checks, and make the roles after every migration."""
        from promptrunner import checks  # noqa: F401, PLC0415 - registers on import
        from promptrunner.api import schema  # noqa: F401, PLC0415 - as above
        from promptrunner.roles import make_roles  # noqa: PLC0415 - needs the models

        # Sent app by app in their order: after the last of ours every permission is there.
        post_migrate.connect(make_roles, sender=apps.get_app_config("telemetry"))
