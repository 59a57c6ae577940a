"""One address."""

from django.urls import path

from benchmarks.floor.views import CreateLead

urlpatterns = [path("leads/", CreateLead.as_view())]
