"""Settings, read from the environment. Production is the default and has no default secret: it refuses to start without one.

PROMPTRUNNER_ENV=development (which the Makefile sets) fills in what a laptop needs.
"""

from __future__ import annotations

import ipaddress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

django_stubs_ext.monkeypatch()  # lets classes like ModelAdmin take their type parameter when the program runs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    # `make setup` makes this file in a checkout; a deployment has none. The environment wins over it.
    environ.Env.read_env(BASE_DIR / ".env")


def required(name: str, says: str) -> str:
    """Return a variable of the environment that production cannot do without."""
    value = str(env.str(name, default="")).strip(" ,")
    if not value and not DEVELOPMENT:
        raise ImproperlyConfigured(f"{name} is not set. {says} (For a laptop: PROMPTRUNNER_ENV=development.)")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no variable; anything else is refused rather than guessed."""
    text = str(env.str(name, default="")).strip().lower()
    if text in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if text == "" else text in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} is '{text}'; write true or false.")


def whole_number(name: str, default: int) -> int:
    """Return a whole number of the environment."""
    text = str(env.str(name, default="")).strip()
    if not text:
        return default
    if not text.isdigit():
        raise ImproperlyConfigured(f"{name} is '{text}'; write a whole number.")
    return int(text)


def web_address(name: str) -> str:
    """Return an http(s) address of the environment without a slash at its end, or nothing."""
    text = str(env.str(name, default="")).strip().rstrip("/")
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise ImproperlyConfigured(f"{name} is no web address; write http://host/path or https://host/path.")
    return text


def words(text: str) -> list[str]:
    """Return the parts of a comma-separated list."""
    return [word.strip() for word in text.split(",") if word.strip()]


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return a network of TRUSTED_CLIENTS."""
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"TRUSTED_CLIENTS holds '{text}', which is no network ({error}); write for example 10.0.0.0/8.") from None


def made(folder: Path, name: str) -> Path:
    """Return a folder, made where it is not there yet."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}: the folder {folder} cannot be made ({error.strerror}); name another, or give the service's user write access."
        ) from None
    return folder


ENVIRONMENT = str(env.str("PROMPTRUNNER_ENV", default="production"))
if ENVIRONMENT not in ("production", "development"):
    raise ImproperlyConfigured(f"PROMPTRUNNER_ENV is '{ENVIRONMENT}'; write production or development.")
DEVELOPMENT = ENVIRONMENT == "development"

SECRET_KEY = required("SECRET_KEY", "Set it to 50 or more random characters and keep it secret.") or "development-only-key-that-production-refuses-to-use"
DEBUG = flag("DEBUG")
if DEBUG and not DEVELOPMENT:
    raise ImproperlyConfigured(
        "DEBUG is on in production, where its pages would show secrets to callers. Unset it. (For a laptop: PROMPTRUNNER_ENV=development.)"
    )
ALLOWED_HOSTS = words(required("ALLOWED_HOSTS", "List the host names that the service answers to, comma-separated.")) or [
    "localhost", "127.0.0.1", "[::1]", "testserver",
]  # fmt: skip

ALLOW_ANONYMOUS = flag("ALLOW_ANONYMOUS")
"""Whether the API answers without a token. Only `make run` sets it; nothing is inferred from DEBUG or the bind address."""
TRUSTED_CLIENTS = [network(text) for text in words(str(env.str("TRUSTED_CLIENTS", default="")))]
"""Networks from which the frozen routes take calls without a token."""

SINGLE_CURATOR = flag("SINGLE_CURATOR")
"""Whether a curator may publish a draft that they wrote themselves: for an installation with one person only."""

DEMO_MODE = flag("DEMO_MODE")
"""Whether /orchestrate/run always answers the same: prompt, city, ids and clock are fixed."""

RATES = {scope: whole_number(f"RATE_{scope.upper()}", default) for scope, default in {"run": 6000, "feedback": 3000, "rules": 300, "operate": 600}.items()}
"""Requests a minute that one caller may make, by scope; 0: any number."""

DATA_DIR = Path(str(env.str("DATA_DIR", default=str(BASE_DIR / "data")))).resolve()


def database(url: str) -> dict[str, Any]:
    """Return Django's database settings for a URL: sqlite:///file, postgres://..., mongodb://.../name."""
    scheme = urlsplit(url).scheme
    if scheme in ("mongodb", "mongodb+srv"):
        name = urlsplit(url).path.strip("/")
        if not name:
            raise ImproperlyConfigured("DATABASE_URL for MongoDB names the database in its path: mongodb://host/promptrunner.")
        return {"ENGINE": "django_mongodb_backend", "HOST": url, "NAME": name}
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise ImproperlyConfigured(f"DATABASE_URL begins with '{scheme}'; use sqlite:///, postgres:// or mongodb://.")
    parsed: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if scheme == "sqlite":
        # Writers queue instead of failing: IMMEDIATE takes the write lock at once, the busy timeout waits for it, WAL lets readers go on.
        # A log of up to 32 MB (8,000 pages) before it is copied into the file: a page that many runs touch is copied once for all of them.
        parsed["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=8000;",
        }
        parsed["CONN_MAX_AGE"] = None
    else:
        parsed["CONN_MAX_AGE"] = 60
        parsed["CONN_HEALTH_CHECKS"] = True
    return parsed


