"""Settings of the whole project, from the environment (and an optional `.env` beside `manage.py`).

`.env.example` says what can be set. Each subject has a module of its own here.
"""

from .api import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401
from .broker import *
from .database import DATABASES  # noqa: F401
from .environment import BASE_DIR, DATA_DIR, HOST, PORT, PUBLIC_BASE_URL, env  # noqa: F401
from .logs import LOGGING  # noqa: F401
from .push import PUSH_HOSTS, VAPID_PRIVATE_KEY, VAPID_SUBJECT  # noqa: F401
from .security import *
from .unfold import UNFOLD  # noqa: F401

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_htmx",
    "phonenumber_field",
    "csp",
    "agency",
    "producers",
    "routing",
    "leads",
    "reporting",
]

# Django's own, with a shorter way for calls that carry a key: see agency/lanes.py.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "agency.lanes.PolicyMiddleware",
    "agency.lanes.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "agency.lanes.CsrfViewMiddleware",
    "agency.lanes.AuthenticationMiddleware",
    "agency.lanes.MessageMiddleware",
    "agency.lanes.XFrameOptionsMiddleware",
    "agency.lanes.HtmxMiddleware",
]

ROOT_URLCONF = "agency.urls"
WSGI_APPLICATION = "agency.wsgi.application"

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
                "agency.context.frame",
                "producers.context.presence",
            ],
        },
    },
]

AUTH_USER_MODEL = "agency.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Shared by all processes of one machine, for throttling; several machines share one by CACHE_URL.
CACHES = {
    "default": env.cache("CACHE_URL")
    if env.str("CACHE_URL", default="")
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}

# `manage.py run` collects the files below the data folder, under hashed names; before that, and in tests, they are
# served from where they lie.
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(mode=0o700, exist_ok=True)
STATIC_COLLECTED = (STATIC_ROOT / "staticfiles.json").is_file() or env.bool("STATIC_COLLECTED", default=False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
MEDIA_ROOT = DATA_DIR / "media"

# Unset: a folder of `.eml` files, and recorded but silent text and voice messages.
EMAIL_URL = env.str("EMAIL_URL", default="")
SMS_URL = env.str("SMS_URL", default="")
VOICE_URL = env.str("VOICE_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="leads@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
# Ours go through the outbox (agency/messaging/email/); should anything else send one, it is a file too.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
# Inbound e-mail: the domain whose mail comes here, the mailbox that is looked into, and what a provider's webhooks prove
# themselves with. See docs/email.md.
INBOUND_EMAIL_DOMAIN = env.str("INBOUND_EMAIL_DOMAIN", default="")
IMAP_URL = env.str("IMAP_URL", default="")
EMAIL_WEBHOOK_SECRET = env.str("EMAIL_WEBHOOK_SECRET", default="")
EMAIL_WEBHOOK_KEY = env.str("EMAIL_WEBHOOK_KEY", default="")

PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "E164"
