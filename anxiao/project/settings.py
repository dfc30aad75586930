"""Settings. What differs between places comes from the environment (``env.py``), nothing else."""

import sys

from anxiao.project import env

try:  # Debian's SQLite lies in the range of the WAL-reset fault; this wheel brings a mended one.
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
except ImportError:  # pragma: no cover - no wheel on this system; `anxiao doctor` warns
    pass

BASE_DIR = env.ROOT
DEBUG = env.DEBUG
ANXIAO_DEMO = env.DEMO
ANXIAO_DATA = env.DATA
SECRET_KEY = env.secret("secret_key")
FIELD_KEY = env.secret("field_key")
METRICS_SECRET = env.METRICS_SECRET
ROBOT_HOSTS = env.ROBOT_HOSTS
MAIL_SERVER = env.mail_server()
ALLOWED_HOSTS = [*env.HOSTS, *env.LOOPBACK]
INTERNAL_IPS: list[str] = []
SECURE = not (DEBUG or ANXIAO_DEMO)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anxiao.foundation.journal",
    "anxiao.foundation.ui",
    "anxiao.foundation.registers",
    "anxiao.foundation.jobs",
    "anxiao.foundation.orgs",
    "anxiao.foundation.accounts",
    "anxiao.foundation.files",
    "anxiao.foundation.conflicts",
    "anxiao.foundation.places",
    "anxiao.foundation.messaging",
    "anxiao.loop.duties",
    "anxiao.loop.hazards",
    "anxiao.loop.inspections",
    "anxiao.safeguards.accountability",
    "anxiao.boards.today",
    "anxiao.boards.cockpit",
    "anxiao.demo",
    "anxiao.project",
]
DATABASES = {"default": env.database()}
MIDDLEWARE = [
    "anxiao.project.operate.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "anxiao.foundation.ui.http.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "anxiao.foundation.ui.http.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "anxiao.foundation.accounts.http.ActorMiddleware",
    "anxiao.foundation.ui.http.DomainErrorMiddleware",
]
if env.GROUP_COMMIT and DATABASES["default"]["ENGINE"] == "anxiao.project.sqlite":
    MIDDLEWARE.insert(0, "anxiao.project.sqlite.http.DurableMiddleware")
ROOT_URLCONF = "anxiao.project.urls"
WSGI_APPLICATION = "anxiao.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anxiao.project.navigation.context",
            ],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["anxiao.foundation.accounts.auth.NameOrPhoneBackend"]
MFA_ADAPTER = "anxiao.foundation.accounts.adapters.SecondFactorAdapter"
MFA_KEY = env.secret("mfa_key")
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone", "email")},
    },
    {
        "NAME": "anxiao.foundation.accounts.auth.LengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/account/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/account/sign-in"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "__Host-language" if SECURE else "language"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 400 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "anxiao" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = env.DATA / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "anxiao.foundation.ui.views.csrf_failed"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SECURE_SSL_REDIRECT = False  # the reverse proxy ends TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # see SECURE_SSL_REDIRECT
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "line": {"()": "anxiao.project.operate.logs.LineFormatter"},
        "json": {"()": "anxiao.project.operate.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if DEBUG else env.LOG or "line",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "anxiao.requests": {"level": "INFO" if env.LOG else "ERROR"},
        "django.request": {"level": "ERROR"},  # what was refused is in the line of its request
    },
}
