"""What people say of themselves, from any page."""

from django.urls import path

from producers import views

app_name = "producers"
urlpatterns = [path("presence/", views.presence, name="presence")]
