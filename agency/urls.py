"""Every address of the project, joined from the apps."""

from django.contrib import admin
from django.urls import path

from agency.health import healthz

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
