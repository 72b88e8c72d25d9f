"""Celery's app: tasks that wait in Redis or RabbitMQ for workers of any machine. `celery -A promptrunner worker` starts one."""

from __future__ import annotations

import os
import ssl
from typing import Any
from urllib.parse import urlsplit

from celery import Celery, Task, bootsteps, signals
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from telemetry.trace import begin_trace, current_trace_id, end_trace, trace_id_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptrunner.settings")

QUEUE = "promptrunner"
GIVEN_BACK_SECONDS = 120
"""After this time Redis gives the tasks of a worker that was killed to another one (RabbitMQ does at once); its own default is an hour.

A task that takes longer is begun a second time beside the first. Ours stand that: parts of batches are held, runs are superseded once.
"""


class TracedTask(Task):
    """A task that goes on in the trace of whoever sent it."""

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Send it with the trace id."""
        options["headers"] = {**(options.get("headers") or {}), "trace_id": current_trace_id()}
        return super().apply_async(*args, **options)

    def __call__(self, *args: Any, **given: Any) -> Any:
        """Do it under the trace id that came with it."""
        token = begin_trace(trace_id_of(own=str(self.request.get("trace_id") or "")))
        try:
            return super().__call__(*args, **given)
        finally:
            end_trace(token)


class LookAgain(bootsteps.StartStopStep):
    """Sees to the batches that wait, each time that a worker reaches its broker: their tasks may have been lost with it, or never have come to it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Ask a worker to look."""
        consumer.app.send_task("promptrunner.tasks.look", ignore_result=True)


def _configuration(url: str) -> dict[str, Any]:
    if not url:
        raise ImproperlyConfigured("CELERY_BROKER_URL is not set. Write where Redis or RabbitMQ is, as redis://host:6379/1 or amqp://user:password@host/.")
    scheme = urlsplit(url).scheme
    redis = scheme in ("redis", "rediss")
    certain = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if scheme == "rediss" else None
    return {
        "broker_url": url,
        "broker_connection_timeout": 2,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # a worker waits for its broker as long as it takes
        "broker_transport_options": {
            "visibility_timeout": GIVEN_BACK_SECONDS, "unacked_restore_interval": 10, "unacked_restore_throttle": 1, "socket_connect_timeout": 2, "socket_timeout": 4,
        }
        if redis
        else {},
        "broker_use_ssl": certain or scheme == "amqps",
        "redis_backend_use_ssl": certain,
        "result_backend": url if redis else "rpc://",
        "redis_socket_connect_timeout": 2,
        "redis_socket_timeout": 4,
        "result_expires": 3600,
        # JSON only: a pickle in the queue would be a program of whoever can write there.
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "task_default_queue": QUEUE,
        # A task is done when it is done, not when it is begun: one whose worker ends meanwhile goes to another. A worker holds no more than it works on.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }  # fmt: skip


app = Celery("promptrunner", task_cls=TracedTask, include=["promptrunner.tasks"])
app.conf.update(_configuration(settings.CELERY_BROKER_URL))
app.steps["consumer"].add(LookAgain)


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Leave the log as Django's settings made it."""
