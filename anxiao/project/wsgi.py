"""What the server imports. Outside of demo and debugging it refuses weak secrets."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from anxiao.project import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
if settings.SECURE and env.weak_secrets():
    raise ImproperlyConfigured("；".join(env.weak_secrets()))
application = get_wsgi_application()
