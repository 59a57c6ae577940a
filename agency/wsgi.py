"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from agency.api.wire import PatientBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
application = PatientBodies(get_wsgi_application())
