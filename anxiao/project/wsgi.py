"""What the server imports. Outside of demo and debugging it refuses weak secrets."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from anxiao.project import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxiao.project.settings")
if settings.SECURE and env.weak_secrets():
    raise ImproperlyConfigured("；".join(env.weak_secrets()))
gc.disable()  # what is loaded now stays: it is not looked through for garbage, now or later
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # the pages, before anybody asks for one
gc.freeze()
gc.enable()