CACHE_URL = str(env.str("CACHE_URL", default=""))
if CACHE_URL and urlsplit(CACHE_URL).scheme not in ("redis", "rediss"):
    raise ImproperlyConfigured(f"CACHE_URL begins with '{urlsplit(CACHE_URL).scheme}'; use redis:// or rediss://, or leave it unset.")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

DATABASE_URL = str(env.str("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'promptrunner.sqlite3'}"))
DATABASES = {"default": database(DATABASE_URL)}
MONGODB = DATABASES["default"]["ENGINE"] == "django_mongodb_backend"
if DATABASE_URL.startswith("sqlite:///") and not DATABASE_URL.endswith(":memory:"):
    made(Path(str(DATABASES["default"]["NAME"])).parent, "DATABASE_URL" if "DATABASE_URL" in env.ENVIRON else "DATA_DIR")

# On MongoDB Django's own apps need ObjectId keys, and migrations made for them (see docs/databases.md).
_DJANGO_APPS = (
    ["promptrunner.mongo_apps.MongoAdminConfig", "promptrunner.mongo_apps.MongoAuthConfig", "promptrunner.mongo_apps.MongoContentTypesConfig"]
    if MONGODB
    else ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"]
)
MIGRATION_MODULES: dict[str, str | None] = {"knox": None}  # its own token is swapped for ours: no table of it
if MONGODB:
    MIGRATION_MODULES |= {app: f"promptrunner.mongo_migrations.{app}" for app in ("admin", "auth", "contenttypes")}
DEFAULT_AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField" if MONGODB else "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = ["security.W021"]  # HSTS preload is the owner's decision to submit the domain, not a default

INSTALLED_APPS = [
    "unfold",  # before Django's admin, whose templates it replaces
    *_DJANGO_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(["django_mongodb_backend"] if MONGODB else []),
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "health_check",
    "simple_history",
    "promptrunner",
    "compliance",
    "geometry",
    "feedback",
    "telemetry",
]

