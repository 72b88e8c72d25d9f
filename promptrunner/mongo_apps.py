"""Django's own apps with ObjectId keys, as MongoDB's backend needs them; installed only where DATABASE_URL is MongoDB."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class MongoAdminConfig(AdminConfig):
    """The admin on MongoDB."""

    default_auto_field = OBJECT_ID


class MongoAuthConfig(AuthConfig):
    """Permissions and groups on MongoDB."""

    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    """Content types on MongoDB."""

    default_auto_field = OBJECT_ID
