"""Pages are answered by Django's WSGI handler on a bounded pool of threads (contactcenter/asgi.py says why)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
application = get_wsgi_application()
