"""The user of the product, our own from the first migration on."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person or a system with a log-in or API tokens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_column="_id")
    cities = models.JSONField(
        default=list, blank=True, help_text="The cities whose rulebooks a curator or publisher may change; every city where none is chosen."
    )