AUTH_USER_MODEL = "promptrunner.User"
AUTHENTICATION_BACKENDS = ["promptrunner.mongo_auth.JoinlessBackend" if MONGODB else "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]

MIDDLEWARE = [
    "telemetry.middleware.TraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "promptrunner.security.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "promptrunner.urls"
WSGI_APPLICATION = "promptrunner.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

LOGIN_URL = "pages:login"
LOGIN_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "promptrunner.errors.csrf_failed"
UNFOLD = {
    "SITE_TITLE": "Prompt Runner",
    "SITE_HEADER": "Prompt Runner",
    "SITE_SYMBOL": "gavel",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("promptrunner/icon.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("mr", "मराठी"), ("hi", "हिन्दी"), ("gu", "ગુજરાતી")]
"""Of the web pages; the API, the commands and the admin speak English."""
# Django has no Gujarati of its own, and the admin's theme asks it for every language's name.
LANG_INFO.setdefault("gu", {"bidi": False, "code": "gu", "name": "Gujarati", "name_local": "ગુજરાતી"})
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
if DEVELOPMENT:
    made(STATIC_ROOT, "Static files")
WHITENOISE_USE_FINDERS = True  # static files are served without a collect step
WHITENOISE_AUTOREFRESH = False

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    # Specs and models of cases. Another backend, such as an S3-compatible one, is named with its options; it has to write a file whole or not at all.
    "cases": {
        "BACKEND": str(env.str("CASE_STORAGE", default="promptrunner.storage.WholeFileStorage")),
        "OPTIONS": env.json("CASE_STORAGE_OPTIONS", default={}) or ({} if "CASE_STORAGE" in env.ENVIRON else {"location": DATA_DIR}),
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
"""Largest request body in bytes; more is answered with 413."""

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", not DEVELOPMENT)
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else whole_number("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEVELOPMENT
SECURE_REDIRECT_EXEMPT = [r"^system/"]  # probes come over plain HTTP from inside the cluster
if proxy_header := str(env.str("SECURE_PROXY_SSL_HEADER", default="")):
    SECURE_PROXY_SSL_HEADER = (f"HTTP_{proxy_header.upper().replace('-', '_')}", "https")
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["promptrunner.tokens.ApiTokenAuthentication", "rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["promptrunner.permissions.Access"],
    "DEFAULT_THROTTLE_CLASSES": ["promptrunner.throttling.CallerThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "promptrunner.errors.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": False,
}
REST_KNOX = {"TOKEN_TTL": None, "AUTO_REFRESH": False}
KNOX_TOKEN_MODEL = "promptrunner.ApiToken"  # noqa: S105 - a model's name: what knox's own model is swapped for
SPECTACULAR_SETTINGS = {
    "TITLE": "Prompt Runner",
    "DESCRIPTION": "Building proposals in plain words, checked against the development control regulations of Mumbai, Pune, Nashik and Ahmedabad.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "promptrunner.api.serializers.STATUSES",
        "OutcomeEnum": "promptrunner.api.serializers.OUTCOMES",
        "ReleaseStatusEnum": "compliance.models.RulebookRelease.Status",
        "VoteEnum": "promptrunner.api.feedback.VOTES",
        "FeedbackKindEnum": "feedback.models.Feedback.Kind",
        "FeedbackReasonEnum": "feedback.models.Feedback.Reason",
        "ReviewStatusEnum": "feedback.models.Review.Status",
    },
}

BUILD = str(env.str("BUILD", default="")) or "unknown"
"""What was built, such as a commit; the image sets it."""
NOOPUR_HEALTH_URL = web_address("NOOPUR_HEALTH_URL")
CREATORCORE_BASE_URL = web_address("CREATORCORE_BASE_URL")
INSIGHTFLOW_URL = web_address("INSIGHTFLOW_URL")
OUTBOX_LAG_LIMIT_SECONDS = whole_number("OUTBOX_LAG_LIMIT_SECONDS", 900)
RULEBOOK_AGE_LIMIT_DAYS = whole_number("RULEBOOK_AGE_LIMIT_DAYS", 0)

SINKS = {
    "file": "telemetry.sinks.FileSink",
    "http": "telemetry.sinks.HttpSink",
    "stdout": "telemetry.sinks.StandardOutputSink",
    "creatorcore": "promptrunner.creatorcore.CreatorCoreSink",
}
"""Where events can be sent to: name -> class."""
BATCH_WORKER = str(env.str("BATCH_WORKER", default="thread")).strip()
"""Who checks the proposals of batches: a thread of the serving process, `manage.py work_batches --follow` beside it, or Celery's workers."""
if BATCH_WORKER not in ("thread", "command", "celery"):
    raise ImproperlyConfigured(f"BATCH_WORKER is '{BATCH_WORKER}'; write thread, command or celery.")
CELERY_BROKER_URL = str(env.str("CELERY_BROKER_URL", default="")).strip()
"""Where tasks wait for Celery's workers; nothing else needs it."""
if CELERY_BROKER_URL and urlsplit(CELERY_BROKER_URL).scheme not in ("redis", "rediss", "amqp", "amqps"):
    raise ImproperlyConfigured(f"CELERY_BROKER_URL begins with '{urlsplit(CELERY_BROKER_URL).scheme}'; use redis://, rediss://, amqp:// or amqps://.")
if BATCH_WORKER == "celery" and not CELERY_BROKER_URL:
    raise ImproperlyConfigured("BATCH_WORKER is celery, but CELERY_BROKER_URL does not say where the broker is.")
if BATCH_WORKER == "celery" and find_spec("celery") is None:
    raise ImproperlyConfigured(
        "BATCH_WORKER is celery, but Celery is not installed: pip install --require-hashes -r requirements/prod.txt, or write thread or command."
    )
EVENT_SINKS = list(dict.fromkeys([*words(str(env.str("EVENT_SINKS", default="file"))), *(["creatorcore"] if CREATORCORE_BASE_URL else [])]))
if unknown_sinks := sorted(set(EVENT_SINKS) - set(SINKS)):
    raise ImproperlyConfigured(f"EVENT_SINKS names {', '.join(unknown_sinks)}; the sinks are {', '.join(SINKS)}.")
if "http" in EVENT_SINKS and not INSIGHTFLOW_URL:
    raise ImproperlyConfigured("EVENT_SINKS names http, but INSIGHTFLOW_URL does not say where to.")
if "creatorcore" in EVENT_SINKS and not CREATORCORE_BASE_URL:
    raise ImproperlyConfigured("EVENT_SINKS names creatorcore, but CREATORCORE_BASE_URL does not say where it is.")
EVENT_RETENTION_DAYS = whole_number("EVENT_RETENTION_DAYS", 400)
EVENT_GIVE_UP_HOURS = whole_number("EVENT_GIVE_UP_HOURS", 72)
"""How long a sink that fails is tried again before an event becomes a dead letter."""

LOG_JSON = flag("LOG_JSON", not DEVELOPMENT)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "telemetry.trace.TraceFilter"}},
    "formatters": {
        "json": {"()": "pythonjsonlogger.json.JsonFormatter", "format": "{asctime}{levelname}{name}{message}{trace_id}{run_id}", "style": "{"},
        "plain": {"format": "{levelname} {name} [{trace_id} {run_id}] {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["trace"], "formatter": "json" if LOG_JSON else "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A 4xx is the caller's and is answered to the caller; only our own faults are worth a line.
    "loggers": {"django.request": {"level": "ERROR"}},
}
