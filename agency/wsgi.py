"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from agency.api.wire import PatientBodies
from agency.warming import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
application = PatientBodies(get_wsgi_application())
warm_up()
